"""The leaderboard and the entries of `--json`, on studies whose F1 can be computed by hand."""

import json

from platform.study.leaderboard import configuration_entries, leaderboard, pareto_front
from platform.study.records import ConfigurationRecord, DroppedRecord, FailureRecord, InfeasibleRecord
from platform.study.state import StudyState
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.protocols import Protocol
from tests.scored_studies import write_study


def test_a_row_pools_the_counts_of_all_subjects_for_each_kind_and_overall(finished_study):
    (row,) = leaderboard(finished_study.state)

    assert (row.name, row.params, row.num_folds) == ("c0000", {"window": 9}, 2)
    assert row.counts[Protocol.HONEST] == {
        "overall": Counts(2, 1, 1),
        "macro": Counts(1, 1, 1),
        "micro": Counts(1, 0, 0),
    }


def test_both_protocols_stand_side_by_side(make_study_record, make_fold_record):
    records = [ConfigurationRecord(configuration="c0000", params={}), make_fold_record("a"), make_fold_record("b")]

    (row,) = leaderboard(StudyState(make_study_record(), records))

    assert row.counts[Protocol.HONEST]["macro"] == Counts(0, 2, 3)
    assert row.counts[Protocol.POOLED]["macro"] == Counts(2, 2, 1)


def test_only_complete_configurations_have_rows_and_the_best_comes_first(make_study_record, make_fold_record):
    better = {"macro": [[1, 0, 0], [1, 0, 0]], "micro": [[0, 0, 0], [0, 0, 0]]}
    records = [ConfigurationRecord(configuration=f"c000{number}", params={}) for number in range(3)]
    records += [make_fold_record(subject, configuration="c0000") for subject in "ab"]
    records += [make_fold_record(subject, configuration="c0002", counts=better) for subject in "ab"]

    rows = leaderboard(StudyState(make_study_record(), records))

    assert [row.name for row in rows] == ["c0002", "c0000"]


def test_entries_hold_every_configuration_in_the_order_asked_as_plain_json(finished_study):
    state = finished_study.state
    for number in (1, 2):
        state.apply(ConfigurationRecord(configuration=f"c000{number}", params={"window": 11}))
    state.apply(FailureRecord(configuration="c0001", subject="b", reason="loss is NaN"))

    entries = json.loads(json.dumps(configuration_entries(state)))

    assert entries == [
        {
            "id": "c0000",
            "params": {"window": 9},
            "status": "complete",
            "folds_done": 2,
            "f1": {"overall": 4 / 6, "macro": 0.5, "micro": 1.0},
            "counts": {
                "overall": {"tp": 2, "fp": 1, "fn": 1},
                "macro": {"tp": 1, "fp": 1, "fn": 1},
                "micro": {"tp": 1, "fp": 0, "fn": 0},
            },
            "f1_fixed": {"overall": 4 / 6, "macro": 0.5, "micro": 1.0},
            "f1_pooled": {"overall": 4 / 6, "macro": 0.5, "micro": 1.0},
            "f1_paper": {"overall": 4 / 6, "macro": 0.5, "micro": 1.0},
        },
        {
            "id": "c0001",
            "params": {"window": 11},
            "status": "failed",
            "folds_done": 0,
            "f1": None,
            "counts": None,
            "f1_fixed": None,
            "f1_pooled": None,
            "f1_paper": None,
            "failure": "b: loss is NaN",
        },
        {
            "id": "c0002",
            "params": {"window": 11},
            "status": "open",
            "folds_done": 0,
            "f1": None,
            "counts": None,
            "f1_fixed": None,
            "f1_pooled": None,
            "f1_paper": None,
        },
    ]


def test_entries_say_what_was_chosen_on_stored_scores(tmp_path):
    state = write_study(tmp_path)

    (entry,) = json.loads(json.dumps(configuration_entries(state)))

    assert set(entry["chosen"]) == {"honest", "fixed", "pooled", "paper", "as-released"}
    assert entry["chosen"]["paper"] == entry["chosen"]["pooled"]
    result = state.result("c0000", Protocol.HONEST)
    for subject, chosen in entry["chosen"]["honest"].items():
        setting = result.settings[subject]
        assert chosen["epoch"] == (setting.epoch or "last")
        assert chosen["decoding"] == state.study.decodings[setting.decoding]
        assert list(chosen["thresholds"].values()) == list(result.thresholds[subject].values())


def test_a_dropped_configuration_has_no_row_and_an_entry_that_says_what_it_lost_to(make_study_record, make_fold_record):
    dropped = DroppedRecord(configuration="c0000", reference="c0009", num_subjects=1, f1=0.125, reference_f1=0.5)
    records = [ConfigurationRecord(configuration="c0000", params={}), make_fold_record("a"), dropped]
    state = StudyState(make_study_record(), records)

    (entry,) = json.loads(json.dumps(configuration_entries(state)))

    assert leaderboard(state) == ()
    assert (entry["status"], entry["folds_done"], entry["f1"]) == ("dropped", 1, None)
    assert entry["dropped"] == {"reference": "c0009", "num_subjects": 1, "f1": 0.125, "reference_f1": 0.5}


def test_a_configuration_that_does_not_fit_has_no_row_and_an_entry_that_says_why(make_study_record):
    infeasible = InfeasibleRecord(configuration="c0000", subject="a", reason="too large")
    state = StudyState(make_study_record(), [ConfigurationRecord(configuration="c0000", params={}), infeasible])

    (entry,) = configuration_entries(state)

    assert leaderboard(state) == ()
    assert (entry["status"], entry["failure"], entry["f1"]) == ("infeasible", "a: too large", None)


def test_the_front_holds_what_nothing_beats_in_one_kind_without_losing_in_the_other(
    make_study_record, make_fold_record
):
    found, missed = [[1, 0, 0]] * 2, [[0, 0, 1]] * 2
    kinds = {
        "c0000": {"macro": found, "micro": missed},
        "c0001": {"macro": missed, "micro": found},
        "c0002": {"macro": missed, "micro": missed},
        "c0003": {"macro": found, "micro": missed},
    }
    records = [ConfigurationRecord(configuration=name, params={}) for name in kinds]
    records += [
        make_fold_record(one, configuration=name, counts=counts) for name, counts in kinds.items() for one in "ab"
    ]

    two = StudyState(make_study_record(sampler="nsga-ii"), records)
    one = StudyState(make_study_record(sampler="tpe"), records)

    assert pareto_front(two) == {"c0000", "c0001", "c0003"}
    assert {row.name: row.front for row in leaderboard(two)} == {name: name != "c0002" for name in kinds}
    assert [entry["front"] for entry in configuration_entries(two)] == [True, True, False, True]
    assert {row.front for row in leaderboard(one)} == {None}
