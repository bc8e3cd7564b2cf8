"""The timeline of a video without annotations: probabilities as curves, proposals as bars, over seconds."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spotformer_core.atomic_files import written_whole
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.decoding.proposals import Proposal
from spotformer_core.shapes import Float32
from spotformer_core.spotting.spotter import Spotted
from spotformer_core.spotting.video_recordings import VideoRecording

mpl.use("Agg")

# Okabe and Ito's palette: told apart by colour-blind readers.
_COLORS = {ExpressionKind.MACRO: "#0072B2", ExpressionKind.MICRO: "#D55E00"}
_BOUNDARY_COLORS = {Channel.ONSET: "#009E73", Channel.OFFSET: "#CC79A7"}
_MOST_POINTS = 2400
"""More could not be told apart at the width of the picture."""
_BAR_HEIGHT = 0.7
_NARROWEST_BAR = 0.0015
"""Of the duration: in an hour a micro-expression would be too narrow to be seen."""
_PALEST = 0.35
_ROOM_FOR_LEGEND = 1.3


def draw_spotted_timeline(video: VideoRecording, spotted: Spotted, path: Path, *, title: str) -> None:
    """Writes the timeline as PNG; of a long video each point of a curve is the highest of its stretch."""
    figure = Figure(figsize=(12, 4.6), layout="constrained")
    axes = figure.subplots(3, 1, sharex=True, height_ratios=(2, 2, 1))
    for axis, kind in zip(axes[:2], KINDS, strict=True):
        _draw_probabilities(axis, video, spotted.scores[:, KINDS.index(kind)], kind)
    _draw_proposals(axes[2], video, spotted.proposals)
    count = len(spotted.proposals)
    axes[0].set_title(title, loc="left", fontsize=11)
    counted = f"{count} proposal{'' if count == 1 else 's'}; pale: low score, white line: apex"
    axes[0].set_title(counted, loc="right", fontsize=8, color="0.4")
    axes[2].set_xlabel(f"seconds (video: {video.frames_per_second:.4g} frames per second)")
    axes[2].set_xlim(0, video.seconds)
    figure.align_ylabels(axes)
    with written_whole(path) as temporary:
        figure.savefig(temporary, dpi=110, format="png")


def _draw_probabilities(
    axis: Axes, video: VideoRecording, scores: Float32[np.ndarray, "frames channels"], kind: ExpressionKind
) -> None:
    stretch = -(-len(scores) // _MOST_POINTS)
    starts = np.arange(0, len(scores), stretch)
    highest = np.maximum.reduceat(scores, starts, axis=0)
    seconds = np.asarray(video.stored)[starts] / video.frames_per_second
    axis.plot(seconds, highest[:, Channel.APEX], color=_COLORS[kind], linewidth=1.6, label="apex")
    axis.plot(
        seconds, highest[:, Channel.EXPRESSION], color=_COLORS[kind], linewidth=0.8, linestyle="--", label="expression"
    )
    for channel, color in _BOUNDARY_COLORS.items():
        axis.plot(seconds, highest[:, channel], color=color, linewidth=0.8, label=channel.name.lower())
    axis.set_ylim(0, _ROOM_FOR_LEGEND)
    axis.set_yticks([0, 0.5, 1])
    axis.set_ylabel(f"{kind}\nprobability")
    axis.legend(loc="upper right", ncols=4, fontsize=7, frameon=False)


def _draw_proposals(axis: Axes, video: VideoRecording, proposals: tuple[Proposal, ...]) -> None:
    best = max((proposal.score for proposal in proposals), default=1.0) or 1.0
    for proposal in proposals:
        row = KINDS.index(proposal.kind)
        start, apex, stop = (video.seconds_of(one) for one in (proposal.onset, proposal.apex, proposal.offset))
        width = max(stop - start + 1 / video.frames_per_second, _NARROWEST_BAR * video.seconds)
        place = (1 - row - _BAR_HEIGHT / 2, _BAR_HEIGHT)
        alpha = _PALEST + (1 - _PALEST) * proposal.score / best
        axis.broken_barh([(start, width)], place, color=_COLORS[proposal.kind], alpha=alpha)
        axis.plot([apex, apex], [place[0], place[0] + _BAR_HEIGHT], color="white", linewidth=0.8)
    axis.set_yticks([1, 0], [str(kind) for kind in KINDS])
    axis.set_ylim(-0.6, 1.6)
    axis.set_ylabel("proposals")
