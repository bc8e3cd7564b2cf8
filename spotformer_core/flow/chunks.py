"""Stretches of a recording that are extracted apart from each other, so that one long recording keeps nobody waiting.

The cuts depend on the number of frames alone, never on the number of workers: the same recording always falls into
the same chunks, and what is made of them is the same.
"""

CHUNK_FRAMES = 1024
"""Flow reaches up to S <= 24 frames beyond its chunk; those are decoded twice, at most 2.4 % of all frames."""


def chunks_of(num_frames: int) -> tuple[range, ...]:
    """The frames 0, 1, ... num_frames - 1 in stretches of `CHUNK_FRAMES`, the last one shorter."""
    return tuple(range(first, min(first + CHUNK_FRAMES, num_frames)) for first in range(0, num_frames, CHUNK_FRAMES))
