"""What people find in MLflow, read back through MLflow's own client from a SQLite file."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from platform.study.records import (
    ConfigurationRecord,
    DecodingRecord,
    DroppedRecord,
    ReopenedRecord,
    from_json,
    to_json,
)
from platform.study.state import StudyState
from platform.tracking.client import CONFIGURATION_TAG, PARENT_TAG, STUDY_TAG, tracking_client
from spotformer_core.errors import StudyError

# MLflow's own tables use what SQLAlchemy 2.1 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


@pytest.fixture
def projection(store, state):
    made = store.projection(state)
    made.begin()
    return made


def runs_of(projection, state):
    """Runs of the study by the configuration they stand for; "none" is the study itself."""
    client = MlflowClient(tracking_uri=projection.tracked.tracking_uri)
    found = client.search_runs(
        [projection.tracked.experiment_id], filter_string=f"tags.`{STUDY_TAG}` = '{state.study.identity}'"
    )
    assert len({run.data.tags[CONFIGURATION_TAG] for run in found}) == len(found)
    return {run.data.tags[CONFIGURATION_TAG]: run for run in found}


def artifacts_of(projection, run, tmp_path):
    """Contents of a run's artifacts by name."""
    client = MlflowClient(tracking_uri=projection.tracked.tracking_uri)
    names = [artifact.path for artifact in client.list_artifacts(run.info.run_id)]
    paths = {name: client.download_artifacts(run.info.run_id, name, str(tmp_path)) for name in names}
    return {name: Path(path).read_bytes() for name, path in paths.items()}


def table(text):
    values = json.loads(text)
    return [dict(zip(values["columns"], row, strict=True)) for row in values["data"]]


def test_a_study_is_a_parent_run_and_each_decided_configuration_a_child(projection, state):
    projection.project("c0000")
    projection.project("c0001")
    projection.end("FINISHED")

    runs = runs_of(projection, state)
    assert set(runs) == {"none", "c0000", "c0001"}
    assert projection.tracked.experiment == "spotformer-toy"
    assert runs["none"].info.run_id == projection.tracked.run_id
    assert runs["none"].info.run_name == "first"
    assert runs["c0000"].info.run_name == "first/c0000"
    assert runs["c0000"].data.tags[PARENT_TAG] == runs["c0001"].data.tags[PARENT_TAG] == projection.tracked.run_id
    assert {name: run.info.status for name, run in runs.items()} == {
        "none": "FINISHED",
        "c0000": "FINISHED",
        "c0001": "FAILED",
    }


def test_parameters_of_the_study_and_of_a_configuration_are_searchable(projection, state):
    projection.project("c0001")

    runs = runs_of(projection, state)
    described = {"space": "toy", "seed": "7", "subjects": "2", "sampler": "tpe", "racing": "off", "torch": "2.13.0"}
    assert runs["none"].data.params == described
    assert runs["c0001"].data.params == {"macro_duration": "20", "macro_min_duration": "8", "window": "11"}
    assert runs["c0001"].data.tags["spotformer.failure"] == "b: loss is NaN"
    assert "nothing about real faces" in runs["none"].data.tags["mlflow.note.content"]


def test_a_dropped_configuration_is_tagged_and_looks_like_no_complete_one(projection, state):
    state.apply(ConfigurationRecord(configuration="c0002", params={"window": 9}))
    state.apply(DroppedRecord(configuration="c0002", reference="c0000", num_subjects=1, f1=0.125, reference_f1=0.5))
    projection.project("c0002")
    projection.project("c0002")
    projection.end("FINISHED")

    run = runs_of(projection, state)["c0002"]
    assert run.info.status == "KILLED"
    assert run.data.tags["spotformer.dropped"] == "after 1 of 2 subjects, against c0000"
    assert "spotformer.complete" not in run.data.tags
    assert run.data.metrics == {"dropped_f1": 0.125, "dropped_reference_f1": 0.5, "dropped_subjects": 1.0}


def test_metrics_name_kind_and_protocol_and_the_study_carries_those_of_its_best(projection, state):
    projection.project("c0000")
    projection.end("FINISHED")

    runs = runs_of(projection, state)
    expected = {"f1_micro": 0.0, "f1_micro_paper": 0.0, "f1_macro_paper": 2 / 3, "f1_overall_paper": 2 / 3}
    for key, values in {"overall": (1, 0, 1), "macro": (1, 0, 1), "micro": (0, 0, 0)}.items():
        expected |= {f"{name}_{key}": float(value) for name, value in zip(("tp", "fp", "fn"), values, strict=True)}
    for key in ("overall", "macro"):
        expected |= {f"f1_{key}": 2 / 3, f"precision_{key}": 1.0, f"recall_{key}": 0.5}
    expected |= {"precision_micro": 0.0, "recall_micro": 0.0}
    assert runs["c0000"].data.metrics == pytest.approx(expected)
    assert runs["none"].data.metrics == pytest.approx(expected)
    assert runs["none"].data.tags["spotformer.best_configuration"] == "c0000"


