"""Recordings that are broken in every way, extracted beside whole ones; with real processes and Ray."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from platform.console.command import DONE, UNDONE
from tests import long_recordings
from tests.searches import REPOSITORY

LENGTHS = {"whole_1": 90, "whole_2": 40}
FRAME = "020.png"


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def shrink(path: Path) -> None:
    cv2.imwrite(str(path), np.zeros((80, 80), np.uint8))


def drop_rows(path: Path) -> None:
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:30]))


def poison(path: Path) -> None:
    path.write_bytes(b"deadly")


DEADLY = "deadly: a worker died on it twice; Ray's logs say how: /tmp/ray/session_"
BROKEN: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "corrupt": (f"corrupt/{FRAME}", cut, "020.png of recording corrupt (20 bytes) is none"),
    "empty": (f"empty/{FRAME}", empty, "020.png of recording empty (0 bytes) is none"),
    "gone": (f"gone/{FRAME}", Path.unlink, "020.png of recording gone gives: No such file"),
    "shrunk": (f"shrunk/{FRAME}", shrink, "one size; shrunk begins with 96x96 but 020.png has 80x80"),
    "faceless": ("landmarks/faceless.csv", Path.unlink, "faceless.csv gives: No such file"),
    "deadly": (f"deadly/{long_recordings.POISON}", poison, DEADLY),
    "short": ("landmarks/short.csv", drop_rows, "short"),
}


def extract(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "tests.long_recordings", str(folder), "--workers", "2"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("broken") / "long"
    long_recordings.write_recordings(folder, LENGTHS | dict.fromkeys(BROKEN, 60))
    return folder


@pytest.fixture(scope="module")
def whole_bytes(folder: Path) -> dict[str, bytes]:
    return {place: (folder / place).read_bytes() for place, _, _ in BROKEN.values()}


@pytest.fixture(scope="module")
def broken(folder: Path, whole_bytes: dict[str, bytes]) -> "subprocess.CompletedProcess[str]":
    """The extraction of broken recordings among whole ones."""
    for place, damage, _ in BROKEN.values():
        damage(folder / place)
    return extract(folder)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_recording_is_named_with_its_reason(broken: "subprocess.CompletedProcess[str]", name: str):
    problems = [line for line in broken.stdout.splitlines() if name in line]

    assert BROKEN[name][2] in "\n".join(problems)


def test_the_others_finish_and_the_exit_code_says_that_something_is_undone(
    broken: "subprocess.CompletedProcess[str]", folder: Path
):
    assert broken.returncode == UNDONE, broken.stderr
    assert "Traceback" not in broken.stderr
    store = long_recordings.store_in(folder)
    assert {path.stem for path in store.folder.glob("*.arrow")} == set(LENGTHS)


def test_progress_counts_recordings_and_frames(broken: "subprocess.CompletedProcess[str]"):
    last = broken.stderr.splitlines()[-1]

    assert last.startswith(f"extract: {len(LENGTHS) + len(BROKEN)} of {len(LENGTHS) + len(BROKEN)} recordings in ")
    assert last.endswith(" frames/s")


def test_a_rerun_extracts_what_was_repaired_and_nothing_else(
    broken: "subprocess.CompletedProcess[str]", folder: Path, whole_bytes: dict[str, bytes]
):
    store = long_recordings.store_in(folder)
    before = {path: path.stat().st_mtime_ns for path in store.folder.glob("*.arrow")}
    for place, content in whole_bytes.items():
        (folder / place).write_bytes(content)

    again = extract(folder)

    assert again.returncode == DONE, again.stdout + again.stderr
    for recording in long_recordings.dataset_in(folder).recordings:
        assert store.read(recording).flow.shape == (recording.num_frames, 8, 10, 2)
    assert {path: path.stat().st_mtime_ns for path in before} == before
