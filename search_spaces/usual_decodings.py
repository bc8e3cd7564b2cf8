"""Decodings that are tried unless others are named: of ours around [Deng2024] Sec. 4.1, with its code's two extras."""

from collections.abc import Mapping
from typing import Final

from search_spaces.vocabulary import Choice, Dimension, Float, Integer

USUAL_DECODINGS: Final[Mapping[str, Dimension]] = {
    "overlap_threshold": Float(0.1, 0.9),
    "macro_duration": Integer(40, 80),
    "macro_min_duration": Integer(8, 24),
    "micro_duration": Integer(12, 20),
    "micro_min_duration": Integer(2, 8),
    "boundary_consistency": Choice((False, True)),
    "max_proposals_per_recording": Choice((0, 5)),
}

USUAL_PEAK_DECODINGS: Final[Mapping[str, Dimension]] = {
    "smoothing": Float(0.5, 4.0),
    "length": Float(0.5, 4.0),
    "distance": Float(0.5, 4.0),
    "shift": Float(0.0, 1.0),
}
"""For peaks of one smoothed score, in multiples of k; between a quarter of and twice what SL-Swin takes."""