def test_artifacts_hold_folds_proposals_configuration_and_a_timeline(projection, state, tmp_path):
    projection.project("c0000")

    artifacts = artifacts_of(projection, runs_of(projection, state)["c0000"], tmp_path)
    assert set(artifacts) == {"folds.json", "proposals.json", "configuration.json", "timeline_a_1.png"}
    folds = table(artifacts["folds.json"])
    assert [fold["held_out"] for fold in folds] == ["b", "a"]
    expected = {"macro_tp": 1, "macro_fn": 0, "macro_f1": 1.0, "macro_threshold": 0.5, "seconds_training": 1.5}
    assert folds[1].items() >= (expected | {"final_loss": 0.125, "seed": 11}).items()
    (proposal,) = table(artifacts["proposals.json"])
    assert proposal.items() >= {"recording": "a_1", "onset": 10, "offset": 20, "truth_onset": 10, "iou": 1.0}.items()
    configuration = json.loads(artifacts["configuration.json"])
    assert (configuration["window"], configuration["macro_duration"], configuration["width"]) == (9, 20, 256)
    assert artifacts["timeline_a_1.png"].startswith(b"\x89PNG")


def test_a_state_that_was_read_from_the_journal_gives_the_same_tables_as_the_one_that_wrote_it(
    store, state, projection, tmp_path
):
    first, *_ = state.configurations.values()
    records = [ConfigurationRecord(configuration=first.name, params=first.params), *first.folds.values()]
    lines = [json.dumps(to_json(record), sort_keys=True) for record in records]
    study = replace(state.study, identity="read again")
    again = StudyState(study, [from_json(json.loads(line)) for line in lines])
    projected_again = store.projection(again)

    projection.project("c0000")
    projected_again.project("c0000")

    written, read = (
        artifacts_of(one, runs_of(one, its)["c0000"], tmp_path)
        for one, its in ((projection, state), (projected_again, again))
    )
    assert read == written


def test_folds_show_the_epoch_and_the_decoding_that_were_chosen(projection, state, tmp_path):
    state.study.decodings.append({"overlap_threshold": 0.25})
    choice = {"thresholds": {"macro": 0.5, "micro": 0.5}, "counts": {"macro": [1, 0, 0], "micro": [0, 0, 0]}}
    chosen = {subject: {"epoch": 0, "decoding": number, **choice} for number, subject in enumerate("ab")}
    choices = dict.fromkeys(("honest", "paper"), chosen)
    state.configurations["c0000"].decoding = DecodingRecord(configuration="c0000", choices=choices)

    projection.project("c0000")

    folds = table(artifacts_of(projection, runs_of(projection, state)["c0000"], tmp_path)["folds.json"])
    assert [(fold["held_out"], fold["epoch"], fold["decoding"]) for fold in folds] == [
        ("b", "last", '{"overlap_threshold": 0.25}'),
        ("a", "last", "{}"),
    ]


def test_projecting_the_same_journal_twice_adds_nothing(store, state, projection, tmp_path):
    projection.project("c0000")
    projection.project("c0001")
    before = runs_of(projection, state)

    again = store.projection(state)
    again.project("c0000")
    again.project("c0001")

    after = runs_of(again, state)
    assert again.tracked == projection.tracked
    assert {name: run.info.run_id for name, run in after.items()} == {n: run.info.run_id for n, run in before.items()}
    assert len(table(artifacts_of(again, after["c0000"], tmp_path)["folds.json"])) == 2


def test_a_projection_that_was_interrupted_is_completed_without_repeated_rows(projection, state, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(projection, "_log_timeline", raising(OSError("broken")))
        with pytest.raises(OSError, match="broken"):
            projection.project("c0000")
    assert runs_of(projection, state)["c0000"].info.status == "RUNNING"

    projection.project("c0000")

    run = runs_of(projection, state)["c0000"]
    artifacts = artifacts_of(projection, run, tmp_path)
    assert run.info.status == "FINISHED"
    assert len(table(artifacts["folds.json"])) == 2
    assert len(table(artifacts["proposals.json"])) == 1
    assert "timeline_a_1.png" in artifacts


def raising(error):
    def action(*arguments):
        raise error

    return action


def test_a_failed_configuration_that_a_later_run_completes_is_complete_here_too(projection, state, make_fold):
    projection.project("c0001")
    state.apply(ReopenedRecord(configuration="c0001"))
    for subject in "ab":
        state.apply(make_fold(subject, configuration="c0001"))

    projection.project("c0001")

    run = runs_of(projection, state)["c0001"]
    assert run.info.status == "FINISHED"
    assert "spotformer.failure" not in run.data.tags


@pytest.mark.parametrize("status", ["FINISHED", "FAILED", "KILLED"])
def test_the_study_ends_with_the_status_given_and_runs_again_when_continued(store, state, projection, status):
    assert runs_of(projection, state)["none"].info.status == "RUNNING"

    projection.end(status)
    assert runs_of(projection, state)["none"].info.status == status

    store.projection(state).begin()
    assert runs_of(projection, state)["none"].info.status == "RUNNING"


@pytest.mark.parametrize("what", ["a folder", "no database", "below a file"])
def test_a_sqlite_file_that_cannot_be_used_is_named_at_once(tmp_path, what):
    path = tmp_path / "mlflow.db"
    if what == "a folder":
        path.mkdir()
    elif what == "no database":
        path.write_text("certainly no database" * 100)
    else:
        path.touch()
        path = path / "mlflow.db"
    started = time.monotonic()

    with pytest.raises(StudyError, match=rf"usable MLflow store, got 'sqlite:///{path}': .*Use sqlite:///FILE"):
        tracking_client(f"sqlite:///{path}")

    assert time.monotonic() - started < 20


def test_an_address_of_an_unknown_kind_is_named():
    with pytest.raises(StudyError, match="usable MLflow store, got 'gopher://tracking'"):
        tracking_client("gopher://tracking")
