"""Our plan in Tune's words, called as Tune calls it; no cluster is started."""

import copy
import errno
from dataclasses import replace

import cloudpickle
import pytest
from ray.tune.search import Searcher

from platform.scheduling.fold_trial import DISK_FULL, FAILURE, FINISHED, as_fold_record
from platform.scheduling.reasons import NO_OUTCOME, UNKNOWN_FAILURE
from platform.scheduling.searcher import FoldSearcher
from platform.scheduling.time_limit import TIMES_THE_LONGEST, FoldTimeLimit
from platform.scheduling.trials import IS_MEASUREMENT, SECONDS_ALLOWED
from platform.study.journal import read_journal
from platform.study.records import FailureRecord
from platform.study.state import ConfigurationStatus
from tests.unit.platform_package.scheduling.conftest import SUBJECTS, finished, record, scored

WORKER_GONE = f"{UNKNOWN_FAILURE}; Ray's logs say how: `logs` in the folder of Ray's session"


def test_a_suggestion_is_what_a_fold_trial_needs(searcher):
    resources = {"num_cpus": 1, "num_gpus": 0, SECONDS_ALLOWED: 0.0}
    fold = {"configuration": "c0000", "params": {"window": 9}, IS_MEASUREMENT: False, **resources}

    assert searcher.suggest("t0") == fold | {"subject": "b"}
    assert searcher.suggest("t1") == fold | {"subject": "a"}
    assert searcher.suggest("t2") is None


def test_a_fold_is_allowed_what_was_asked_for_else_a_multiple_of_the_longest_one(plan, make_searcher):
    asked = make_searcher(plan, print, time_limit=FoldTimeLimit(30.0)).suggest("t0")
    plan.complete(replace(record(asked), seconds={"training": 90.0, "scoring": 10.0}))

    later = make_searcher(plan, print).suggest("t1")

    assert (asked[SECONDS_ALLOWED], later[SECONDS_ALLOWED]) == (30.0, 100.0 * TIMES_THE_LONGEST)


def test_a_finished_fold_is_in_the_journal_before_anybody_hears_of_it(plan, journal, make_searcher):
    in_journal = []
    searcher = make_searcher(plan, lambda record: in_journal.append(read_journal(journal.path)[-1] == record))
    config = searcher.suggest("t0")

    searcher.on_trial_complete("t0", finished(config))

    assert in_journal == [True]
    assert plan.state.configurations["c0000"].folds == {"b": record(config)}


def test_the_search_ends_when_every_configuration_is_decided(searcher, heard):
    for number in range(4):
        searcher.on_trial_complete(f"t{number}", finished(searcher.suggest(f"t{number}")))

    assert searcher.suggest("t4") == Searcher.FINISHED
    assert [(one.configuration, one.subject) for one in heard] == [
        ("c0000", "b"),
        ("c0000", "a"),
        ("c0001", "b"),
        ("c0001", "a"),
    ]
    assert searcher.stop_reason is None


@pytest.mark.parametrize(
    ("result", "error", "reason"),
    [
        ({FAILURE: "loss is NaN", "done": True}, False, "loss is NaN"),
        (None, True, WORKER_GONE),
        ({"training_iteration": 1}, True, WORKER_GONE),
        ({"training_iteration": 1, "done": True}, False, NO_OUTCOME),
    ],
    ids=["failure", "error without result", "error with result", "no outcome"],
)
def test_a_fold_that_failed_closes_its_configuration_with_its_reason(searcher, plan, heard, result, error, reason):
    searcher.suggest("t0")
    searcher.attempt_started("t0")

    searcher.on_trial_complete("t0", result, error=error)

    assert plan.state.configurations["c0000"].status is ConfigurationStatus.FAILED
    assert plan.state.configurations["c0000"].failure == f"b: {reason}"
    assert heard == []
    assert searcher.suggest("t1")["configuration"] == "c0001"


@pytest.mark.parametrize("result", [None, {}])
def test_a_fold_that_was_stopped_waits_again(searcher, plan, journal, result):
    config = searcher.suggest("t0")

    searcher.on_trial_complete("t0", result)

    assert searcher.suggest("t1") == config
    assert not any(isinstance(one, FailureRecord) for one in journal.records)


def test_a_full_disk_stops_the_search_and_gives_the_fold_back(searcher, plan, journal):
    searcher.suggest("t0")
    before = list(journal.records)

    searcher.on_trial_complete("t0", {DISK_FULL: "No space left on device: scores"})

    assert isinstance(searcher.stop_reason, OSError)
    assert searcher.stop_reason.errno == errno.ENOSPC
    assert "No space left on device: scores" in str(searcher.stop_reason)
    assert searcher.suggest("t1") == Searcher.FINISHED
    assert journal.records == before
    assert plan.next().subject == "b"


