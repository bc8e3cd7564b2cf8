"""Frame scores of a recording whose flow arrives row by row: a stretch of it is held at a time.

    rows held     |<- window ->|<--------- stretch --------->|<- window ->|
    scored                     |<--------- stretch --------->|

A window reaches at most its own width beyond the stretch on either side, whichever features it holds.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.shapes import Float16, Float32
from spotformer_core.training.scoring import BATCH_SIZE, score_windows
from spotformer_core.training.window_features import window_features

STRETCH_FRAMES = 2 * BATCH_SIZE
"""Whole batches, so that every frame is scored in the same batch as when the recording is scored at once."""


def score_stream(
    network: SpotFormer, rows: Iterable[Float16[np.ndarray, "steps regions 2"]]
) -> Iterator[Float32[np.ndarray, "_ kinds channels"]]:
    """Yields the frame scores of one stretch after the other, to the last bit those of `score_recording`.

    Args:
        rows: of the flow band, frame by frame, from the first to the last of the recording.

    Raises:
        FlowStoreError: when the rows hold too few steps or regions for the network.
    """
    context = network.config.window
    held: list[Float16[np.ndarray, "steps regions 2"]] = []
    first_held = first = 0
    for row in rows:
        held.append(row)
        if first_held + len(held) == first + STRETCH_FRAMES + context:
            yield _scores(network, held, first - first_held, first - first_held + STRETCH_FRAMES)
            first += STRETCH_FRAMES
            num_past = first - context - first_held
            del held[:num_past]
            first_held += num_past
    if first_held + len(held) > first:
        yield _scores(network, held, first - first_held, len(held))


def _scores(
    network: SpotFormer, held: list[Float16[np.ndarray, "steps regions 2"]], start: int, stop: int
) -> Float32[np.ndarray, "_ kinds channels"]:
    windows = window_features(np.stack(held), network.config)
    return score_windows(network, np.ascontiguousarray(windows[start:stop]))
