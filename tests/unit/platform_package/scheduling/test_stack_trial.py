"""What the trial of a stack answers, and what it leaves on disk: as its folds alone, up to rounding."""

import errno
import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from platform.scheduling.fold_trial import DISK_FULL, FAILURE, FINISHED, OUT_OF_MEMORY, run_fold
from platform.scheduling.stack_trial import STACK, as_stack_outcome, out_of_memory, run_stack
from platform.scheduling.trials import IS_MEASUREMENT, SECONDS_ALLOWED, run_trial
from platform.study.identity import fold_seed
from platform.study.planning import FoldOrder
from platform.study.workspace import scores_path, table_path
from spotformer_core.decoding.score_files import read_scores
from spotformer_core.errors import TrainingError
from spotformer_core.metrics.setting_tables import all_settings, read_setting_table
from spotformer_core.training.failures import DeviceMemoryError
from tests.fake_gpus import FakeGpu
from tests.rounding import largest_move_in_double, networks_in

ALONE = {"configuration": "c0000", "params": {"window": 9, "learning_rate": 5e-3}, "subject": "b", "num_gpus": 0}
TRIAL = ALONE | {"others": ["a"], "missing": ["b", "a"]}


@pytest.fixture
def inputs(make_inputs):
    return make_inputs()


def place(inputs, subject):
    return inputs.study_folder, "c0000", subject


def test_every_fold_of_a_stack_gives_the_record_and_the_files_that_it_gives_alone(inputs, tmp_path):
    settings, decodings = all_settings((0, 1), num_decodings=2), ({}, {"macro_duration": 20, "macro_min_duration": 4})
    space = replace(inputs.space, fixed={**inputs.space.fixed, "num_epochs": 3}, stored_epochs=(1,))
    more = replace(inputs, space=space, settings=settings, decodings=decodings)
    apart = replace(more, study_folder=tmp_path / "apart")
    configuration = space.configuration(ALONE["params"])
    # Both recordings of 30 frames are one batch, so that an epoch is a step.
    rounding = largest_move_in_double(configuration, num_steps=3)

    with networks_in(torch.float64):
        outcome = run_stack(TRIAL, more)

    assert list(outcome) == [STACK]
    found = as_stack_outcome(outcome[STACK])
    assert found.failures == {}
    assert [record.subject for record in found.records] == ["b", "a"]
    for record in found.records:
        with networks_in(torch.float64):
            alone = json.loads(run_fold(ALONE | {"subject": record.subject}, apart)[FINISHED])
        assert (record.configuration, record.seed) == ("c0000", fold_seed(4, record.subject))
        assert record.versions == alone["versions"]
        assert record.final_loss == pytest.approx(alone["final_loss"], rel=rounding)
        assert set(record.seconds) == set(alone["seconds"])
        for epoch in (0, 1):
            (own,) = read_scores(scores_path(*place(more, record.subject), epoch=epoch)).values()
            (other,) = read_scores(scores_path(*place(apart, record.subject), epoch=epoch)).values()
            np.testing.assert_allclose(own, other, rtol=0, atol=rounding)
        table = read_setting_table(table_path(*place(more, record.subject)), settings)
        assert table[0].tolist() == [record.counts["macro"], record.counts["micro"]]
    training = [record.seconds["training"] for record in found.records]
    assert training[0] == training[1] > 0


def test_of_a_stack_of_which_a_fold_is_finished_only_the_other_is_kept_and_is_the_same_to_the_last_bit(inputs):
    whole = as_stack_outcome(run_stack(TRIAL, inputs)[STACK])
    files = {subject: scores_path(*place(inputs, subject)) for subject in "ab"}
    first = files["a"].read_bytes()
    files["a"].unlink()
    files["b"].write_bytes(b"finished before")

    rest = as_stack_outcome(run_stack(TRIAL | {"missing": ["a"]}, inputs)[STACK])

    assert [replace(record, seconds={}) for record in rest.records] == [replace(whole.records[1], seconds={})]
    assert files["a"].read_bytes() == first
    assert files["b"].read_bytes() == b"finished before"


def test_a_fold_that_fails_leaves_the_others_of_its_stack(inputs, monkeypatch):
    from platform.scheduling import stack_trial

    evaluate = stack_trial.evaluate_folds
    monkeypatch.setattr(
        stack_trial, "evaluate_folds", lambda *a, **k: (TrainingError("loss is nan"), evaluate(*a, **k)[1])
    )

    outcome = as_stack_outcome(run_stack(TRIAL, inputs)[STACK])

    assert outcome.failures == {"b": "loss is nan"}
    assert [record.subject for record in outcome.records] == ["a"]
    # One that was finished before cannot fail any more.
    assert as_stack_outcome(run_stack(TRIAL | {"missing": ["a"]}, inputs)[STACK]).failures == {}


def test_a_trial_is_a_stack_where_it_names_others(inputs):
    assert list(run_trial(TRIAL | {IS_MEASUREMENT: False, SECONDS_ALLOWED: 0.0}, inputs)) == [STACK]
    assert list(run_trial(ALONE | {IS_MEASUREMENT: False, SECONDS_ALLOWED: 0.0}, inputs)) == [FINISHED]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (DeviceMemoryError("too large"), {OUT_OF_MEMORY: "too large"}),
        (TrainingError("nothing to train on"), {FAILURE: "nothing to train on"}),
        (OSError(errno.ENOSPC, "No space left on device", "a.arrow"), {DISK_FULL: "No space left on device: a.arrow"}),
    ],
    ids=["memory", "training", "disk"],
)
def test_what_stops_the_whole_stack_is_told_as_of_a_fold(inputs, monkeypatch, error, outcome):
    def evaluate(*_, **__):
        raise error

    monkeypatch.setattr("platform.scheduling.stack_trial.evaluate_folds", evaluate)

    assert run_stack(TRIAL, inputs) == outcome


def test_a_stack_on_a_gpu_is_kept_to_its_share_and_leaves_nothing_for_the_next(make_inputs, tmp_path):
    gpu = FakeGpu(tmp_path / "log")

    outcome = run_stack(TRIAL | {"num_gpus": 0.25}, make_inputs(gpu=gpu))

    assert list(outcome) == [STACK]
    assert gpu.log.read_text().split("\n") == ["limit 0.25", "release", ""]


def test_out_of_memory_a_stack_is_told_what_helps_and_a_fold_nothing_of_stacks():
    assert out_of_memory("too large.", FoldOrder("c0000", "a")) == "too large."
    assert out_of_memory("too large.", FoldOrder("c0000", "a", ("b", "c"))) == (
        "too large. 3 folds were trained side by side: a study of another name with a lower --stack-folds needs less."
    )
