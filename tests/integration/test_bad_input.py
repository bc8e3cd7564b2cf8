"""Users' mistakes: a clear error (rule, value, repair), exit code 2, nothing expensive started, nothing lost."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

import platform.extract
import platform.search
from platform.console.command import MISTAKE, run_command
from tests.searches import run_module
from tests.small_cas_me_2 import write_cas_me_2


@pytest.fixture
def fails(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Runs the search in this process and returns what it said; fails the test unless it was a user's mistake."""

    def run(*arguments: str | Path, workspace: Path = tmp_path / "unused") -> str:
        words: Sequence[str] = ["--workspace", str(workspace), *map(str, arguments)]
        code = run_command(platform.search.main, platform.search.parser(), words)
        said = capsys.readouterr().err
        assert code == MISTAKE, said
        assert said.startswith("error: ")
        assert "Traceback" not in said
        assert not (workspace / "studies").exists(), "a mistake must be found before a study begins"
        return said

    return run


def test_a_dataset_without_a_root(fails):
    said = fails("--dataset", "samm-lv")

    assert "--root must name the folder of the dataset 'samm-lv', got none. Add --root DIR." in said


def test_a_missing_root(fails, tmp_path: Path):
    said = fails("--dataset", "samm-lv", "--root", tmp_path / "nowhere")

    assert str(tmp_path / "nowhere") in said


def test_an_empty_tree(fails, tmp_path: Path):
    (tmp_path / "empty").mkdir()

    said = fails("--dataset", "cas-me-2", "--root", tmp_path / "empty")

    assert str(tmp_path / "empty") in said


def test_an_unknown_dataset(fails, tmp_path: Path):
    said = fails("--dataset", "samm-vl", "--root", tmp_path)

    assert "Did you mean 'samm-lv'?" in said


def test_an_unknown_space(fails):
    assert "got 'dmo'. Did you mean 'demo'?" in fails("--space", "dmo")


@pytest.mark.parametrize("option", ["--configurations", "--workers", "--lag"])
def test_a_number_below_its_rule(fails, option: str):
    assert f"{option} must be at least 1, got 0" in fails(option, "0")


def test_an_annotation_for_a_recording_that_is_not_there(fails, tmp_path: Path):
    write_cas_me_2(tmp_path, rows=[(1, "disgust1_1", 5, 10, 30), (2, "disgust1_1", 5, 10, 30)])
    shutil.rmtree(tmp_path / "rawpic" / "s16")

    said = fails("--dataset", "cas-me-2", "--root", tmp_path)

    assert "s16_0101" in said
    assert "--missing-recordings skip" in said


def test_an_offset_before_its_onset(fails, tmp_path: Path):
    write_cas_me_2(tmp_path, rows=[(1, "disgust1_1", 20, 22, 10), (2, "disgust1_1", 5, 10, 30)])

    said = fails("--dataset", "cas-me-2", "--root", tmp_path)

    assert "onset 20" in said
    assert "offset 10" in said


def test_fewer_than_two_subjects(fails, tmp_path: Path):
    write_cas_me_2(tmp_path, rows=[(1, "disgust1_1", 5, 10, 30), (2, "disgust1_1", 5, 10, 30)])

    said = fails("--dataset", "cas-me-2", "--root", tmp_path, "--recordings", "s15_0101")

    assert "at least 2 subjects, got ['s15']" in said


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
def test_a_table_with_every_row_twice(fails, tmp_path: Path, dry_run: tuple[str, ...]):
    write_cas_me_2(tmp_path, rows=[(1, "disgust1_1", 5, 10, 30), (2, "disgust1_1", 5, 10, 30)] * 2)

    said = fails("--dataset", "cas-me-2", "--root", tmp_path, *dry_run)

    assert "duplicated-rows 2: 2 of 4 rows have recording, onset and offset of an earlier one" in said
    assert "accept it with --policy duplicated-rows=drop" in said
    assert "300 macro published, 4 here" in said


def test_apexes_and_offsets_in_each_others_column(fails, tmp_path: Path):
    rows = [(subject, "disgust1_1", onset, onset + 9, onset + 4) for subject in (1, 2) for onset in (5, 15, 25)]
    write_cas_me_2(tmp_path, rows=rows)

    said = fails("--dataset", "cas-me-2", "--root", tmp_path, "--policy", "other-totals=accept")

    assert "apex-outside 6: the apex lies outside onset and offset in 6 of 6 rows (the release: 3)" in said


def test_landmarks_that_are_nowhere(fails, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_cas_me_2(tmp_path, rows=[(1, "disgust1_1", 5, 10, 30), (2, "disgust1_1", 5, 10, 30)])
    monkeypatch.setenv("HOME", str(tmp_path))

    said = fails("--dataset", "cas-me-2", "--root", tmp_path, "--policy", "other-totals=accept")

    assert len(said.strip().splitlines()) == 3
    assert "1k3d68.onnx" in said
    assert "Download" in said
    assert "unpack it there" in said


def test_an_even_window(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    words = ["--workspace", str(tmp_path), "--max-window", "16"]

    code = run_command(platform.extract.main, platform.extract.parser(), words)

    assert code == MISTAKE
    assert "max_window must be an odd number from 5 to 25, got 16" in capsys.readouterr().err


def test_another_seed_does_not_continue_a_study(undisturbed, tmp_path: Path):
    workspace = tmp_path / "workspace"
    shutil.copytree(undisturbed.workspace, workspace)

    ended = run_module(
        "search", "--workspace", workspace, "--space", "smoke", "--seed", "6", "--study", "demo-smoke-seed5"
    )

    assert ended.code == MISTAKE
    assert "seed is 5, asked 6" in ended.err
    assert "name another --study" in ended.err


def test_a_mistake_on_a_real_command_line_gives_no_traceback(tmp_path: Path):
    ended = run_module("search", "--dataset", "cas-me-2", "--root", tmp_path, "--workspace", tmp_path / "workspace")

    assert ended.code == MISTAKE
    assert ended.err.startswith("error: ")
    assert "Traceback" not in ended.err


def test_a_dry_run_starts_nothing(workspace: Path, capsys: pytest.CaptureFixture[str]):
    before = sorted(path for path in workspace.rglob("*"))
    words = ["--workspace", str(workspace), "--space", "smoke", "--configurations", "4", "--dry-run"]

    code = run_command(platform.search.main, platform.search.parser(), words)

    said = capsys.readouterr().out
    assert code == 0
    assert "would extract 0 of 3 recordings" in said
    assert "would run 4 configurations x 3 folds = 12 trials" in said
    assert sorted(path for path in workspace.rglob("*")) == before


def test_a_dry_run_says_what_would_be_chosen_on_stored_scores(workspace: Path, capsys: pytest.CaptureFixture[str]):
    words = ["--workspace", str(workspace), "--space", "smoke-decoding", "--dry-run"]

    assert run_command(platform.search.main, platform.search.parser(), words) == 0

    said = capsys.readouterr().out
    assert "overlap_threshold, on stored scores: 0.1 to 0.9" in said
    assert "epoch, on stored scores: 1, or the last" in said
