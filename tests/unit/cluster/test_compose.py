"""compose.yaml against the Compose specification, and the rules that no specification has."""

import json
import re
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from tests.manifests import CLUSTER, commands, readme

TEXT = (CLUSTER / "compose.yaml").read_text(encoding="utf-8")
_INTERPOLATED = re.compile(r"\$\{(\w+)(:[?-])?")
_SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|KEY$")


def composed() -> dict[str, Any]:
    """The file as it is read, its variables not filled in."""
    return dict(yaml.safe_load(TEXT))


def validate(text: str) -> None:
    """Raises ValueError unless the text is a compose file, its variables filled in and its `<<` merged."""
    with_defaults = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)
    filled_in = re.sub(r"\$\{\w+:\?[^}]*\}", "given", with_defaults)
    PyCompose.from_json(json.dumps(yaml.safe_load(filled_in))).validate()


def test_the_compose_specification_knows_every_field():
    validate(TEXT)


@pytest.mark.parametrize(("right", "wrong"), [("depends_on:", "depends_upon:"), ("[inside, outside]", "[inward]")])
def test_a_misspelt_field_and_an_unknown_network_would_be_noticed(right, wrong):
    assert right in TEXT

    with pytest.raises(ValueError, match=r"depends_upon|inward"):
        validate(TEXT.replace(right, wrong))


def test_every_volume_is_declared():
    used = {
        volume.partition(":")[0]
        for service in composed()["services"].values()
        for volume in service.get("volumes", [])
        if volume[0] not in "./$"
    }

    assert used == composed()["volumes"].keys()


def test_secrets_come_from_the_environment_and_nothing_starts_without_them():
    for name, service in composed()["services"].items():
        for variable, value in service.get("environment", {}).items():
            is_name = variable == "AWS_ACCESS_KEY_ID"
            if _SECRET.search(variable) and not is_name:
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), f"{variable} of {name}"


def test_the_readme_writes_exactly_the_secrets_that_are_needed():
    needed = {name for name, how in _INTERPOLATED.findall(TEXT) if how == ":?"}
    loop = next(words for words in commands(readme()) if words[:2] == ["for", "name"])

    assert set(loop[3:]) == needed


def test_ports_are_published_on_loopback_only():
    published = [port for service in composed()["services"].values() for port in service.get("ports", [])]

    assert sorted(published) == ["127.0.0.1:5000:5000", "127.0.0.1:8265:8265"]
    assert composed()["networks"]["inside"] == {"internal": True}
    for name in ("database", "objects", "bucket"):
        assert composed()["services"][name]["networks"] == ["inside"]


def test_ray_and_mlflow_ask_who_you_are():
    services = composed()["services"]

    assert services["ray"]["environment"]["RAY_AUTH_MODE"] == "token"
    assert "--app-name=basic-auth" in services["mlflow"]["command"]
    settings = (CLUSTER / "mlflow-auth.ini").read_text(encoding="utf-8")
    assert "default_permission = NO_PERMISSIONS" in settings
    assert "password" not in re.sub(r"^;.*$", "", settings, flags=re.MULTILINE)


def test_no_container_may_become_more_than_it_is():
    for service in composed()["services"].values():
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["cap_drop"] == ["ALL"]
        assert not {"privileged", "network_mode", "pid", "ipc"} & service.keys()
        assert not any("docker.sock" in volume for volume in service.get("volumes", []))


def test_every_image_has_a_version_or_is_built_here():
    images = {service["image"] for service in composed()["services"].values()}

    for image in images:
        assert image == "${SPOTFORMER_CPU_IMAGE:-spotformer:cpu}" or re.search(r":v?[0-9][\w.-]+$", image), image


def test_files_that_are_mounted_exist():
    mounted = [
        volume.partition(":")[0]
        for service in composed()["services"].values()
        for volume in service.get("volumes", [])
        if volume.startswith("./")
    ]

    assert mounted == ["./mlflow-auth.ini"]
    assert all((CLUSTER / path).is_file() for path in mounted)


def test_every_service_that_the_readme_names_exists():
    named = {words[3] for words in commands(readme()) if words[:3] == ["docker", "compose", "exec"]}

    assert named == {"ray"} <= composed()["services"].keys()
