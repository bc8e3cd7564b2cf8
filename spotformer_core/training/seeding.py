"""Randomness of one fold: all of it follows from a seed, and none of it leaks."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from spotformer_core.errors import require


@contextmanager
def seeded(seed: int, *, device: torch.device) -> Iterator[torch.Generator]:
    """Seeds PyTorch's generators (initialisation and dropout draw from them) and puts them back at the end.

    Yields:
        A generator on the CPU for drawing batches, whose numbers are independent of the initialisation.

    Raises:
        InvalidValueError: for a negative seed.
    """
    require(seed >= 0, "seed", "0 or more", seed, "Any whole number will do, for instance 0.")
    network_seed, batch_seed = (int(word) for word in np.random.SeedSequence(seed).generate_state(2))
    cuda_devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=cuda_devices):
        # Not torch.manual_seed: it would also seed devices that are not put back.
        torch.default_generator.manual_seed(network_seed)
        for cuda_device in cuda_devices:
            with torch.cuda.device(cuda_device):
                torch.cuda.manual_seed(network_seed)
        yield torch.Generator().manual_seed(batch_seed)
