import re
from types import SimpleNamespace

import pytest
import torch

from spotformer_core.config import Configuration
from spotformer_core.training.failures import DeviceMemoryError, memory_failures_named

CPU = torch.device("cpu")
PEBIBYTE = 2**50


def test_a_real_shortage_on_the_cpu_says_what_was_held_what_was_asked_for_and_what_is_needed():
    with pytest.raises(DeviceMemoryError) as caught, memory_failures_named(Configuration(), CPU):
        torch.empty(PEBIBYTE, dtype=torch.uint8)

    found = re.search(
        r"held up to (\d+) of (\d+) MiB and asked for 1073741824 MiB more, so that it needs at least (\d+) MiB\. Lower",
        str(caught.value),
    )
    held, has, needed = (int(number) for number in found.groups())
    assert 10 < held < has
    assert needed == pytest.approx(held + PEBIBYTE / 2**20, abs=1)
    assert caught.value.needed_mebibytes == pytest.approx(needed, abs=1)


def test_on_a_gpu_the_peak_of_its_allocator_counts(monkeypatch):
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda _: 3 * 2**30)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: SimpleNamespace(total_memory=4 * 2**30))

    message = "CUDA out of memory. Tried to allocate 1.50 GiB. GPU 0 has a total capacity of 4 GiB."
    measured = "3072 of 4096 MiB and asked for 1536 MiB more.*at least 4608 MiB"
    gpu = torch.device("cuda:0")
    with pytest.raises(DeviceMemoryError, match=measured) as caught, memory_failures_named(Configuration(), gpu):
        raise torch.OutOfMemoryError(message)
    assert caught.value.needed_mebibytes == 4608


def test_where_the_allocator_does_not_say_what_it_was_asked_for_nothing_is_made_up():
    rule = r"held up to \d+ of \d+ MiB\. Lower"
    with pytest.raises(DeviceMemoryError, match=rule) as caught, memory_failures_named(Configuration(), CPU):
        raise MemoryError

    assert caught.value.needed_mebibytes is None


def test_another_error_passes_unchanged():
    with pytest.raises(RuntimeError, match=r"^something else$"), memory_failures_named(Configuration(), CPU):
        raise RuntimeError("something else")
