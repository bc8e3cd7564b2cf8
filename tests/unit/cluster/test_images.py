"""images/Dockerfile: rules by which an image is small, pinned, not run as root and without secrets."""

import re
import shlex
import tomllib

import pytest

from tests.dockerfile import Stage, stages
from tests.manifests import CLUSTER, REPOSITORY

IGNORED = CLUSTER / "images" / "Dockerfile.dockerignore"
PRODUCTS = ("cpu", "cuda")
_PINNED = re.compile(r"[\w./-]+:[0-9][\w.-]+")
_SECRET = re.compile(r"(?i)password|passwd|secret|token|credential|api_?key")


def lineage(name: str) -> list[Stage]:
    """A stage and all that it is built on."""
    every = stages()
    found = []
    while name in every:
        found.append(every[name])
        name = every[name].base
    return found


def copied_from(name: str) -> list[str]:
    words = [argument.split()[0] for stage in lineage(name) for argument in stage.arguments("COPY")]
    return [word.removeprefix("--from=") for word in words if word.startswith("--from=")]


def test_the_base_has_an_exact_version_and_is_the_only_one():
    (base,) = stages()[""].arguments("ARG")

    assert _PINNED.fullmatch(base.removeprefix("PYTHON_IMAGE="))
    assert {one.base for one in stages().values() if one.base not in {*stages(), ""}} == {"${PYTHON_IMAGE}"}


@pytest.mark.parametrize("name", PRODUCTS)
def test_what_is_run_has_no_compiler_and_is_not_root(name):
    assert copied_from(name) == [f"install-{name}"]
    installed = " ".join(argument for stage in lineage(name) for argument in stage.arguments("RUN"))
    assert not re.search(r"g\+\+|gcc|build-essential", installed)
    assert stages()[name].arguments("USER") == ["1000:1000"]
    assert "useradd --uid 1000" in installed


@pytest.mark.parametrize("name", PRODUCTS)
def test_everything_is_installed_in_the_versions_of_the_constraints(name):
    installs = [
        argument
        for stage in lineage(f"install-{name}")
        for argument in stage.arguments("RUN")
        if "pip install" in argument
    ]

    assert installs
    for argument in installs:
        words = shlex.split(argument)
        assert words[words.index("--constraint") + 1] == "constraints.txt"
        assert "--extra-index-url" not in words, "a name of ours could be answered by the other index"
    assert {argument.split()[-1] for argument in installs} - {"torch"} == {'".[cluster]"'}


def test_only_the_build_for_the_cpu_takes_another_index_and_only_for_pytorch():
    (from_elsewhere,) = [
        argument for stage in stages().values() for argument in stage.arguments("RUN") if "--index-url" in argument
    ]

    assert from_elsewhere in stages()["install-cpu"].arguments("RUN")
    assert "--no-deps" in from_elsewhere.split()
    assert from_elsewhere.split()[-1] == "torch"


def test_the_extra_is_declared_and_pinned():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = {
        line.partition("==")[0].casefold()
        for line in (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    }

    wanted = {re.split(r"[>=\[]", one)[0] for one in project["optional-dependencies"]["cluster"]}
    assert wanted == {"boto3", "google-api-python-client", "psycopg", "mlflow"}
    assert wanted <= pinned


def test_nothing_is_fetched_by_address_and_nothing_secret_is_baked_in():
    every = [pair for stage in stages().values() for pair in stage.instructions]

    assert "ADD" not in {name for name, _ in every}
    for name, argument in every:
        if name in ("ARG", "ENV"):
            assert not _SECRET.search(argument.replace("RAY_AUTH_MODE=token", "")), argument


def test_ray_asks_for_its_token_in_every_image():
    assert "RAY_AUTH_MODE=token" in stages()["runtime"].arguments("ENV")[0]


def test_the_builder_gets_only_what_is_copied():
    copied = {
        source.rstrip("/")
        for stage in stages().values()
        for argument in stage.arguments("COPY")
        if not argument.startswith("--from=")
        for source in argument.split()[:-1]
    }
    first, *others = IGNORED.read_text(encoding="utf-8").splitlines()[1:]

    assert first == "**"
    assert {line[1:] for line in others if line.startswith("!")} == copied
    assert all((REPOSITORY / source).exists() for source in copied)
