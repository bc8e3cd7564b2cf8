"""The files of cluster/ as tests read them: variables filled in as README.md shows, commands cut out of the text."""

import re
import shlex
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
CLUSTER = REPOSITORY / "cluster"
MANIFESTS = sorted(path for path in CLUSTER.rglob("*.yaml"))
_SCHEMAS = REPOSITORY.parent / "shared" / "schemas"
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export (\w+)=(\S+)$", re.MULTILINE)


def readme() -> str:
    return (CLUSTER / "README.md").read_text(encoding="utf-8")


def exported() -> dict[str, str]:
    """The variables that README.md exports, with the values of its examples."""
    return dict(_EXPORT.findall(readme()))


def filled_in(path: Path) -> str:
    """The text of a manifest after `envsubst`; a variable that README.md does not export is a KeyError."""
    values = exported()
    return _VARIABLE.sub(lambda match: values[match[1]], path.read_text(encoding="utf-8"))


def document(name: str) -> dict[str, Any]:
    """The one document of a manifest in cluster/."""
    return dict(yaml.safe_load(filled_in(CLUSTER / name)))


@cache
def resource_definition(plural: str) -> dict[str, Any]:
    """The schema of KubeRay's newest version of a resource, in which nothing unknown is allowed."""
    path = _SCHEMAS / f"ray.io_{plural}.yaml"
    if not path.is_file():
        pytest.skip(f"needs KubeRay's resource definition {path.name} in a folder shared/schemas beside the repository")
    with path.open("rb") as file:
        definition = yaml.load(file, Loader=yaml.CSafeLoader)
    return dict(_closed(definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]))


def _closed(schema: Any) -> Any:
    """The schema with `additionalProperties: false` wherever Kubernetes would drop what it does not know."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    is_object = isinstance(schema.get("properties"), dict) and schema.get("type") == "object"
    if is_object and not schema.get("x-kubernetes-preserve-unknown-fields"):
        closed.setdefault("additionalProperties", False)
    return closed


def commands(text: str) -> list[list[str]]:
    """The words of every command in the code blocks of a Markdown text."""
    found = []
    for block in _BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words:
                found.append(words)
    return found


def platform_commands(words: list[str]) -> list[list[str]]:
    """Verb and arguments of each `python -m platform.<verb>` in the words of a command, without what is the shell's."""
    words = list(takewhile(lambda word: word not in {"<", ">", "&"}, words))
    starts = [
        index
        for index in range(len(words) - 2)
        if words[index : index + 2] == ["python", "-m"] and words[index + 2].startswith("platform.")
    ]
    ends = [*starts[1:], len(words)][: len(starts)]
    return [
        [words[start + 2].removeprefix("platform."), *words[start + 3 : end]]
        for start, end in zip(starts, ends, strict=True)
    ]
