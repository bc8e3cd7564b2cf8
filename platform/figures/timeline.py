"""The timeline of one recording: truths above, proposals below, probabilities as curves (Fig. 8 of [Deng2024])."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from platform.figures.palette import GREEN, KIND_COLORS, PURPLE
from platform.study.proposals import SpottedRecording
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.decoding.proposals import Proposal

mpl.use("Agg")

_FOUND_ALPHA, _UNFOUND_ALPHA = 1.0, 0.35
_BAR_HEIGHT = 0.7
_ROOM_FOR_LEGEND = 1.3
_DOTS_PER_INCH = 110


def draw_timeline(
    spotted: SpottedRecording, path: Path | BinaryIO, *, title: str, dots_per_inch: int = _DOTS_PER_INCH
) -> None:
    """Writes the timeline as PNG: pale bars are truths that nobody found and proposals that found nothing."""
    figure = Figure(figsize=(12, 5.2), layout="constrained")
    axes = figure.subplots(4, 1, sharex=True, height_ratios=(1, 2, 2, 1))
    found_truths = {truth for truth, _ in spotted.found.values()}
    truths = spotted.recording.expressions
    _draw_bars(axes[0], truths, pale=[index not in found_truths for index in range(len(truths))], label="truth")
    for axis, kind in zip(axes[1:3], KINDS, strict=True):
        _draw_probabilities(axis, spotted, kind)
    proposals = spotted.proposals
    pale = [index not in spotted.found for index in range(len(proposals))]
    _draw_bars(axes[3], proposals, pale=pale, label="proposals")
    axes[0].set_title(title, loc="left", fontsize=11)
    axes[0].set_title("pale: without a counterpart", loc="right", fontsize=8, color="0.4")
    rate = spotted.recording.frames_per_second
    axes[3].set_xlabel(f"frame ({rate:.3g} per second)" if rate else "frame")
    axes[3].set_xlim(-0.5, spotted.recording.num_frames - 0.5)
    figure.align_ylabels(axes)
    figure.savefig(path, format="png", dpi=dots_per_inch)


def _draw_bars(axis: Axes, intervals: Sequence[Expression | Proposal], *, pale: list[bool], label: str) -> None:
    for interval, is_pale in zip(intervals, pale, strict=True):
        row = KINDS.index(interval.kind)
        axis.broken_barh(
            [(interval.onset - 0.5, interval.offset - interval.onset + 1)],
            (1 - row - _BAR_HEIGHT / 2, _BAR_HEIGHT),
            color=KIND_COLORS[interval.kind],
            alpha=_UNFOUND_ALPHA if is_pale else _FOUND_ALPHA,
        )
    axis.set_yticks([1, 0], [str(kind) for kind in KINDS])
    axis.set_ylim(-0.6, 1.6)
    axis.set_ylabel(label)


def _draw_probabilities(axis: Axes, spotted: SpottedRecording, kind: ExpressionKind) -> None:
    own = spotted.scores[:, KINDS.index(kind)]
    color = KIND_COLORS[kind]
    axis.plot(own[:, Channel.APEX], color=color, linewidth=1.6, label="apex")
    axis.plot(own[:, Channel.EXPRESSION], color=color, linewidth=0.8, linestyle="--", label="expression")
    axis.plot(own[:, Channel.ONSET], color=GREEN, linewidth=0.8, label="onset")
    axis.plot(own[:, Channel.OFFSET], color=PURPLE, linewidth=0.8, label="offset")
    for truth in spotted.recording.expressions:
        if truth.kind is kind:
            axis.axvspan(truth.onset - 0.5, truth.offset + 0.5, color=color, alpha=0.12, linewidth=0)
    axis.set_ylim(0, _ROOM_FOR_LEGEND)
    axis.set_yticks([0, 0.5, 1])
    axis.set_ylabel(f"{kind}\nprobability")
    axis.legend(loc="upper right", ncols=4, fontsize=7, frameon=False)
