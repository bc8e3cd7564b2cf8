"""What a study may take from others, and what it must refuse."""

from dataclasses import replace

import pytest

from platform.study.journal import Journal
from platform.study.opening import open_study
from platform.study.outcomes import OutcomeStatus
from platform.study.prior import collected_prior, prior_counts, prior_outcomes
from platform.study.records import ConfigurationRecord, DroppedRecord
from platform.study.workspace import Workspace, journal_path
from search_spaces import Choice, Condition, Float, LogFloat, Space
from spotformer_core.errors import StudyError

SPACE = Space(
    name="toy",
    description="",
    fixed={"width": 32},
    dimensions={"learning_rate": LogFloat(1e-4, 1e-2), "window": Choice((9, 11))},
    apex_thresholds=(0.3, 0.5),
)


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


@pytest.fixture
def write(workspace, make_study_record, make_fold_record):
    """Writes a study of complete configurations with these parameters."""

    def make(name, *params, space=SPACE, **fields):
        with Journal(journal_path(workspace.study(name))) as journal:
            open_study(journal, make_study_record(space=space.as_dict(), **fields))
            for number, values in enumerate(params):
                journal.append(ConfigurationRecord(configuration=f"c{number:04d}", params=values))
                for subject in "ab":
                    journal.append(make_fold_record(subject, configuration=f"c{number:04d}"))
            journal.append(ConfigurationRecord(configuration="c9999", params={"learning_rate": 1e-3, "window": 9}))
            journal.append(
                DroppedRecord(configuration="c9999", reference="c0000", num_subjects=1, f1=0.1, reference_f1=0.5)
            )

    return make


POINT = {"learning_rate": 2e-3, "window": 9}


def test_complete_configurations_become_outcomes_that_survive_the_journal(workspace, write, make_study_record):
    write("other", POINT, {"learning_rate": 5e-4, "window": 11})
    wanted = make_study_record(space=SPACE.as_dict(), prior_studies=["other"])

    found = collected_prior(wanted, ["other"], SPACE, workspace)

    with Journal(journal_path(workspace.study("mine"))) as journal:
        state = open_study(journal, make_study_record(space=SPACE.as_dict(), prior_studies=["other"], prior=found))
    outcomes = prior_outcomes(state.study)
    assert [one.params for one in outcomes] == [POINT, {"learning_rate": 5e-4, "window": 11}]
    assert {one.status for one in outcomes} == {OutcomeStatus.COMPLETE}
    # Thresholds chosen on the other subject find nothing: see `make_fold_record`.
    assert {(one.value, one.by_kind) for one in outcomes} == {(0.0, (0.0, 0.0))}


def test_a_study_is_continued_with_what_it_knew_even_when_the_other_is_gone(workspace, make_study_record):
    known = [{"params": POINT, "value": 0.5, "macro": 0.5, "micro": 0.5}]
    path = journal_path(workspace.study("mine"))
    with Journal(path) as journal:
        open_study(journal, make_study_record(prior_studies=["gone"], prior=known))

    with Journal(path) as journal:
        state = open_study(journal, make_study_record(prior_studies=["gone"]))

    assert prior_outcomes(state.study)[0].value == 0.5


def test_two_studies_are_joined_without_repeats(workspace, write, make_study_record):
    write("one", POINT)
    write("two", POINT, {"learning_rate": 5e-4, "window": 11})

    found = collected_prior(make_study_record(space=SPACE.as_dict()), ["one", "two"], SPACE, workspace)

    assert [values["params"]["window"] for values in found] == [9, 11]


