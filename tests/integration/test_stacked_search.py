"""The main job with folds side by side, in child processes: to its end, and after a death within a stack."""

import json
import shutil
from pathlib import Path

import pytest

from platform.study.workspace import scores_path
from tests.searches import SMOKE_SEARCH, Search, journal_lines, run_module, run_search

STACKED = ("--stack-folds", "2")
"""Of three subjects: two side by side, and one alone."""


@pytest.fixture(scope="module")
def stacked(extracted: Path, tmp_path_factory: pytest.TempPathFactory) -> Search:
    """The smoke search in stacks, with two workers."""
    folder = tmp_path_factory.mktemp("stacked") / "workspace"
    shutil.copytree(extracted, folder)
    return run_search(folder, "--workers", "2", *STACKED)


def folds(search: Search) -> list[dict[str, object]]:
    return journal_lines(search.journal, "fold")


def test_a_stacked_search_runs_the_same_folds_to_nearly_the_same_losses(stacked: Search, undisturbed: Search):
    assert stacked.ended.code == 0, stacked.ended.err
    assert [one["params"] for one in stacked.result["configurations"]] == [
        one["params"] for one in undisturbed.result["configurations"]
    ]
    alone = {(one["configuration"], one["subject"]): one["final_loss"] for one in folds(undisturbed)}
    beside = {(one["configuration"], one["subject"]): one["final_loss"] for one in folds(stacked)}
    assert len(folds(stacked)) == len(beside) == 9
    seeds = [
        {(one["configuration"], one["subject"]): one["seed"] for one in folds(search)}
        for search in (stacked, undisturbed)
    ]
    assert seeds[0] == seeds[1]
    # How near is measured in tests/unit/core/training/test_fold_stack.py. Here: that they are the same folds, which
    # differ among themselves by far more.
    distances = [abs(beside[fold] - alone[fold]) for fold in alone]
    assert max(distances) < 0.1 * (max(alone.values()) - min(alone.values()))


def test_the_folds_of_a_stack_are_noted_together_and_share_its_time(stacked: Search):
    subjects = journal_lines(stacked.journal, "study")[0]["subjects"]
    found = [one for one in folds(stacked) if one["configuration"] == "c0001"]
    first, second = (next(one for one in found if one["subject"] == subject) for subject in subjects[:2])
    position = folds(stacked).index(first)

    assert folds(stacked)[position + 1] == second
    assert first["usage"] == second["usage"]
    assert first["seconds"]["training"] == second["seconds"]["training"]
    assert stacked.result["efficiency"]["finished"]["count"] == 9


def torn_within_a_stack(stacked: Search, workspace: Path) -> Path:
    """A copy of the finished study as it was when only the first fold of the last configuration's stack was noted."""
    study = stacked.journal.parent
    copy = workspace / "studies" / study.name
    shutil.copytree(study, copy)
    shutil.rmtree(copy / "models")
    lines = stacked.journal.read_text().splitlines(keepends=True)
    subject = json.loads(lines[0])["subjects"][0]
    kept = []
    for line in lines:
        values = json.loads(line)
        if values["record"] == "winner" or (
            values.get("configuration") == "c0002" and values["record"] == "fold" and values["subject"] != subject
        ):
            continue
        kept.append(line)
    (copy / "journal.jsonl").write_text("".join(kept))
    return copy / "journal.jsonl"


def test_a_search_that_died_within_a_stack_ends_with_the_same_folds_to_the_last_bit(stacked: Search, workspace: Path):
    before = torn_within_a_stack(stacked, workspace).read_text()
    study = stacked.journal.parent.name
    subjects = journal_lines(stacked.journal, "study")[0]["subjects"]
    kept, rest = (scores_path(workspace / "studies" / study, "c0002", subject) for subject in subjects[:2])
    scores, age = rest.read_bytes(), kept.stat().st_mtime_ns
    rest.unlink()

    resumed = run_search(workspace, "--workers", "1", *STACKED)

    assert resumed.ended.code == 0, resumed.ended.err
    assert (resumed.result["resumed_folds"], resumed.result["new_folds"]) == (7, 2)
    assert resumed.result["configurations"] == stacked.result["configurations"]
    assert resumed.journal.read_text().startswith(before)
    assert rest.read_bytes() == scores
    assert kept.stat().st_mtime_ns == age
    again = journal_lines(resumed.journal, "lost")
    assert [(one["configuration"], one["subject"]) for one in again] == [("c0002", subjects[0])]


def test_a_study_is_continued_only_in_stacks_of_the_same_size(stacked: Search):
    refused = run_module("search", "--workspace", stacked.workspace, *SMOKE_SEARCH, "--stack-folds", "3")

    assert refused.code != 0
    assert "stack_folds is 2, asked 3. Repeat the first command, or name another --study." in refused.err
    assert "Traceback" not in refused.err
