"""Whether the libraries are there, in the versions that the software is tested with."""

import re
import sys
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path

from platform.diagnosis.finding import Finding, Level

DISTRIBUTION = "spotformer-platform"
CONSTRAINTS = Path(__file__).resolve().parents[2] / "constraints.txt"
_REPAIR = "Install them with: pip install -c constraints.txt -e ."
_REQUIREMENT = re.compile(r"[\w.-]+")


def libraries_finding(
    requirements: Iterable[str], constraints: Path, *, version_of: Callable[[str], str] = metadata.version
) -> Finding:
    """A problem when one of the requirements is missing, a note when one has another version than the tested one.

    Args:
        requirements: as a distribution states them; those of an extra do not count.
        constraints: the tested versions; a wheel comes without them.
    """
    names = [_normal(_REQUIREMENT.findall(text)[0]) for text in requirements if "extra ==" not in text]
    installed, missing = {}, []
    for name in names:
        try:
            installed[name] = version_of(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
    python = f"Python {sys.version.split()[0]}"
    if missing:
        found = f"{python}; not installed: {', '.join(missing)}."
        return Finding(name="libraries", level=Level.PROBLEM, found=found, repair=_REPAIR)
    tested = _tested(constraints)
    # A build of PyTorch for one kind of device, 2.13.0+cpu, is of the version without its suffix.
    others = [
        f"{name} {version}, tested with {tested[name]}"
        for name, version in installed.items()
        if name in tested and version.partition("+")[0] != tested[name]
    ]
    if others:
        found = f"{python}; other versions than the tested ones: {'; '.join(others)}."
        return Finding(name="libraries", level=Level.NOTE, found=found, repair=_REPAIR)
    compared = "in the tested versions" if tested else "tested versions are not known without constraints.txt"
    return Finding(name="libraries", level=Level.OK, found=f"{python}, {len(installed)} libraries, {compared}")


def required() -> list[str]:
    """What this software requires, as its installed distribution states it; nothing when it is not installed."""
    try:
        return metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return []


def _tested(constraints: Path) -> dict[str, str]:
    lines = constraints.read_text(encoding="utf-8").splitlines() if constraints.is_file() else []
    pinned = (line.partition("==") for line in lines if "==" in line and not line.startswith("#"))
    return {_normal(name): version.strip() for name, _, version in pinned}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
