"""Sums of one thread, and random numbers that are the same whichever tests run."""

import pytest
import torch


@pytest.fixture(autouse=True)
def _one_thread_and_the_same_random_numbers():
    num_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(num_threads)
