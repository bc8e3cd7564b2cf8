from dataclasses import replace

import pytest
import torch

from platform.scheduling.peak_memory_store import PeakMemory, PeakMemoryStore, measured_anywhere
from spotformer_core.choices import GpuSteps
from spotformer_core.config import Configuration

PEAK = PeakMemory(gpu="H100", total_bytes=80, context_bytes=1, peak_bytes=9)


@pytest.fixture
def store(tmp_path):
    return PeakMemoryStore(
        folder=tmp_path / "peak-memory", dataset_digest="00ff", accelerator="H100", gpu_steps=GpuSteps.EAGER
    )


def test_a_measurement_is_found_again_whatever_changes_numbers_only(store):
    assert store.read(Configuration()) is None

    store.write(Configuration(), PEAK)

    assert store.read(Configuration().with_parameters({"learning_rate": 0.5})) == PEAK
    assert store.read(Configuration().with_parameters({"width": 32})) is None
    assert PEAK.num_bytes == 10


@pytest.mark.parametrize(
    "other",
    [{"dataset_digest": "11"}, {"accelerator": "A100"}, {"gpu_steps": GpuSteps.CUDA_GRAPH}, {"stack_folds": 2}],
    ids=str,
)
def test_other_data_another_gpu_other_steps_or_stacks_are_measured_anew(store, other):
    store.write(Configuration(), PEAK)

    assert replace(store, **other).read(Configuration()) is None


def test_another_pytorch_is_measured_anew(store, monkeypatch):
    store.write(Configuration(), PEAK)
    monkeypatch.setattr(torch, "__version__", "99")

    assert store.read(Configuration()) is None
    assert store.any_of_this_gpu() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"of": {}}', '{"of": 3, "gpu": "H100"}', "\x00"])
def test_a_damaged_file_counts_as_none_and_is_replaced(store, text):
    store.write(Configuration(), PEAK)
    (path,) = store.folder.iterdir()
    path.write_text(text)

    assert store.read(Configuration()) is None
    assert store.any_of_this_gpu() is None
    store.write(Configuration(), PEAK)
    assert store.read(Configuration()) == PEAK


def test_any_measurement_of_the_gpu_tells_what_it_is(store):
    replace(store, accelerator="A100").write(Configuration(), replace(PEAK, gpu="A100"))
    assert store.any_of_this_gpu() is None

    replace(store, dataset_digest="11").write(Configuration(), PEAK)

    assert store.any_of_this_gpu() == PEAK


def test_what_a_fold_alone_holds_has_the_facts_that_it_had_before_there_were_stacks(store):
    assert set(store.facts(Configuration())) == {"accelerator", "dataset", "gpu_steps", "torch", "configuration"}
    assert replace(store, stack_folds=2).facts(Configuration())["stack_folds"] == 2


def test_without_a_cluster_the_measurements_on_every_gpu_are_found(store):
    store.write(Configuration(), PEAK)
    replace(store, accelerator="A100").write(Configuration(), replace(PEAK, gpu="A100"))
    replace(store, dataset_digest="11").write(Configuration(), replace(PEAK, gpu="T4"))
    (store.folder / "damaged.json").write_text("{")

    found = measured_anywhere(store.folder, Configuration(), dataset_digest="00ff", gpu_steps=GpuSteps.EAGER)

    assert sorted(peak.gpu for peak in found) == ["A100", "H100"]
    of_stacks = {"dataset_digest": "00ff", "gpu_steps": GpuSteps.EAGER, "stack_folds": 3}
    assert list(measured_anywhere(store.folder, Configuration(), **of_stacks)) == []
    replace(store, stack_folds=3).write(Configuration(), PEAK)
    assert list(measured_anywhere(store.folder, Configuration(), **of_stacks)) == [PEAK]
