"""What decides how much memory folds need, measured with a memory that only counts its questions."""

from dataclasses import fields

import pytest
import torch

from spotformer_core.config import Configuration, LossConfig, ModelConfig, TrainingConfig
from spotformer_core.errors import TrainingError
from spotformer_core.training.batch_memory import BatchMemory
from spotformer_core.training.failures import DeviceMemoryError
from spotformer_core.training.peak_memory import (
    NUM_STEPS,
    SWITCHES,
    WITHOUT_EFFECT,
    computed_batch_bytes,
    computed_bytes,
    measured_peak,
    memory_facts,
)

FIELDS = {field.name for group in (ModelConfig, LossConfig, TrainingConfig) for field in fields(group)}


class CountedMemory:
    """Says that 7 bytes were held, and notes in which order it was asked."""

    def __init__(self):
        self.asked = []

    def describe(self):
        raise AssertionError("not to be asked")

    def limit(self, share):
        raise AssertionError("not to be asked")

    def release(self):
        raise AssertionError("not to be asked")

    def forget_peak(self):
        self.asked.append("forget")

    def peak_bytes(self):
        self.asked.append("peak")
        return 7


def test_every_field_that_is_named_exists():
    assert WITHOUT_EFFECT | SWITCHES <= FIELDS


@pytest.mark.parametrize(
    "change",
    [
        {"learning_rate": 0.5},
        {"num_epochs": 3},
        {"dropout": 0.3},
        {"contrastive_lambda": 0.5},
        {"macro_duration": 40},
        {"class_balance": "balanced"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_changes_numbers_only_needs_no_measurement_of_its_own(change):
    usual = Configuration()

    assert memory_facts(usual.with_parameters(change)) == memory_facts(usual)


@pytest.mark.parametrize(
    "change",
    [
        {"width": 128},
        {"window": 9},
        {"batch_size": 256},
        {"precision": "bfloat16"},
        {"architecture": "seq-st"},
        {"regions": "with-nose-sides"},
        {"training_frames": "all"},
        {"micro_expression_weight": 0.0},
        {"dropout": 0.0},
        {"contrastive_lambda": 0.0},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_changes_shapes_needs_one(change):
    usual = Configuration()

    assert memory_facts(usual.with_parameters(change)) != memory_facts(usual)


def test_a_measurement_begins_anew_and_ends_with_the_peak(small_configuration, make_band):
    memory = CountedMemory()

    peak = measured_peak(small_configuration, [make_band("a", "a_1")], place="cpu", memory=memory)

    assert peak == 7
    assert memory.asked == ["forget", "peak"]


@pytest.mark.parametrize("num_folds", [1, 3])
def test_a_measurement_draws_nothing_from_the_random_numbers_of_others(small_configuration, make_band, num_folds):
    before = torch.get_rng_state()

    measured_peak(
        small_configuration, [make_band("a", "a_1")], place="cpu", memory=CountedMemory(), num_folds=num_folds
    )

    assert torch.equal(torch.get_rng_state(), before)


def test_a_measurement_takes_steps_and_scores_the_longest_recording(small_configuration, make_band, monkeypatch):
    scored, steps = [], []
    step = torch.optim.AdamW.step
    monkeypatch.setattr(torch.optim.AdamW, "step", lambda self: steps.append(1) or step(self))
    monkeypatch.setattr(
        "spotformer_core.training.peak_memory.score_recordings",
        lambda network, bands: scored.extend(band.recording.name for band in bands),
    )
    bands = [make_band("a", "a_1"), make_band("b", "b_1", num_frames=40)]

    measured_peak(small_configuration, bands, place="cpu", memory=CountedMemory())

    # A recorded step runs three times before it is recorded, and is then replayed.
    assert len(steps) > 4
    assert scored == ["b_1"]


def test_a_stack_is_measured_with_the_steps_of_all_its_folds_and_with_memory_for_each(
    small_configuration, make_band, monkeypatch
):
    steps, gathered = [], []
    step, gather = torch.optim.AdamW.step, BatchMemory.gather
    monkeypatch.setattr(torch.optim.AdamW, "step", lambda self: steps.append(id(self)) or step(self))
    monkeypatch.setattr(
        BatchMemory, "gather", lambda self, indices: gathered.append(tuple(indices.shape)) or gather(self, indices)
    )
    bands = [make_band("a", "a_1"), make_band("b", "b_1", num_frames=40)]

    measured_peak(small_configuration, bands, place="cpu", memory=CountedMemory(), num_folds=3)

    assert gathered == [(3, small_configuration.training.batch_size)] * NUM_STEPS
    assert len(steps) == 3 * NUM_STEPS
    assert len(set(steps)) == 3


def test_what_cannot_be_measured_says_so(small_configuration, make_band):
    too_large = small_configuration.with_parameters({"batch_size": 2**45})
    untrained = small_configuration.with_parameters({"training_frames": "expression-segments"})

    with pytest.raises(DeviceMemoryError, match=r"Lower batch_size \(now 35184372088832\)"):
        measured_peak(too_large, [make_band("a", "a_1")], place="cpu", memory=CountedMemory())
    with pytest.raises(TrainingError, match="must have frames to train on"):
        measured_peak(untrained, [make_band("a", "a_1", expressions=())], place="cpu", memory=CountedMemory())


def test_computed_bytes_grow_with_what_is_resident_and_with_the_batch(small_configuration):
    larger = small_configuration.with_parameters({"batch_size": 32})

    # A window of 9 steps, 10 regions and 2 directions in half precision.
    more_frames = computed_bytes(small_configuration, num_frames=200) - computed_bytes(
        small_configuration, num_frames=100
    )
    assert more_frames == 100 * 9 * 10 * 2 * 2
    assert computed_batch_bytes(larger) == pytest.approx(2 * computed_batch_bytes(small_configuration), rel=0.01)


def test_a_batch_keeps_at_least_its_activations_of_the_first_layer(small_configuration):
    # 16 windows of 9 steps, 10 regions and 16 numbers each.
    assert computed_batch_bytes(small_configuration) > 16 * 9 * 10 * 16 * 4
