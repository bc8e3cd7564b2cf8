"""Runs import-linter over our packages; `make check` calls it.

import-linter finds a package through its module's spec. For `platform` that is the standard library's file, which
is no package, so the spec of our own file is put in its place for the time of the check.
"""

import importlib.util
import sys
from pathlib import Path

from importlinter.cli import lint_imports

import platform

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """0 when every contract in pyproject.toml is kept."""
    sys.path.insert(0, str(ROOT))
    folder = ROOT / "platform"
    platform.__spec__ = importlib.util.spec_from_file_location(
        "platform", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    return int(lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True))


if __name__ == "__main__":
    sys.exit(main())