def test_points_of_a_wider_space_count_where_they_lie_inside(workspace, write, make_study_record):
    wide = Space(
        name="wide",
        description="",
        dimensions={"learning_rate": LogFloat(1e-5, 1.0), "window": Choice((9, 11, 13)), "width": Choice((32, 64))},
        apex_thresholds=(0.3, 0.5),
    )
    write(
        "wide",
        {"learning_rate": 2e-3, "window": 9, "width": 32},
        {"learning_rate": 2e-3, "window": 9, "width": 64},
        {"learning_rate": 2e-3, "window": 13, "width": 32},
        {"learning_rate": 0.5, "window": 9, "width": 32},
        space=wide,
    )

    found = collected_prior(make_study_record(space=SPACE.as_dict()), ["wide"], SPACE, workspace)

    assert [values["params"] for values in found] == [POINT]


def test_a_point_has_values_only_of_what_exists_there(workspace, write, make_study_record):
    space = Space(
        name="conditional",
        description="",
        fixed={"width": 32},
        dimensions={
            "learning_rate": LogFloat(1e-4, 1e-2),
            "window": Choice((9, 11)),
            "learning_rate_schedule": Choice(("constant", "exponential")),
            "learning_rate_decay": Float(0.9, 0.99),
        },
        conditions={"learning_rate_decay": Condition("learning_rate_schedule", ("exponential",))},
        apex_thresholds=(0.3, 0.5),
    )
    write("other", POINT, space=replace(SPACE, fixed={**SPACE.fixed, "learning_rate_schedule": "constant"}))

    (found,) = collected_prior(make_study_record(space=space.as_dict()), ["other"], space, workspace)

    assert found["params"] == POINT | {"learning_rate_schedule": "constant"}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"dataset_digest": "beef"}, "dataset_digest"),
        ({"subjects": ["a", "b"]}, "subjects"),
        ({"seed": 8}, "seed"),
        ({"extraction": {"face_size": 320}}, "extraction"),
        ({"versions": {"torch": "3.0"}}, "versions"),
        ({"seed": 8, "versions": {}}, "seed, versions"),
    ],
)
def test_what_was_not_measured_in_the_same_way_is_refused(workspace, write, make_study_record, fields, named):
    write("other", POINT, **fields)

    with pytest.raises(
        StudyError, match=rf"same data, features, splits, .* got 'other' with another {named}. Leave it out"
    ):
        collected_prior(make_study_record(space=SPACE.as_dict()), ["other"], SPACE, workspace)


def test_other_apex_thresholds_are_refused(workspace, write, make_study_record):
    other = Space(name="toy", description="", dimensions=SPACE.dimensions, apex_thresholds=(0.4, 0.5))
    write("other", POINT, space=other)

    with pytest.raises(StudyError, match="got 'other' with another apex_thresholds"):
        collected_prior(make_study_record(space=SPACE.as_dict()), ["other"], SPACE, workspace)


def test_a_study_without_anything_in_the_space_is_refused(workspace, write, make_study_record):
    write("other", {"learning_rate": 0.5, "window": 9})

    with pytest.raises(StudyError, match="complete configurations inside the space 'toy', got 'other' without any"):
        collected_prior(make_study_record(space=SPACE.as_dict()), ["other"], SPACE, workspace)


def test_a_study_that_does_not_exist_is_answered_with_the_nearest(workspace, write, make_study_record):
    write("demo-demo-seed0", POINT)

    with pytest.raises(StudyError, match=r"got 'demo-demo-sed0'. Did you mean 'demo-demo-seed0'\?"):
        collected_prior(make_study_record(), ["demo-demo-sed0"], SPACE, workspace)


def test_counts_of_prior_configurations_are_noted_by_subject_and_go_with_the_study(workspace, write, make_study_record):
    write("other", POINT)
    found = collected_prior(make_study_record(space=SPACE.as_dict()), ["other"], SPACE, workspace)

    study = make_study_record(space=SPACE.as_dict(), prior=found)

    # Each subject has the threshold that is best for the other one: 0.5 for "a", 0.3 for "b".
    assert prior_counts(study).tolist() == [[[0, 0, 2], [0, 2, 1]]]
    assert prior_counts(make_study_record()) is None
    before = [{name: value for name, value in found[0].items() if name != "counts"}]
    assert prior_counts(make_study_record(prior=before)) is None
