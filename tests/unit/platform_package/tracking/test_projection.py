"""What people find in MLflow, read back through MLflow's own client from a SQLite file."""

import json
import time
from pathlib import Path

import pytest
import yaml

from platform.study.records import (
    ConfigurationRecord,
    DecodingRecord,
    DroppedRecord,
    FailureRecord,
    FoldRecord,
    InfeasibleRecord,
    ReopenedRecord,
)
from platform.tracking.client import PARENT_TAG
from platform.tracking.machine import MachineSamples
from platform.tracking.opening import open_tracking, require_store
from platform.tracking.tracked import remembered
from tests.tracked_runs import client_of, runs_of

# MLflow's own tables use what SQLAlchemy 2.1 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


def artifacts_of(projection, run, tmp_path):
    """Contents of a run's artifacts by path."""
    folder = Path(client_of(projection).download_artifacts(run.info.run_id, "", str(tmp_path)))
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def table(text):
    values = json.loads(text)
    return [dict(zip(values["columns"], row, strict=True)) for row in values["data"]]


def test_a_study_is_a_parent_run_and_each_configuration_a_child(projection, state):
    for name in ("c0000", "c0001"):
        projection.write(state, name, is_running=True)
    projection.end("FINISHED")

    runs = runs_of(projection, state)
    tracked = projection.connect()
    assert set(runs) == {"none", "c0000", "c0001"}
    assert tracked.experiment == "spotformer-toy"
    assert runs["none"].info.run_id == tracked.run_id
    assert runs["none"].info.run_name == "first"
    assert runs["c0000"].info.run_name == "first/c0000"
    assert runs["c0000"].data.tags[PARENT_TAG] == runs["c0001"].data.tags[PARENT_TAG] == tracked.run_id
    assert {name: run.info.status for name, run in runs.items()} == {
        "none": "FINISHED",
        "c0000": "FINISHED",
        "c0001": "FAILED",
    }


def test_parameters_of_the_study_and_of_a_configuration_are_searchable(projection, state):
    projection.write(state, "c0001", is_running=True)

    runs = runs_of(projection, state)
    described = {"space": "toy", "seed": "7", "subjects": "2", "sampler": "tpe", "racing": "off", "torch": "2.13.0"}
    assert runs["none"].data.params == described
    assert runs["c0001"].data.params == {"macro_duration": "20", "macro_min_duration": "8", "window": "11"}
    assert runs["c0001"].data.tags["spotformer.failure"] == "b: loss is NaN"
    assert runs["c0001"].data.tags["spotformer.seed"] == "7"
    assert "nothing about real faces" in runs["none"].data.tags["mlflow.note.content"]


def test_every_run_names_the_dataset_by_its_fingerprint_and_the_study_its_environment(projection, state, tmp_path):
    projection.write(state, "c0000", is_running=True)
    projection.begin()

    runs = runs_of(projection, state)
    for run in runs.values():
        (given,) = run.inputs.dataset_inputs
        assert (given.dataset.name, given.dataset.digest) == ("toy", "00ff")
        profile = {"subjects": 2, "recordings": 2, "frames": 120, "macro_expressions": 2}
        assert json.loads(given.dataset.profile) == profile
        assert run.data.tags["spotformer.version"]
    ((name, text),) = artifacts_of(projection, runs["none"], tmp_path).items()
    assert name == f"environment_{runs['none'].data.tags['spotformer.environment']}.json"
    assert json.loads(text)["packages"]["mlflow"]


def test_folds_of_an_undecided_configuration_arrive_as_steps_and_once(projection, state, make_fold):
    state.apply(ConfigurationRecord(configuration="c0002", params={"window": 9}))
    projection.write(state, "c0002", is_running=True)
    assert runs_of(projection, state)["c0002"].info.status == "RUNNING"
    state.apply(make_fold("b", configuration="c0002"))
    projection.write(state, "c0002", is_running=True)
    state.configurations["c0002"].folds["a"] = make_fold("a", configuration="c0002")
    projection.write(state, "c0002", is_running=True)

    run = runs_of(projection, state)["c0002"]
    history = {
        name: [
            (one.step, one.value) for one in client_of(projection).get_metric_history(run.info.run_id, f"folds/{name}")
        ]
        for name in ("final_loss", "seconds", "f1_overall", "f1_macro", "f1_micro")
    }
    assert history == {
        "final_loss": [(1, 0.125), (2, 0.125)],
        "seconds": [(1, 1.75), (2, 1.75)],
        # Of one subject there is none: thresholds are chosen on the others.
        "f1_overall": [(2, pytest.approx(2 / 3))],
        "f1_macro": [(2, pytest.approx(2 / 3))],
        "f1_micro": [(2, 0.0)],
    }
    assert "f1_overall" not in run.data.metrics


