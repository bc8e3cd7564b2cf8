"""Every command of cluster/ is parsed by the program that it is for, and the shell that README.md shows is run.

That of MLflow's server is run by tests/integration/test_tracking_server.py.
"""

import importlib
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from ray.dashboard.modules.job.cli import job_cli_group
from ray.scripts.scripts import cli as ray_cli

from tests.dockerfile import stages
from tests.manifests import CLUSTER, REPOSITORY, commands, document, exported, filled_in, platform_commands, readme

README_COMMANDS = commands(readme())
SHELL = {"cd", "umask", "for", "until", "do", "done", "export"}
KUBECTL = {"create", "apply", "get", "port-forward"}
_JOB = job_cli_group.name or "job"


def written_in_manifests() -> list[list[str]]:
    """Commands of the manifests, in words."""
    services = yaml.safe_load((CLUSTER / "compose.yaml").read_text(encoding="utf-8"))["services"]
    clouds = [document(name) for name in ("aws.yaml", "gcp.yaml")]
    starts = [
        line for cloud in clouds for line in (*cloud["head_start_ray_commands"], *cloud["worker_start_ray_commands"])
    ]
    return [
        *(shlex.split(line) for line in starts),
        shlex.split(document("kuberay/rayjob.yaml")["spec"]["entrypoint"]),
        *(hook["exec"]["command"] for hook in before_pods_stop()),
        *(services[name]["command"] for name in ("ray", "mlflow")),
    ]


def before_pods_stop() -> list[dict[str, Any]]:
    """What KubeRay's workers run before they are stopped."""
    groups = document("kuberay/raycluster.yaml")["spec"]["workerGroupSpecs"]
    containers = [group["template"]["spec"]["containers"][0] for group in groups]
    return [one["lifecycle"]["preStop"] for one in containers if "lifecycle" in one]


EVERY = [*README_COMMANDS, *written_in_manifests()]


def parse(command: click.Command, words: Sequence[str]) -> None:
    """Parses the words as the program does, down to its last sub-command, and runs nothing.

    Raises:
        click.UsageError: when it would refuse them.
    """
    context = command.make_context(command.name, list(words))
    if isinstance(command, click.Group):
        rest = [*context._protected_args, *context.args] if hasattr(context, "_protected_args") else context.args
        _, sub_command, arguments = command.resolve_command(context, rest)
        assert sub_command is not None
        parse(sub_command, arguments)


def begun_with(*words: str) -> list[list[str]]:
    """What follows `words` in each command that has them, up to the command of another program."""
    found = []
    for command in EVERY:
        for index in range(len(command)):
            if tuple(command[index : index + len(words)]) == words:
                found.append(command[index + len(words) :])
                break
    return found


def test_every_command_is_of_a_program_that_a_test_knows():
    programs = {words[0] for words in EVERY}

    assert programs == SHELL | {"docker", "envsubst", "kubectl", "mlflow", "nohup", "pip", "python", "ray"}


def test_our_commands_are_understood():
    found = [command for words in EVERY for command in platform_commands(words)]

    assert len(found) >= 5
    for verb, *arguments in found:
        importlib.import_module(f"platform.{verb}").parser().parse_args(arguments)


def test_rays_commands_are_understood():
    found = begun_with("ray")

    assert len(found) >= 15
    for words in found:
        command, *arguments = words[1:] if words[0] == "ray" else words  # docker compose exec ray ray ...
        if command == _JOB:
            parse(job_cli_group, arguments)
        else:
            parse(ray_cli, [command, *arguments])


def test_an_unknown_option_of_ray_would_be_noticed():
    with pytest.raises(click.NoSuchOption):
        parse(ray_cli, ["start", "--head", "--dashboard-hosts=127.0.0.1"])


def test_the_images_that_are_built_are_stages_of_the_dockerfile():
    built = begun_with("docker", "build")

    assert [words[words.index("--target") + 1] for words in built] == ["cpu", "cuda"]
    for words in built:
        assert words[words.index("--target") + 1] in stages()
        assert (REPOSITORY / words[words.index("-f") + 1]).is_file()


def test_the_extra_that_is_installed_is_declared():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    for words in begun_with("pip"):
        (extra,) = re.findall(r"\.\[(\w+)\]", words[-1])
        assert extra in project["optional-dependencies"]


def test_kubernetes_commands_name_what_the_manifests_name():
    assert {words[0] for words in begun_with("kubectl")} == KUBECTL
    cluster = document("kuberay/raycluster.yaml")["metadata"]["name"]
    assert f"service/{cluster}-head-svc" in readme()
    assert document("kuberay/rayjob.yaml")["metadata"]["name"] in readme()
    files = next(words for words in README_COMMANDS if words[:2] == ["for", "file"])[3:]
    assert all((CLUSTER / "kuberay" / f"{name}.yaml").is_file() for name in files)


def test_the_loop_that_draws_secrets_writes_long_ones_that_only_the_owner_reads(tmp_path: Path):
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl, which draws the secrets")
    start = readme().index("umask 077")
    script = readme()[start : readme().index("docker compose up", start)]

    subprocess.run(["bash", "-euc", script], cwd=tmp_path, check=True)

    lines = (tmp_path / ".env").read_text().splitlines()
    values = [line.partition("=")[2] for line in lines]
    assert len(lines) == 5 == len(set(values))
    assert all(re.fullmatch(r"[0-9a-f]{64}", value) for value in values)
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["aws.yaml", "gcp.yaml"])
def test_envsubst_fills_in_ours_and_leaves_rays_own_variables(name: str):
    if shutil.which("envsubst") is None:
        pytest.skip("needs envsubst, of gettext")
    (line,) = [one for one in readme().splitlines() if one.startswith("envsubst") and f"cluster/{name}" in one]

    done = subprocess.run(
        ["bash", "-euc", line.partition(" > ")[0]],
        cwd=REPOSITORY,
        env={"PATH": "/usr/bin:/bin", **exported()},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == filled_in(CLUSTER / name)
    assert "--address=$RAY_HEAD_IP:6379" in done.stdout


def test_the_readme_exports_nothing_that_no_manifest_uses():
    texts = "".join(path.read_text(encoding="utf-8") for path in CLUSTER.rglob("*.yaml"))
    unused: list[Any] = [name for name in exported() if f"${{{name}}}" not in texts]

    assert unused == ["RAY_AUTH_MODE"]
