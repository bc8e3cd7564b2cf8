"""What the network should say about every frame of a recording.

The paper leaves the making of labels open; widths and the soft apex are those of the released code of [Deng2024]:

                 onset and offset reach    soft apex reaches
    macro        3 frames to each side     3 frames to each side
    micro        1 frame                   1 frame

Parts of an expression that lie outside the recording are cut off. `LabelRule` names two ways to go on from here:

                                        whole-recording         as-released
    what the widening may not leave     the recording           its segment of 16 frames
    where two apexes of a kind meet     the larger value        the value of the later apex
    soft value in the first frame       as anywhere             none (of the segment)

Differs from [Deng2024]'s released code under `whole-recording`, the default: the rows above; a frame's label then
depends on the annotation alone and not on where segments begin.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from spotformer_core.config import LabelRule
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.shapes import Bool, Float32, Int

WIDENING_FRAMES = {ExpressionKind.MACRO: 3, ExpressionKind.MICRO: 1}
"""To how many frames on each side the labels of onset, apex and offset reach."""

SEGMENT_FRAMES = 16
"""Length of the segments into which the released code cuts training recordings."""

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
        apex: exp(-j^2 / 32) at distance j from an apex, 0 beyond the reach of its kind.
        expression: 1 from onset to offset, otherwise 0.
        contrast: a `ContrastClass`; macro counts where a macro- and a micro-expression overlap.
    """

    boundary: Int[np.ndarray, "frames kinds"]
    apex: Float32[np.ndarray, "frames kinds"]
    expression: Float32[np.ndarray, "frames kinds"]
    contrast: Int[np.ndarray, " frames"]


def label_frames(
    expressions: Iterable[Expression], num_frames: int, rule: LabelRule = LabelRule.WHOLE_RECORDING
) -> FrameLabels:
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
        _label_boundaries(labels.boundary[:, column], of_kind, reach=WIDENING_FRAMES[kind], rule=rule)
        label_apexes = _LABEL_APEXES[rule]
        label_apexes(labels.apex[:, column], of_kind, reach=WIDENING_FRAMES[kind])
        for expression in of_kind:
            labels.expression[expression.onset : expression.offset + 1, column] = 1
    # In this order, so that macro overwrites micro.
    for kind in (ExpressionKind.MICRO, ExpressionKind.MACRO):
        labels.contrast[labels.expression[:, KINDS.index(kind)] == 1] = _CONTRAST_OF_KIND[kind]
    return labels


def expression_segments(labels: FrameLabels) -> Bool[np.ndarray, " frames"]:
    """Which frames lie in a segment of `SEGMENT_FRAMES` frames that shows a part of an expression of either kind.

    Segments are counted from the first frame; the last one may be shorter.
    """
    has_expression = labels.contrast != ContrastClass.NEUTRAL
    segments = np.arange(len(labels.contrast)) // SEGMENT_FRAMES
    return np.asarray(np.isin(segments, segments[has_expression]))


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


def _label_boundaries(
    column: Int[np.ndarray, " frames"], expressions: list[Expression], *, reach: int, rule: LabelRule
) -> None:
    # All onsets before all offsets: an offset counts even beside the onset of the next expression.
    for expression in expressions:
        column[_around(expression.onset, len(column), reach=reach, rule=rule)] = Channel.ONSET
    for expression in expressions:
        column[_around(expression.offset, len(column), reach=reach, rule=rule)] = Channel.OFFSET


def _around(frame: int, num_frames: int, *, reach: int, rule: LabelRule) -> slice:
    """The frames within `reach` of `frame` that its label reaches."""
    first, stop = 0, num_frames
    if rule is LabelRule.AS_RELEASED:
        first, stop = _segment(frame, num_frames)
    return slice(max(frame - reach, first), max(min(frame + reach + 1, stop), first))


def _segment(frame: int, num_frames: int) -> tuple[int, int]:
    """First frame of the segment of `frame`, and the one after its last; nothing for a frame beyond the recording."""
    if frame >= num_frames:
        return num_frames, num_frames
    first = frame // SEGMENT_FRAMES * SEGMENT_FRAMES
    return first, min(first + SEGMENT_FRAMES, num_frames)


def _label_apexes_by_size(column: Float32[np.ndarray, " frames"], expressions: list[Expression], *, reach: int) -> None:
    for expression in expressions:
        for distance in range(-reach, reach + 1):
            frame = expression.apex + distance
            if 0 <= frame < len(column):
                column[frame] = max(column[frame], _softness(distance))


def _label_apexes_by_time(column: Float32[np.ndarray, " frames"], expressions: list[Expression], *, reach: int) -> None:
    for apex in sorted(expression.apex for expression in expressions):
        first, stop = _segment(apex, len(column))
        for frame in range(max(apex - reach, first + 1), min(apex + reach + 1, stop)):
            column[frame] = _softness(frame - apex)
        if first < stop:
            column[apex] = 1


def _softness(distance: int) -> float:
    return math.exp(-(distance**2) / (2 * _APEX_SIGMA_FRAMES**2))


_LABEL_APEXES = {
    LabelRule.WHOLE_RECORDING: _label_apexes_by_size,
    LabelRule.AS_RELEASED: _label_apexes_by_time,
}
