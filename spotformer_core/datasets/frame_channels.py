"""The axes that frame labels and frame scores share: the ten probabilities of a frame, [Deng2024] Sec. 3.2.7.

Frame scores are an array (frames, kinds, channels); kinds in the order of `KINDS`, channels in the order of `Channel`.
Onset, offset and neutral ("neither") are one softmax; apex and expression are one sigmoid each.
"""

from enum import IntEnum

from spotformer_core.datasets.recording import ExpressionKind

KINDS = (ExpressionKind.MACRO, ExpressionKind.MICRO)
"""Order of the `kinds` axis everywhere."""


class Channel(IntEnum):
    """Order of the `channels` axis everywhere."""

    ONSET = 0
    APEX = 1
    OFFSET = 2
    EXPRESSION = 3
    NEUTRAL = 4