def test_a_journal_that_cannot_be_written_stops_the_search_with_its_error(searcher, heard, monkeypatch):
    config = searcher.suggest("t0")
    error = OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", raising(error))
    searcher.on_trial_complete("t0", finished(config))

    assert searcher.stop_reason is error
    assert heard == []
    assert searcher.suggest("t1") == Searcher.FINISHED


def test_a_new_configuration_that_cannot_be_written_stops_the_search_too(searcher, monkeypatch):
    error = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr("os.fsync", raising(error))

    assert searcher.suggest("t0") == Searcher.FINISHED
    assert searcher.stop_reason is error


def test_the_first_reason_to_stop_is_kept(searcher):
    searcher.suggest("t0")
    searcher.suggest("t1")

    searcher.on_trial_complete("t0", {DISK_FULL: "first"})
    searcher.on_trial_complete("t1", {DISK_FULL: "second"})

    assert "first" in str(searcher.stop_reason)


def raising(error):
    def action(*arguments):
        raise error

    return action


def test_folds_that_end_after_the_search_was_stopped_are_still_kept(searcher, heard):
    searcher.suggest("t0")
    config = searcher.suggest("t1")

    searcher.on_trial_complete("t0", {DISK_FULL: "No space left"})
    searcher.on_trial_complete("t1", finished(config))

    assert heard == [record(config)]


def test_a_trial_that_is_not_ours_is_ignored(searcher, journal):
    before = list(journal.records)

    searcher.on_trial_complete("unknown", None, error=True)

    assert journal.records == before
    assert searcher.stop_reason is None


def test_tune_may_pickle_copy_save_and_restore_it_without_touching_the_plan(searcher, plan, tmp_path):
    searcher.suggest("t0")

    copied = copy.deepcopy(searcher)
    pickled = cloudpickle.loads(cloudpickle.dumps(searcher))
    searcher.save(str(tmp_path / "state"))
    searcher.restore(str(tmp_path / "state"))
    searcher.set_state(searcher.get_state())

    assert copied is searcher
    assert isinstance(pickled, FoldSearcher)
    assert vars(pickled) == {}
    assert not (tmp_path / "state").exists()
    assert searcher.set_search_properties(None, None, {})
    assert searcher.suggest("t1")["subject"] == "a"


def test_a_fold_record_survives_the_way_through_tune_as_json():
    config = {"configuration": "c0002", "subject": "s15"}

    assert as_fold_record(finished(config)[FINISHED]) == record(config)


def test_a_configuration_that_loses_its_race_is_suggested_no_more(raced, heard, make_searcher):
    plan = raced("reproducible")
    searcher = make_searcher(plan, heard.append)

    number = 0
    while (config := searcher.suggest(f"t{number}")) != Searcher.FINISHED:
        searcher.on_trial_complete(f"t{number}", scored(config, good=config["configuration"] == "c0000"))
        number += 1

    assert number == len(SUBJECTS) + 8
    assert plan.state.configurations["c0001"].status is ConfigurationStatus.DROPPED
    assert searcher.stop_reason is None


@pytest.mark.parametrize("ending", ["finished", "failed"])
def test_a_fold_that_was_running_when_its_configuration_was_dropped_brings_nothing_back(
    raced, heard, make_searcher, ending
):
    plan = raced("free-running")
    searcher = make_searcher(plan, heard.append)
    # Nothing is complete yet, so that both configurations are given all their folds at once.
    configs = {f"t{number}": searcher.suggest(f"t{number}") for number in range(2 * len(SUBJECTS))}
    for trial in list(configs)[:-1]:
        searcher.on_trial_complete(trial, scored(configs[trial], good=configs[trial]["configuration"] == "c0000"))
    assert plan.state.configurations["c0001"].status is ConfigurationStatus.DROPPED

    last = list(configs)[-1]
    if ending == "finished":
        searcher.on_trial_complete(last, scored(configs[last], good=False))
    else:
        searcher.on_trial_complete(last, {FAILURE: "loss is NaN", "done": True})

    assert plan.state.configurations["c0001"].status is ConfigurationStatus.DROPPED
    assert len(heard) == 2 * len(SUBJECTS) - (ending == "failed")
    assert searcher.suggest("t99") == Searcher.FINISHED
