"""The projection may be repeated, interrupted and disturbed: the store says what the journal says, once."""

from dataclasses import replace

import pytest
from mlflow.tracking import MlflowClient

from platform.study.records import ConfigurationRecord, ReopenedRecord
from platform.study.state import StudyState
from platform.tracking.client import CONFIGURATION_TAG, STUDY_TAG
from tests.tracked_runs import client_of, everything_of, runs_of

# MLflow's own tables use what SQLAlchemy 2.1 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


def test_an_undecided_configuration_runs_only_while_a_search_is_at_work(store, state, projection, make_fold):
    state.apply(ConfigurationRecord(configuration="c0002", params={"window": 9}))
    statuses = []
    for is_running in (True, False, True):
        again = store.projection(state)
        again.write(state, "c0002", is_running=is_running)
        statuses.append(runs_of(again, state)["c0002"].info.status)

    assert statuses == ["RUNNING", "KILLED", "RUNNING"]


def test_a_run_whose_configuration_is_not_in_the_journal_any_more_is_closed(store, state, projection):
    state.apply(ConfigurationRecord(configuration="c0002", params={"window": 9}))
    projection.write(state, "c0002", is_running=True)
    restored = StudyState(state.study, [ConfigurationRecord(configuration="c0000", params={"window": 9})])

    again = store.projection(state)
    again.close(but=restored.configurations)

    assert runs_of(again, state)["c0002"].info.status == "KILLED"
    assert runs_of(again, state)["none"].info.status == "RUNNING"


@pytest.mark.parametrize("status", ["FINISHED", "FAILED", "KILLED"])
def test_the_study_ends_with_the_status_given_and_runs_again_when_continued(store, state, projection, status):
    assert runs_of(projection, state)["none"].info.status == "RUNNING"

    projection.end(status)
    assert runs_of(projection, state)["none"].info.status == status

    store.projection(state).begin()
    assert runs_of(projection, state)["none"].info.status == "RUNNING"


def project_all(projection, state):
    projection.begin()
    for name in state.configurations:
        projection.write(state, name, is_running=True)
    projection.write_best(state)
    projection.end("FINISHED")


def test_projecting_the_same_journal_twice_adds_nothing(store, state, projection):
    project_all(projection, state)
    before = everything_of(projection, state)

    project_all(store.projection(state), state)

    assert everything_of(projection, state) == before


WRITES = ("create_run", "log_inputs", "log_batch", "log_text", "log_artifacts", "set_terminated")


def without_keys(everything):
    """What does not differ between two studies of the same records: no ids, no times."""
    return {
        name: (status, params, sorted(tags), {key: [(step, value) for step, _, value in rows] for key, rows in history})
        for name, (_, status, params, tags, metrics, *_) in everything.items()
        for history in [metrics.items()]
    }


def test_requests_that_are_lost_on_the_way_or_back_are_repeated_without_effect(store, state, projection, monkeypatch):
    project_all(projection, state)
    twin = StudyState(replace(state.study, identity=f"{state.study.identity} again"))
    twin.configurations = state.configurations
    disturbed = store.projection(twin)
    lost = 0

    def losing(original):
        calls = {"number": 0}

        def call(self, *arguments, **named):
            nonlocal lost
            calls["number"] += 1
            if calls["number"] % 3 == 1:
                lost += 1
                raise ConnectionError("lost on the way")
            made = original(self, *arguments, **named)
            if calls["number"] % 3 == 2:
                lost += 1
                raise ConnectionError("lost on the way back")
            return made

        return call

    with monkeypatch.context() as patch:
        for name in WRITES:
            patch.setattr(MlflowClient, name, losing(getattr(MlflowClient, name)))
        is_done = False
        while not is_done:
            try:
                project_all(disturbed, twin)
                is_done = True
            except ConnectionError:
                disturbed.forget()

    assert lost > 2 * len(WRITES)
    assert without_keys(everything_of(disturbed, twin)) == without_keys(everything_of(projection, state))


def test_of_two_runs_for_one_configuration_the_later_is_deleted(store, state, projection):
    projection.write(state, "c0001", is_running=True)
    first = runs_of(projection, state)["c0001"]
    keys = {STUDY_TAG: state.study.identity, CONFIGURATION_TAG: "c0001"}
    client_of(projection).create_run(first.info.experiment_id, tags=keys, start_time=first.info.start_time + 1)

    store.projection(state).begin()

    assert runs_of(projection, state)["c0001"].info.run_id == first.info.run_id


def test_a_failed_configuration_that_a_later_run_completes_is_complete_here_too(projection, state, make_fold):
    projection.write(state, "c0001", is_running=True)
    state.apply(ReopenedRecord(configuration="c0001"))
    projection.write(state, "c0001", is_running=True)
    assert runs_of(projection, state)["c0001"].info.status == "RUNNING"
    for subject in "ab":
        state.apply(make_fold(subject, configuration="c0001"))

    projection.write(state, "c0001", is_running=True)

    run = runs_of(projection, state)["c0001"]
    assert run.info.status == "FINISHED"
    assert "spotformer.failure" not in run.data.tags
