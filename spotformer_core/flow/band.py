"""The flow band of one recording: flow of every region from every frame to each of the next S frames."""

from dataclasses import dataclass

import numpy as np

from spotformer_core.datasets.recording import Recording
from spotformer_core.shapes import Float16


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FlowBand:
    """A recording with its flow.

    Attributes:
        flow: `flow[a, s - 1]` is the horizontal and vertical motion of each region from frame a to frame
            min(a + s, last), in pixels of the face crop, head motion removed. Memory-mapped and read-only when it
            comes from a flow store.
    """

    recording: Recording
    flow: Float16[np.ndarray, "frames steps regions 2"]