def test_a_dropped_configuration_is_tagged_and_looks_like_no_complete_one(projection, state):
    state.apply(ConfigurationRecord(configuration="c0002", params={"window": 9}))
    state.apply(DroppedRecord(configuration="c0002", reference="c0000", num_subjects=1, f1=0.125, reference_f1=0.5))
    projection.write(state, "c0002", is_running=True)
    projection.write(state, "c0002", is_running=True)

    run = runs_of(projection, state)["c0002"]
    assert run.info.status == "KILLED"
    assert run.data.tags["spotformer.dropped"] == "after 1 of 2 subjects, against c0000"
    assert "spotformer.complete" not in run.data.tags
    assert run.data.metrics == {"dropped_f1": 0.125, "dropped_reference_f1": 0.5, "dropped_subjects": 1.0}


def test_a_configuration_that_does_not_fit_is_tagged_until_a_later_run_decides_otherwise(projection, state):
    state.apply(ConfigurationRecord(configuration="c0002", params={"window": 9}))
    state.apply(InfeasibleRecord(configuration="c0002", subject="a", reason="too large"))
    projection.write(state, "c0002", is_running=True)

    run = runs_of(projection, state)["c0002"]
    assert (run.info.status, run.data.tags["spotformer.infeasible"]) == ("FAILED", "a: too large")
    assert not any(name.startswith("f1_") for name in run.data.metrics)

    state.apply(ReopenedRecord(configuration="c0002"))
    state.apply(FailureRecord(configuration="c0002", subject="a", reason="loss is NaN"))
    projection.write(state, "c0002", is_running=True)

    tags = runs_of(projection, state)["c0002"].data.tags
    assert tags["spotformer.failure"] == "a: loss is NaN"
    assert "spotformer.infeasible" not in tags


def test_metrics_name_kind_and_protocol(projection, state):
    projection.write(state, "c0000", is_running=True)

    metrics = runs_of(projection, state)["c0000"].data.metrics
    expected = {"f1_micro": 0.0}
    # `_paper` is the former name of `_pooled`: a run of today and one from before it was renamed share it.
    for suffix in ("_fixed", "_pooled", "_paper"):
        expected |= {f"f1_micro{suffix}": 0.0, f"f1_macro{suffix}": 2 / 3, f"f1_overall{suffix}": 2 / 3}
        for end, value in (("low", 0.0), ("high", 1.0)):
            expected |= {f"f1_{key}{suffix}_{end}": value for key in ("overall", "macro")}
            expected |= {f"f1_micro{suffix}_{end}": 0.0}
    for key, values in {"overall": (1, 0, 1), "macro": (1, 0, 1), "micro": (0, 0, 0)}.items():
        expected |= {f"{name}_{key}": float(value) for name, value in zip(("tp", "fp", "fn"), values, strict=True)}
    for key in ("overall", "macro"):
        expected |= {f"f1_{key}": 2 / 3, f"precision_{key}": 1.0, f"recall_{key}": 0.5}
        # One of two subjects was found whole and the other not at all: resamples have either, or both.
        expected |= {f"f1_{key}_low": 0.0, f"f1_{key}_high": 1.0}
    for end in ("low", "high"):
        expected |= {f"f1_micro_{end}": 0.0}
    expected |= {"precision_micro": 0.0, "recall_micro": 0.0, "worker_seconds": 3.5, "gpu_seconds": 1.75}
    final = {name: value for name, value in metrics.items() if not name.startswith("folds/")}
    assert final == pytest.approx(expected)


def test_the_study_shows_its_best_under_names_of_its_own(projection, state):
    projection.write_best(state)

    run = runs_of(projection, state)["none"]
    best = {"best_f1_overall": 2 / 3, "best_f1_macro": 2 / 3, "best_f1_micro": 0.0, "study_gpu_seconds": 1.75}
    assert run.data.metrics == pytest.approx(best)
    assert run.data.tags["spotformer.best_configuration"] == "c0000"


