"""What is asked of CUDA; answered by a stand-in, since no GPU is at hand."""

from types import SimpleNamespace

import pytest
import torch

from spotformer_core.training.devices import CudaMemory, GpuMemory

GPU = torch.device("cuda:0")


@pytest.fixture
def cuda(monkeypatch):
    """Notes every call; answers those that ask for a figure."""
    asked = []
    answers = {
        "mem_get_info": (70, 100),
        "memory_reserved": 12,
        "get_device_name": "H100",
        "max_memory_reserved": 34,
    }
    for name in ("synchronize", "set_per_process_memory_fraction", "empty_cache", "reset_peak_memory_stats", *answers):
        monkeypatch.setattr(
            torch.cuda, name, lambda *given, name=name: asked.append((name, *given)) or answers.get(name)
        )
    monkeypatch.setattr(torch, "ones", lambda *_, device: SimpleNamespace(device=device))
    monkeypatch.setattr(torch, "mm", lambda first, second: asked.append(("mm", first.device)))
    return asked


def test_the_context_is_what_is_used_beside_tensors_once_libraries_have_their_memory(cuda):
    described = CudaMemory("cuda:0").describe()

    assert (described.name, described.total_bytes, described.context_bytes) == ("H100", 100, 18)
    names = [name for name, *_ in cuda]
    assert names.index("mm") < names.index("synchronize") < names.index("mem_get_info")


@pytest.mark.parametrize(("share", "expected"), [(0.25, 0.25), (1.0, 1.0), (2.0, 1.0)])
def test_a_process_is_kept_to_its_share_of_its_gpu(cuda, share, expected):
    CudaMemory("cuda:0").limit(share)

    assert cuda == [("set_per_process_memory_fraction", expected, GPU)]


def test_a_peak_is_counted_from_when_it_was_forgotten_and_in_what_the_allocator_reserves(cuda):
    memory = CudaMemory("cuda:0")

    memory.forget_peak()

    assert memory.peak_bytes() == 34
    assert cuda == [("empty_cache",), ("reset_peak_memory_stats", GPU), ("max_memory_reserved", GPU)]


def test_what_is_held_for_later_is_given_back(cuda):
    CudaMemory("cuda:0").release()

    assert cuda == [("empty_cache",)]


def test_it_keeps_the_contract():
    assert isinstance(CudaMemory("cuda:0"), GpuMemory)
