"""Which frames make the batches of one epoch."""

import torch
from torch import Tensor

from spotformer_core.config import ClassBalance
from spotformer_core.shapes import Int


def num_batches_per_epoch(num_frames: int, *, batch_size: int) -> int:
    """Batches that show as many windows as there are frames, rounded up."""
    return -(-num_frames // batch_size)


def draw_epoch(
    classes: Int[Tensor, " frames"], *, balance: ClassBalance, batch_size: int, generator: torch.Generator
) -> Int[Tensor, "batches batch"]:
    """Indices of the frames of every batch of one epoch. All batches are full.

    Args:
        classes: contrast class of every frame, on the CPU.
        generator: on the CPU, so that every device trains on the same frames.
    """
    num_batches = num_batches_per_epoch(len(classes), batch_size=batch_size)
    draw = _DRAWS[balance]
    return draw(classes, num_batches * batch_size, generator).view(num_batches, batch_size)


def _draw_natural(classes: Int[Tensor, " frames"], num_draws: int, generator: torch.Generator) -> Int[Tensor, " draws"]:
    """One shuffled pass over all frames; the last batch is filled up from further passes."""
    num_passes = -(-num_draws // len(classes))
    passes = [torch.randperm(len(classes), generator=generator) for _ in range(num_passes)]
    return torch.cat(passes)[:num_draws]


def _draw_balanced(
    classes: Int[Tensor, " frames"], num_draws: int, generator: torch.Generator
) -> Int[Tensor, " draws"]:
    """First a class, then a frame of it, each equally likely; classes without frames are left out."""
    frames_by_class = classes.argsort(stable=True)
    counts = classes.bincount()
    counts = counts[counts > 0]
    starts = counts.cumsum(dim=0) - counts
    drawn_classes = torch.randint(len(counts), (num_draws,), generator=generator)
    # In double precision the product stays below the count, so the index stays inside its class.
    fractions = torch.rand(num_draws, generator=generator, dtype=torch.float64)
    positions = (fractions * counts[drawn_classes]).long()
    return frames_by_class[starts[drawn_classes] + positions]


_DRAWS = {ClassBalance.NATURAL: _draw_natural, ClassBalance.BALANCED: _draw_balanced}