def test_artifacts_hold_folds_proposals_configuration_and_timelines(projection, state, tmp_path):
    projection.write(state, "c0000", is_running=True)

    artifacts = artifacts_of(projection, runs_of(projection, state)["c0000"], tmp_path)
    timelines = {"timelines/a_1.png", "timelines/b_1.png"}
    assert set(artifacts) == {"folds.json", "proposals.json", "configuration.yaml", *timelines}
    folds = table(artifacts["folds.json"])
    assert [fold["held_out"] for fold in folds] == ["b", "a"]
    expected = {"macro_tp": 1, "macro_fn": 0, "macro_f1": 1.0, "macro_threshold": 0.5, "seconds_training": 1.5}
    assert folds[1].items() >= (expected | {"final_loss": 0.125, "seed": 11}).items()
    (proposal,) = table(artifacts["proposals.json"])
    assert proposal.items() >= {"recording": "a_1", "onset": 10, "offset": 20, "truth_onset": 10, "iou": 1.0}.items()
    configuration = yaml.safe_load(artifacts["configuration.yaml"])
    assert (configuration["window"], configuration["macro_duration"], configuration["width"]) == (9, 20, 256)
    assert all(artifacts[name].startswith(b"\x89PNG") for name in timelines)


def test_folds_show_the_epoch_and_the_decoding_that_were_chosen(projection, state, tmp_path):
    state.study.decodings.append({"overlap_threshold": 0.25})
    choice = {"thresholds": {"macro": 0.5, "micro": 0.5}, "counts": {"macro": [1, 0, 0], "micro": [0, 0, 0]}}
    chosen = {subject: {"epoch": 0, "decoding": number, **choice} for number, subject in enumerate("ab")}
    choices = dict.fromkeys(("honest", "pooled"), chosen)
    state.configurations["c0000"].decoding = DecodingRecord(configuration="c0000", choices=choices)

    projection.write(state, "c0000", is_running=True)

    folds = table(artifacts_of(projection, runs_of(projection, state)["c0000"], tmp_path)["folds.json"])
    assert [(fold["held_out"], fold["epoch"], fold["decoding"]) for fold in folds] == [
        ("b", "last", '{"overlap_threshold": 0.25}'),
        ("a", "last", "{}"),
    ]


def test_more_folds_than_fit_into_one_request_are_written(projection, state):
    subjects = [f"s{number}" for number in range(450)]
    state.apply(ConfigurationRecord(configuration="c0002", params={"window": 9}))
    for number, subject in enumerate(subjects):
        counts = {"macro": [[1, 0, 0]] * 3, "micro": [[0, 0, 0]] * 3}
        fold = FoldRecord(
            configuration="c0002", subject=subject, seed=1, counts=counts, final_loss=number, seconds={"training": 1.0}
        )
        state.configurations["c0002"].folds[subject] = fold

    projection.write(state, "c0002", is_running=True)

    run = runs_of(projection, state)["c0002"]
    history = client_of(projection).get_metric_history(run.info.run_id, "folds/final_loss")
    assert [one.value for one in history] == list(range(450))
    assert run.data.tags["spotformer.folds"] == "450"


def test_samples_of_the_machine_are_written_once_to_the_run_of_the_study(projection, state):
    now = [time.time() + 100]
    samples = MachineSamples(clock=lambda: now[0])
    for _ in range(3):
        samples.take()
        now[0] += 10

    projection.write_machine(samples)
    projection.write_machine(samples)

    run = runs_of(projection, state)["none"]
    name = "system/cpu_utilization_percentage"
    history = client_of(projection).get_metric_history(run.info.run_id, name)
    # Of three moments ten seconds apart the second is too early for a sample.
    assert [one.step - history[0].step for one in history] == [0, 20]
    assert all(0 <= one.value <= 100 for one in history)


def test_where_a_study_is_tracked_is_noted_in_its_folder(store, state, tmp_path):
    tracked = open_tracking(store.projection(state), tmp_path)

    assert tracked == remembered(tmp_path, store.uri)
    require_store(store.uri, tmp_path)
