"""What one trial answers: exactly one of a finished fold, a failure and a full disk."""

import errno
import json
from dataclasses import replace

import numpy as np
import pytest
import torch

import platform.search
from platform.scheduling.fold_trial import CPU, DISK_FULL, FAILURE, FINISHED, OUT_OF_MEMORY, gpu_of_worker, run_fold
from platform.study.identity import fold_seed
from platform.study.workspace import scores_path, table_path
from spotformer_core.choices import GpuSteps
from spotformer_core.decoding.score_files import read_scores
from spotformer_core.errors import TrainingError
from spotformer_core.metrics.setting_tables import all_settings, read_setting_table
from spotformer_core.metrics.threshold_counts import threshold_counts
from spotformer_core.training.failures import DeviceMemoryError
from tests.fake_gpus import FakeGpu

TRIAL = {"configuration": "c0000", "params": {"window": 9, "learning_rate": 5e-3}, "subject": "a", "num_gpus": 0}


@pytest.fixture
def inputs(make_inputs):
    return make_inputs()


def test_a_finished_fold_gives_its_record_as_json_and_leaves_frame_scores_on_disk(inputs):
    outcome = run_fold(TRIAL, inputs)

    record = json.loads(outcome[FINISHED])
    assert list(outcome) == [FINISHED]
    assert (record["configuration"], record["subject"]) == ("c0000", "a")
    assert record["seed"] == fold_seed(4, "a")
    assert set(record["seconds"]) == {"training", "scoring"}
    assert np.isfinite(record["final_loss"])
    scores = read_scores(scores_path(inputs.study_folder, "c0000", "a"))
    assert {name: values.shape for name, values in scores.items()} == {"a_1": (30, 2, 5)}


def test_counts_at_every_threshold_cover_the_one_truth_of_the_held_out_subject(inputs):
    record = json.loads(run_fold(TRIAL, inputs)[FINISHED])

    macro, micro = np.array(record["counts"]["macro"]), np.array(record["counts"]["micro"])
    assert macro.shape == micro.shape == (len(inputs.space.apex_thresholds), 3)
    # TP + FN is the number of truths, whatever was proposed.
    assert (macro[:, 0] + macro[:, 2] == 1).all()
    assert (micro[:, 0] + micro[:, 2] == 0).all()


def test_the_same_trial_gives_the_same_counts_and_scores(inputs):
    path = scores_path(inputs.study_folder, "c0000", "a")

    first = json.loads(run_fold(TRIAL, inputs)[FINISHED])
    first_scores = path.read_bytes()
    second = json.loads(run_fold(TRIAL, inputs)[FINISHED])

    assert (second["counts"], second["final_loss"]) == (first["counts"], first["final_loss"])
    assert path.read_bytes() == first_scores


def test_earlier_epochs_and_other_decodings_are_stored_and_counted_beside_the_last(inputs):
    space = replace(inputs.space, fixed={**inputs.space.fixed, "num_epochs": 3}, stored_epochs=(1,))
    settings, decodings = all_settings((0, 1), num_decodings=2), ({}, {"macro_duration": 20, "macro_min_duration": 4})
    more = replace(inputs, space=space, settings=settings, decodings=decodings)

    record = json.loads(run_fold(TRIAL, more)[FINISHED])

    place = (inputs.study_folder, "c0000", "a")
    first, last = (read_scores(scores_path(*place, epoch=epoch))["a_1"] for epoch in (1, 0))
    assert not np.array_equal(first, last)
    table = read_setting_table(table_path(*place), settings)
    assert table[0].tolist() == [record["counts"]["macro"], record["counts"]["micro"]]
    own = space.configuration(TRIAL["params"])
    for row, one in enumerate(settings):
        scores, decoding = (last, first)[one.epoch], own.with_parameters(decodings[one.decoding]).decoding
        alone = threshold_counts([(scores, inputs.recordings[0].expressions)], space.apex_thresholds, decoding)
        np.testing.assert_array_equal(table[row], alone)


def test_storing_earlier_epochs_changes_nothing_about_the_last(inputs):
    path = scores_path(inputs.study_folder, "c0000", "a")
    space = replace(inputs.space, fixed={**inputs.space.fixed, "num_epochs": 3})
    run_fold(TRIAL, replace(inputs, space=space))
    alone = path.read_bytes()

    more = replace(space, stored_epochs=(1, 2))
    run_fold(TRIAL, replace(inputs, space=more, settings=all_settings((0, 2, 1), num_decodings=1)))

    assert path.read_bytes() == alone


