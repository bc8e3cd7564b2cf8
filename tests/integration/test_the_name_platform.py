"""Our package and the standard module share the name `platform`; each way of starting is tried in a child process."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
WHOLE = """
import platform, uuid, torch
assert platform.system() == "Linux" and platform.machine() and platform.python_version() and platform.node()
assert uuid.uuid4() and torch.ones(1).item() == 1
import platform.search
assert platform.system() == "Linux", "the standard functions survive the import of our modules"
print("whole")
"""
PAGE_AND_CITATIONS = """
from platform.reporting.citations import bibliography
from platform.reporting.document import Document
from platform.reporting.document_html import as_html
print(as_html(Document(title="t", lead=(), sections=())).split()[0], bibliography(("Deng2024",)).partition(",")[0])
"""


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """What a command prints; its failure fails the test with everything it said."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_command_runs_from_the_repository_root():
    assert "--dataset" in run(sys.executable, "-m", "platform.search", "--help", cwd=REPOSITORY)


def test_the_command_runs_from_another_directory(tmp_path: Path):
    assert "--dataset" in run(sys.executable, "-m", "platform.search", "--help", cwd=tmp_path)


def test_the_command_runs_from_the_repository_root_without_an_installation():
    # -S leaves out site-packages and with it our .pth; the standard module alone is asked for, since -S has no torch.
    code = "import platform, uuid; print(platform.system(), platform.__path__[0])"

    printed = run(sys.executable, "-S", "-c", code, cwd=REPOSITORY)

    assert printed.split() == ["Linux", str(REPOSITORY / "platform")]


@pytest.mark.parametrize("directory", [REPOSITORY, Path("/")], ids=["repository root", "another directory"])
def test_the_standard_module_stays_whole(directory: Path):
    assert run(sys.executable, "-c", WHOLE, cwd=directory).strip() == "whole"


@pytest.mark.parametrize("command", [["-m", "pytest"], []], ids=["python -m pytest", "bare pytest"])
def test_pytest_finds_our_package(command: list[str], tmp_path: Path):
    test = tmp_path / "test_import.py"
    test.write_text("def test_it():\n    import platform.search\n    assert platform.system() == 'Linux'\n")
    program = [sys.executable, *command] if command else [Path(sys.executable).with_name("pytest")]

    printed = run(*program, "-q", "-p", "no:cacheprovider", test, cwd=tmp_path)

    assert "1 passed" in printed


def test_a_local_ray_worker_imports_our_package(tmp_path: Path):
    code = """
import ray
ray.init(address="local", num_cpus=1, include_dashboard=False, log_to_driver=False)

@ray.remote
def inside():
    import platform
    from platform.study.identity import fold_seed
    return platform.system(), fold_seed(0, "s15")

print(*ray.get(inside.remote()))
"""

    printed = run(sys.executable, "-c", code, cwd=tmp_path)

    assert printed.split()[-2] == "Linux"


def test_an_installed_wheel_gives_the_same_command(tmp_path: Path):
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist", cwd=REPOSITORY)
    wheel = next((tmp_path / "dist").glob("*.whl"))
    python = bare_environment(tmp_path / "environment")

    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=tmp_path)
    printed = run(python, "-m", "platform.search", "--help", cwd=tmp_path)
    where = run(python, "-c", "import platform.search; print(platform.search.__file__)", cwd=tmp_path)

    pages = run(python, "-c", PAGE_AND_CITATIONS, cwd=tmp_path)

    assert "--dataset" in printed
    assert pages.split() == ["<!DOCTYPE", "@article{Deng2024"]
    assert Path(where.strip()).is_relative_to(tmp_path / "environment")


def bare_environment(folder: Path) -> Path:
    """The python of a new environment that has this one's libraries but not its editable install of this project."""
    venv.create(folder, with_pip=True)
    site = next(folder.glob("lib/python*/site-packages"))
    here = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    # A path entry and not a .pth of `addsitedir`: the .pth files of this environment must not run in that one.
    (site / "libraries.pth").write_text(f"{here}\n")
    return folder / "bin" / "python"
