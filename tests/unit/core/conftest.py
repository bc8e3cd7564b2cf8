"""Sums of one thread unless told otherwise, and random numbers that are the same whichever tests run."""

import pytest
import torch

from tests.rounding import NUM_THREADS


@pytest.fixture(autouse=True)
def _so_many_threads_and_the_same_random_numbers():
    num_threads = torch.get_num_threads()
    torch.set_num_threads(NUM_THREADS)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(num_threads)
