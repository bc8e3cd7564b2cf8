"""Races, kills and budgets on a real Ray, where only the training is a stand-in (`tests/searches_on_ray.py`)."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from platform.study.journal import read_journal
from platform.study.ledger import efficiency_ledger
from platform.study.records import DroppedRecord, FoldRecord, LostRecord, Record, RunRecord, StoppedRecord
from platform.study.state import ConfigurationStatus, StudyState
from platform.study.workspace import journal_path, scores_path
from tests.searches import REPOSITORY
from tests.searches_on_ray import SUBJECTS


@pytest.fixture(scope="module")
def searches(tmp_path_factory):
    """The folder with one study for each scenario, and what was said of each."""
    folder = tmp_path_factory.mktemp("searches")
    done = subprocess.run(
        [sys.executable, "-m", "tests.searches_on_ray", folder],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def records_of(folder: Path, study: str) -> list[Record]:
    return read_journal(journal_path(folder / study))


def state_of(records: Sequence[Record]) -> StudyState:
    return StudyState(records[0], records)


def folds_of(records: Sequence[Record]) -> list[tuple[str, str]]:
    return sorted((one.configuration, one.subject) for one in records if isinstance(one, FoldRecord))


def decided(records: Sequence[Record]):
    return [(one.params, one.status, one.dropped) for one in state_of(records).configurations.values()]


def test_one_and_two_workers_drop_the_same_configurations_after_the_same_folds(searches):
    folder, _ = searches
    one, two = records_of(folder, "one-worker"), records_of(folder, "two-workers")

    # With a lag of 2 the second configuration, bad as it is, has nothing to be compared with.
    complete, dropped = ConfigurationStatus.COMPLETE, ConfigurationStatus.DROPPED
    assert [status for _, status, _ in decided(one)] == [complete, complete, complete, dropped, dropped]
    assert decided(two) == decided(one)
    assert folds_of(two) == folds_of(one)
    assert len(folds_of(one)) == 3 * len(SUBJECTS) + 2 * 8


def test_in_reproducible_scheduling_there_is_nothing_to_be_stopped(searches):
    folder, _ = searches

    assert not any(isinstance(one, StoppedRecord) for one in records_of(folder, "two-workers"))


def test_a_fold_that_runs_when_its_configuration_is_dropped_is_stopped_and_its_worker_goes_on(searches):
    folder, said = searches
    records = records_of(folder, "stopped")

    assert "stopped: finished" in said
    (dropped,) = (one for one in records if isinstance(one, DroppedRecord))
    (stopped,) = (one for one in records if isinstance(one, StoppedRecord))
    assert (dropped.configuration, dropped.num_subjects) == ("c0001", 8)
    assert (stopped.configuration, stopped.subject) == ("c0001", SUBJECTS[8])
    assert stopped.num_epochs >= 1
    assert records.index(stopped) > records.index(dropped)
    assert [subject for name, subject in folds_of(records) if name == "c0001"] == SUBJECTS[:8]
    assert [subject for name, subject in folds_of(records) if name == "c0002"] == SUBJECTS
    assert not scores_path(folder / "stopped", "c0001", SUBJECTS[8]).exists()


def test_a_fold_that_waits_when_its_configuration_is_dropped_never_starts(searches):
    folder, _ = searches
    began = {path.name for path in (folder / "stopped").iterdir()}

    assert f"11-{SUBJECTS[8]}" in began
    assert f"11-{SUBJECTS[9]}" not in began


def test_what_a_stopped_fold_took_is_lost_and_what_it_would_have_taken_is_saved(searches):
    folder, _ = searches
    ledger = efficiency_ledger(state_of(records_of(folder, "stopped")), this_run=1)

    assert (ledger.stopped.count, ledger.saved_by_racing.count) == (1, 2)
    assert ledger.stopped.worker_seconds > 0


def test_a_fold_whose_worker_was_killed_is_run_again_and_what_the_first_attempt_took_is_lost(searches):
    folder, said = searches
    records = records_of(folder, "killed-worker")

    assert "killed-worker: finished" in said
    assert folds_of(records) == [("c0000", subject) for subject in SUBJECTS]
    (lost,) = (one for one in records if isinstance(one, LostRecord))
    assert lost.subject == SUBJECTS[3]
    assert lost.usage["seconds"] >= 0.5


def test_a_search_that_its_budget_stopped_continues_to_what_one_without_a_budget_finds(searches):
    folder, said = searches
    records = records_of(folder, "budget")

    assert "budget: --max-gpu-hours 1e-09 (" in said
    assert "budget: finished" in said
    ends = [number for number, one in enumerate(records) if isinstance(one, RunRecord) and one.ended]
    first = folds_of(records[: ends[0]])
    # Before a first fold is finished nothing is known of their length, so that as many start as there are workers.
    assert 1 <= len(first) <= 2
    assert decided(records) == decided(records_of(folder, "one-worker"))
    assert folds_of(records) == folds_of(records_of(folder, "one-worker"))
    spending = state_of(records).spending
    assert spending.total.gpu_seconds == pytest.approx(spending.total.worker_seconds / 2)
    assert set(spending.node_seconds()) == {"local"}