def test_a_study_that_searches_thresholds_alone_leaves_no_table(inputs):
    run_fold(TRIAL, inputs)

    assert [path.name for path in scores_path(inputs.study_folder, "c0000", "a").parent.iterdir()] == ["a.arrow"]


@pytest.mark.parametrize("words", [(), ("--gpu-steps", "eager"), ("--gpu-steps", "cuda-graph")])
def test_how_a_gpu_runs_steps_goes_from_the_command_line_to_the_fold(inputs, monkeypatch, words):
    seen = []

    def evaluate(*_, **arguments):
        seen.append(arguments["gpu_steps"])
        raise TrainingError("seen")

    monkeypatch.setattr("platform.scheduling.fold_trial.evaluate_fold", evaluate)
    options = platform.search.search_options(platform.search.parser().parse_args(words))

    run_fold(TRIAL, replace(inputs, gpu_steps=options.gpu_steps))

    assert seen == [GpuSteps(words[-1]) if words else GpuSteps.EAGER]


def refuse(error):
    def action(*arguments, **keywords):
        raise error

    return action


def test_a_training_that_fails_is_a_failure_with_its_reason(inputs, monkeypatch):
    monkeypatch.setattr("platform.scheduling.fold_trial.evaluate_fold", refuse(TrainingError("loss is nan")))

    assert run_fold(TRIAL, inputs) == {FAILURE: "loss is nan"}


def test_a_fold_that_does_not_fit_into_memory_is_told_from_a_failure(inputs, monkeypatch):
    monkeypatch.setattr("platform.scheduling.fold_trial.evaluate_fold", refuse(DeviceMemoryError("too large")))

    assert run_fold(TRIAL, inputs) == {OUT_OF_MEMORY: "too large"}


def test_a_fold_on_a_gpu_is_kept_to_its_share_and_leaves_nothing_for_the_next(make_inputs, tmp_path):
    gpu = FakeGpu(tmp_path / "log")

    outcome = run_fold(TRIAL | {"num_gpus": 0.25}, make_inputs(gpu=gpu))

    assert list(outcome) == [FINISHED]
    assert gpu.log.read_text().split("\n") == ["limit 0.25", "release", ""]


def test_a_share_that_is_too_small_is_running_out_of_memory(make_inputs, tmp_path):
    gpu = FakeGpu(tmp_path / "log", least_share=0.5)

    outcome = run_fold(TRIAL | {"num_gpus": 0.25}, make_inputs(gpu=gpu))

    assert list(outcome) == [OUT_OF_MEMORY]
    assert "a fold must fit the memory of cpu" in outcome[OUT_OF_MEMORY]
    assert gpu.noted("release") == [""]


def test_a_fold_without_a_gpu_never_looks_for_one(make_inputs):
    def gpu():
        raise AssertionError("not asked for")

    assert list(run_fold(TRIAL, make_inputs(gpu=gpu))) == [FINISHED]


def test_a_share_changes_nothing_about_the_result(make_inputs, tmp_path):
    alone = json.loads(run_fold(TRIAL, make_inputs())[FINISHED])
    packed = run_fold(TRIAL | {"num_gpus": 0.25}, make_inputs(gpu=FakeGpu(tmp_path / "log")))

    assert json.loads(packed[FINISHED]) | {"seconds": 0} == alone | {"seconds": 0}


@pytest.mark.parametrize("visible", [None, "", "0"])
def test_a_worker_uses_the_gpu_that_ray_gave_it_if_pytorch_can(monkeypatch, visible):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)

    device = gpu_of_worker()

    assert (device.place, device.memory is None) == (("cuda:0", False) if visible else ("cpu", True))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert gpu_of_worker() == CPU


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_from_a_failure(inputs, monkeypatch, number):
    error = OSError(number, "No space left on device", "a.arrow")
    monkeypatch.setattr("platform.scheduling.fold_trial.write_scores", refuse(error))

    assert run_fold(TRIAL, inputs) == {DISK_FULL: "No space left on device: a.arrow"}


def test_every_other_error_is_left_to_the_retries_of_tune(inputs, monkeypatch):
    error = OSError(errno.EIO, "Input/output error")
    monkeypatch.setattr("platform.scheduling.fold_trial.write_scores", refuse(error))

    with pytest.raises(OSError, match="Input/output error"):
        run_fold(TRIAL, inputs)
