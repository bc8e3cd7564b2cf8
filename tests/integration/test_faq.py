"""Every message that docs/faq.md quotes is what the commands really say, word for word."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from platform.console.command import run_command
from platform.study.journal import Journal
from tests.searches import REPOSITORY, Search, run_module
from tests.small_cas_me_2 import write_cas_me_2

PAGE = REPOSITORY / "docs" / "faq.md"
QUOTED = re.compile(r"^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROWS = [(1, "disgust1_1", 5, 10, 30), (2, "disgust1_1", 5, 10, 30)]
SMALL = "--policy other-totals=accept"
SMOKE = "--space smoke --configurations 3"


class Here:
    """A folder that the page calls /data, and the commands given in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], undisturbed: Callable[[], Search]) -> None:
        self.folder = folder
        self._capsys = capsys
        self._undisturbed = undisturbed

    def says(self, verb: str, arguments: str) -> str:
        """What a command complains of; `/data` in its arguments is this folder."""
        module = import_module(f"platform.{verb}")
        words = [word.replace("/data", str(self.folder)) for word in arguments.split()]
        assert run_command(module.main, module.parser(), words) in (1, 2)
        return self._capsys.readouterr().err

    def dataset(self, rows: list[tuple[int, str, int, int, int]] = ROWS) -> None:
        write_cas_me_2(self.folder / "CASME2", rows=rows)

    def workspace(self) -> Path:
        """A finished study of three configurations, demo-smoke-seed5."""
        copy = self.folder / "workspace"
        shutil.copytree(self._undisturbed().workspace, copy)
        return copy


def no_root(here: Here) -> str:
    return here.says("search", "--dataset samm-lv")


def no_such_root(here: Here) -> str:
    return here.says("search", "--dataset samm-lv --root /data/SAMM")


def annotated_but_not_there(here: Here) -> str:
    here.dataset()
    shutil.rmtree(here.folder / "CASME2" / "rawpic" / "s16")
    return here.says("search", "--dataset cas-me-2 --root /data/CASME2")


def reversed_interval(here: Here) -> str:
    here.dataset([(1, "disgust1_1", 20, 22, 10), ROWS[1]])
    return here.says("search", "--dataset cas-me-2 --root /data/CASME2")


def rows_twice(here: Here) -> str:
    here.dataset(ROWS * 2)
    return here.says("search", f"--dataset cas-me-2 --root /data/CASME2 {SMALL}")


def one_subject(here: Here) -> str:
    here.dataset()
    return here.says("search", "--dataset cas-me-2 --root /data/CASME2 --recordings s15_0101")


def no_models(here: Here) -> str:
    here.dataset()
    return here.says("search", f"--dataset cas-me-2 --root /data/CASME2 {SMALL} --workspace /data/workspace")


def no_landmark_files(here: Here) -> str:
    here.dataset()
    (here.folder / "CASME2" / "landmarks").mkdir()
    return here.says("search", f"--dataset cas-me-2 --root /data/CASME2 {SMALL} --workspace /data/workspace")


def misspelt_space(here: Here) -> str:
    return here.says("search", "--space dmo")


def without_effect(here: Here) -> str:
    (here.folder / "mine.yaml").write_text(
        "fixed: {learning_rate_schedule: constant}\ndimensions: {learning_rate_decay: {float: [0.9, 0.99]}}\n"
    )
    return here.says("search", "--space /data/mine.yaml")


def other_seed(here: Here) -> str:
    here.workspace()
    return here.says("search", f"--workspace /data/workspace --study demo-smoke-seed5 --seed 6 {SMOKE}")


def two_searches(here: Here) -> str:
    with Journal(here.workspace() / "studies" / "demo-smoke-seed5" / "journal.jsonl"):
        return here.says("search", f"--workspace /data/workspace --seed 5 {SMOKE}")


def unknown_study(here: Here) -> str:
    return here.says("report", "leaderboard --workspace /data/workspace --study demo-demo-seed0")


def no_model(here: Here) -> str:
    (here.folder / "interview.mp4").write_bytes(b"")
    # In a process of its own: MLflow warns of itself when it lays out a new file.
    places = ("--workspace", here.folder / "workspace", "--out", here.folder / "spotted")
    return run_module("spot", here.folder / "interview.mp4", *places).err


def wrong_columns(here: Here) -> str:
    here.dataset()
    (here.folder / "mine.csv").write_text("video,type,onset,offset\ns15_0101,macro,5,30\n")
    table = "/data/CASME2/CAS(ME)^2code_final.xlsx"
    return here.says("score", f"--detections /data/mine.csv --annotations {table} --dataset cas-me-2 {SMALL}")


def old_python(here: Here) -> str:
    python = here.folder / "python3"
    python.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    python.chmod(0o755)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(REPOSITORY / name, here.folder)
    command = ["make", "search", f"PYTHON={python}"]
    # `make test` would make this one its child, which says where it goes.
    alone = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    ended = subprocess.run(command, cwd=here.folder, env=alone, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    return ended.stdout


PROVOKED: list[Callable[[Here], str]] = [
    old_python,
    no_root,
    no_such_root,
    annotated_but_not_there,
    reversed_interval,
    rows_twice,
    one_subject,
    no_models,
    no_landmark_files,
    misspelt_space,
    without_effect,
    other_seed,
    two_searches,
    unknown_study,
    no_model,
    wrong_columns,
]
"""In the order of the page."""
QUOTES = [" ".join(quote.split()) for quote in QUOTED.findall(PAGE.read_text(encoding="utf-8"))]


@pytest.fixture
def here(tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Here:
    monkeypatch.setenv("HOME", str(tmp_path))
    return Here(tmp_path, capsys, lambda: request.getfixturevalue("undisturbed"))


def test_every_message_of_the_page_is_provoked():
    assert len(QUOTES) == len(PROVOKED)
    assert all(quote.startswith("error: ") for quote in QUOTES)


@pytest.mark.parametrize("number", range(len(PROVOKED)), ids=[one.__name__ for one in PROVOKED])
def test_a_quoted_message_is_what_the_command_says(here: Here, number: int):
    said = PROVOKED[number](here).replace(str(here.folder), "/data")

    assert " ".join(said.split()) == QUOTES[number]
