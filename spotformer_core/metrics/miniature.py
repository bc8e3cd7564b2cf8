"""Decoding and counting in miniature: the real ones, on the random scores of one recording."""

from functools import cache

import numpy as np

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.decoding.proposals import Proposal, decode
from spotformer_core.metrics.threshold_counts import threshold_counts
from spotformer_core.shapes import Float32, Int
from spotformer_core.watched_fields import watched

_NUM_FRAMES = 240
_THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.9)
_EXPRESSIONS = tuple(
    Expression(onset=onset, apex=onset + length // 2, offset=onset + length, kind=kind)
    for kind, length in ((ExpressionKind.MACRO, 30), (ExpressionKind.MICRO, 10))
    for onset in range(5, _NUM_FRAMES - 40, 40)
)


def decode_miniature(
    decoding: DecodingConfig,
) -> tuple[tuple[Proposal, ...], Int[np.ndarray, "kinds thresholds 3"]]:
    """The proposals at the stated apex thresholds, and the counts at others."""
    scores = _scores()
    return decode(scores, decoding), threshold_counts([(scores, _EXPRESSIONS)], _THRESHOLDS, decoding)


@cache
def decoding_fields_read(decoding: DecodingConfig) -> frozenset[str]:
    """Names of the fields that are read from frame scores to counts."""
    read: set[str] = set()
    decode_miniature(watched(decoding, read))
    return frozenset(read)


@cache
def _scores() -> Float32[np.ndarray, "frames kinds channels"]:
    shape = (_NUM_FRAMES, len(KINDS), len(Channel))
    return np.random.default_rng(0).random(shape, dtype=np.float32)
