"""What the network should say about every frame of a recording.

The paper leaves the making of labels open; widths and the soft apex are those of the released code of [Deng2024]:

                 onset and offset reach    soft apex reaches
    macro        3 frames to each side     3 frames to each side
    micro        1 frame                   1 frame

Parts of an expression that lie outside the recording are cut off.

Differs from the released code of [Deng2024]: labels do not stop at the borders of training segments, and where two
expressions of one kind meet, the larger apex value stays, whichever comes first in the annotation table.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.shapes import Float32, Int

WIDENING_FRAMES = {ExpressionKind.MACRO: 3, ExpressionKind.MICRO: 1}
"""To how many frames on each side the labels of onset, apex and offset reach."""

_APEX_SIGMA_FRAMES = 4.0


class ContrastClass(IntEnum):
    """Class of a frame for the contrastive loss and for balanced sampling."""

    NEUTRAL = 0
    MACRO = 1
    MICRO = 2


_CONTRAST_OF_KIND = {ExpressionKind.MACRO: ContrastClass.MACRO, ExpressionKind.MICRO: ContrastClass.MICRO}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FrameLabels:
    """Labels of every frame of one recording.

    Attributes:
        boundary: `Channel.ONSET`, `Channel.OFFSET` or `Channel.NEUTRAL` ("neither"). Where the widened labels of an
            onset and an offset overlap, the offset counts.
        apex: exp(-j^2 / 32) at distance j from the nearest apex, 0 beyond the reach of its kind.
        expression: 1 from onset to offset, otherwise 0.
        contrast: a `ContrastClass`; macro counts where a macro- and a micro-expression overlap.
    """

    boundary: Int[np.ndarray, "frames kinds"]
    apex: Float32[np.ndarray, "frames kinds"]
    expression: Float32[np.ndarray, "frames kinds"]
    contrast: Int[np.ndarray, " frames"]


def label_frames(expressions: Iterable[Expression], num_frames: int) -> FrameLabels:
    """The training labels of a recording of `num_frames` frames."""
    expressions = tuple(expressions)
    labels = FrameLabels(
        boundary=np.full((num_frames, len(KINDS)), Channel.NEUTRAL, np.int64),
        apex=np.zeros((num_frames, len(KINDS)), np.float32),
        expression=np.zeros((num_frames, len(KINDS)), np.float32),
        contrast=np.full(num_frames, ContrastClass.NEUTRAL, np.int64),
    )
    for column, kind in enumerate(KINDS):
        of_kind = [expression for expression in expressions if expression.kind is kind]
        _label_boundaries(labels.boundary[:, column], of_kind, reach=WIDENING_FRAMES[kind])
        _label_apexes(labels.apex[:, column], of_kind, reach=WIDENING_FRAMES[kind])
        for expression in of_kind:
            labels.expression[expression.onset : expression.offset + 1, column] = 1
    # In this order, so that macro overwrites micro.
    for kind in (ExpressionKind.MICRO, ExpressionKind.MACRO):
        labels.contrast[labels.expression[:, KINDS.index(kind)] == 1] = _CONTRAST_OF_KIND[kind]
    return labels


def label_scores(expressions: Iterable[Expression], num_frames: int) -> Float32[np.ndarray, "frames kinds channels"]:
    """Frame scores of a network that is always right: 0 or 1, neither widened nor softened.

    What a decoder makes of them is the best it can do. A frame that ends one expression and begins another is both:
    its onset and its offset score are 1, so there the three do not sum to 1.
    """
    scores = np.zeros((num_frames, len(KINDS), len(Channel)), np.float32)
    scores[:, :, Channel.NEUTRAL] = 1
    for expression in expressions:
        of_kind = scores[:, KINDS.index(expression.kind)]
        of_kind[expression.onset : expression.offset + 1, Channel.EXPRESSION] = 1
        of_kind[expression.apex : expression.apex + 1, Channel.APEX] = 1
        for frame, channel in ((expression.onset, Channel.ONSET), (expression.offset, Channel.OFFSET)):
            of_kind[frame : frame + 1, channel] = 1
            of_kind[frame : frame + 1, Channel.NEUTRAL] = 0
    return scores


def _label_boundaries(column: Int[np.ndarray, " frames"], expressions: list[Expression], *, reach: int) -> None:
    # All onsets before all offsets: an offset counts even beside the onset of the next expression.
    for expression in expressions:
        column[_around(expression.onset, reach=reach)] = Channel.ONSET
    for expression in expressions:
        column[_around(expression.offset, reach=reach)] = Channel.OFFSET


def _label_apexes(column: Float32[np.ndarray, " frames"], expressions: list[Expression], *, reach: int) -> None:
    for expression in expressions:
        for distance in range(-reach, reach + 1):
            frame = expression.apex + distance
            if 0 <= frame < len(column):
                value = math.exp(-(distance**2) / (2 * _APEX_SIGMA_FRAMES**2))
                column[frame] = max(column[frame], value)


def _around(frame: int, *, reach: int) -> slice:
    """The frames within `reach`; a slice that ends beyond the recording cuts itself."""
    return slice(max(frame - reach, 0), frame + reach + 1)
