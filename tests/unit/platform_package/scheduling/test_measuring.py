"""Shares of a GPU that follow from measurements, and the measurement that a worker makes."""

import json
from dataclasses import replace

import pytest

from platform.scheduling.fold_trial import CPU, FAILURE, OUT_OF_MEMORY
from platform.scheduling.measuring import MEASURED, NO_GPU, MeasuredShares, run_measurement
from platform.scheduling.peak_memory_store import PeakMemory, PeakMemoryStore
from platform.scheduling.resources import FoldResources
from platform.study.planning import FoldOrder
from spotformer_core.choices import GpuSteps
from spotformer_core.config import Configuration
from spotformer_core.errors import TrainingError
from spotformer_core.training.failures import DeviceMemoryError
from tests.fake_gpus import GIGABYTE, FakeGpu

ORDER, AS_LARGE, LARGER = FoldOrder("c0000", "a"), FoldOrder("c0001", "a"), FoldOrder("c0002", "a")
CONFIGURATIONS = {
    "c0000": Configuration(),
    "c0001": Configuration.from_parameters({"learning_rate": 0.5}),
    "c0002": Configuration.from_parameters({"width": 512}),
}
WHOLE, QUARTER = FoldResources(num_gpus=1), FoldResources(num_gpus=0.25)


@pytest.fixture
def store(tmp_path):
    return PeakMemoryStore(
        folder=tmp_path / "peak-memory", dataset_digest="00ff", accelerator="", gpu_steps=GpuSteps.EAGER
    )


@pytest.fixture
def noticed():
    return []


@pytest.fixture
def shares(store, noticed):
    return MeasuredShares(
        store, lambda order: CONFIGURATIONS[order.configuration], num_frames=1000, notice=noticed.append
    )


def outcome(**changes):
    found = {
        "gpu": "H100",
        "total_bytes": 80 * GIGABYTE,
        "context_bytes": GIGABYTE // 2,
        "peak_bytes": 12 * GIGABYTE,
    }
    return {MEASURED: json.dumps(found | changes), "done": True}


def test_folds_wait_until_their_configuration_is_measured_and_then_get_its_share(shares):
    assert shares(ORDER) is None
    assert shares.for_measuring(ORDER) == WHOLE

    shares.take(ORDER, WHOLE, outcome())

    # 12.5 GB with headroom are 14.4 GB: 4 of them fit on 80 GB, 6 do not.
    assert shares(ORDER) == shares(AS_LARGE) == QUARTER
    assert shares(LARGER) is None


def test_a_later_search_measures_nothing_again(shares, store):
    shares.take(ORDER, WHOLE, outcome())

    later = MeasuredShares(store, lambda order: CONFIGURATIONS[order.configuration], num_frames=1000, notice=print)

    assert later(AS_LARGE) == QUARTER


def test_once_the_gpu_is_known_a_measurement_gets_what_is_computed_and_keeps_the_context_of_who_was_alone(
    shares, store
):
    shares.take(ORDER, WHOLE, outcome())
    given = shares.for_measuring(LARGER)
    assert 0 < given.num_gpus < 1

    shares.take(LARGER, given, outcome(context_bytes=70 * GIGABYTE, peak_bytes=20 * GIGABYTE))

    assert store.read(CONFIGURATIONS["c0002"]) == PeakMemory(
        gpu="H100", total_bytes=80 * GIGABYTE, context_bytes=GIGABYTE // 2, peak_bytes=20 * GIGABYTE
    )
    assert shares(LARGER) == FoldResources(num_gpus=0.3333)


def test_a_measurement_that_ran_out_of_memory_beside_others_gets_a_whole_gpu(shares):
    shares.take(ORDER, WHOLE, outcome())

    shares.take(LARGER, QUARTER, {OUT_OF_MEMORY: "too large"})

    assert shares(LARGER) is None
    assert shares.for_measuring(LARGER) == WHOLE


@pytest.mark.parametrize("failed", [{OUT_OF_MEMORY: "too large"}, {FAILURE: "loss is NaN"}, {}], ids=str)
def test_folds_that_cannot_be_measured_get_whole_gpus_in_this_run_and_nothing_is_kept(shares, store, failed):
    shares.take(ORDER, WHOLE, failed)

    assert shares(ORDER) == WHOLE
    assert store.read(CONFIGURATIONS["c0000"]) is None


def test_gpus_that_pytorch_cannot_use_are_told_of_and_left_alone(shares, noticed):
    shares.take(ORDER, WHOLE, {NO_GPU: "no GPU can be used"})

    assert shares(ORDER) == shares(LARGER) == FoldResources()
    assert noticed == ["no GPU can be used; they run on CPUs"]


def test_a_measurement_of_stacks_gets_what_is_computed_of_all_their_folds(store, noticed):
    stacked = replace(store, stack_folds=4)
    shares = [
        MeasuredShares(one, lambda order: CONFIGURATIONS[order.configuration], num_frames=1000, notice=print)
        for one in (store, stacked)
    ]
    shares[0].take(ORDER, WHOLE, outcome(total_bytes=400 * GIGABYTE))

    alone, together = (one.for_measuring(LARGER).num_gpus for one in shares)

    assert alone < together < 1


TRIAL = {"params": {"window": 9, "learning_rate": 5e-3}, "num_gpus": 0.25}


@pytest.fixture
def gpu(tmp_path):
    return FakeGpu(tmp_path / "log")


@pytest.fixture
def measured(make_inputs, gpu):
    """Measures the trial on the GPU."""
    return lambda: run_measurement(TRIAL, make_inputs(gpu=gpu))


def test_a_measurement_describes_the_gpu_before_it_fills_it_and_gives_everything_back(measured, gpu):
    found = measured()

    assert json.loads(found[MEASURED]) == {
        "gpu": "Fake 8",
        "total_bytes": 8 * GIGABYTE,
        "context_bytes": GIGABYTE // 10,
        "peak_bytes": GIGABYTE,
    }
    assert gpu.log.read_text().split("\n") == ["describe", "limit 0.25", "release", ""]


def test_a_worker_measures_the_largest_stack_of_the_study(make_inputs, gpu, monkeypatch):
    measured_folds = []

    def measured_peak(*_, num_folds, **__):
        measured_folds.append(num_folds)
        return GIGABYTE

    monkeypatch.setattr("platform.scheduling.measuring.measured_peak", measured_peak)

    run_measurement(TRIAL, make_inputs(gpu=gpu, stack_folds=3))
    run_measurement(TRIAL, make_inputs(gpu=gpu))

    assert measured_folds == [3, 1]


def test_a_worker_without_a_gpu_says_so(make_inputs):
    found = run_measurement(TRIAL, make_inputs(gpu=lambda: CPU))

    assert list(found) == [NO_GPU]


@pytest.mark.parametrize(
    ("error", "key"), [(DeviceMemoryError("too large"), OUT_OF_MEMORY), (TrainingError("nothing there"), FAILURE)]
)
def test_why_it_could_not_be_measured_is_told_and_everything_given_back(measured, gpu, monkeypatch, error, key):
    def measured_peak(*_, **__):
        raise error

    monkeypatch.setattr("platform.scheduling.measuring.measured_peak", measured_peak)

    assert measured() == {key: str(error)}
    assert gpu.noted("release") == [""]
