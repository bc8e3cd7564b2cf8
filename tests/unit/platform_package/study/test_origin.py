"""The revision of the software that begins a study."""

import re
import subprocess

import pytest

from platform.study import origin
from spotformer_core import __version__


def git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


def checkout(folder):
    package = folder / "spotformer_core"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "first")
    return folder


def test_a_checkout_gives_its_commit_and_says_when_files_were_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(origin, "_FOLDER", checkout(tmp_path / "here"))

    clean = origin.revision()
    (tmp_path / "here" / "spotformer_core" / "__init__.py").write_text("changed = True\n")

    assert re.fullmatch("[0-9a-f]{40}", clean)
    assert origin.revision() == f"{clean}-dirty"


def test_a_copy_inside_the_checkout_of_something_else_gives_its_version(tmp_path, monkeypatch):
    outer = checkout(tmp_path / "outer")
    (outer / "site-packages" / "spotformer_core").mkdir(parents=True)
    monkeypatch.setattr(origin, "_FOLDER", outer / "site-packages")

    assert origin.revision() == f"version {__version__}"


def test_without_git_it_is_the_version(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")

    assert origin.revision() == f"version {__version__}"


ME = "me:" + "secret"


@pytest.mark.parametrize(
    ("command", "noted"),
    [
        (
            f"search --tracking-uri https://{ME}@host:5000/x --seed 1",
            "search --tracking-uri https://...@host:5000/x --seed 1",
        ),
        ("search --tracking-uri postgresql://me@host/db", "search --tracking-uri postgresql://...@host/db"),
        ("search --root /data/a@b --tracking-uri http://host", "search --root /data/a@b --tracking-uri http://host"),
    ],
)
def test_credentials_stay_out_of_the_journal(command, noted):
    assert origin.without_credentials(command) == noted
