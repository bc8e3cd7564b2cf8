"""The flow of one region under the three strategies of [Deng2024] Fig. 5, as a chart and as a picture for papers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from matplotlib.figure import Figure
from plotly.subplots import make_subplots

from platform.figures.charts import styled
from platform.figures.palette import BLUE, GREEN, INK, KIND_COLORS, PURPLE
from platform.figures.png import as_png, shade_expressions
from spotformer_core.datasets.recording import Expression
from spotformer_core.flow.windows import sw_mro
from spotformer_core.shapes import Float16, Float32

ADJACENT, LARGE_WINDOW, SW_MRO = "adjacent frames", "large window", "SW-MRO"
_STYLES = {ADJACENT: (GREEN, "-"), LARGE_WINDOW: (PURPLE, "--"), SW_MRO: (BLUE, "-")}
_AROUND = 75
"""Frames shown before and after the expression in the middle."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RegionFlow:
    """How far one region moves in one recording.

    Attributes:
        landmark: of the region, in the 68-point layout, 0-based.
        curves: by strategy, length of the flow at every frame, in pixels of the face crop. Between adjacent frames:
            from the frame before. Large window: from the first frame of its window, which does not slide. SW-MRO:
            across the whole window around the frame.
    """

    recording: str
    landmark: int
    window: int
    expressions: tuple[Expression, ...]
    curves: Mapping[str, Float32[np.ndarray, " frames"]]

    @property
    def stretch(self) -> tuple[int, int]:
        """First and last frame to be shown: around the shortest expression, since that is the hardest to see."""
        last = len(next(iter(self.curves.values()))) - 1
        inside = [one for one in self.expressions if one.apex <= last]
        if not inside:
            return 0, min(last, 2 * _AROUND)
        shortest = min(inside, key=lambda one: (one.num_frames, one.onset))
        return max(0, shortest.onset - _AROUND), min(last, shortest.offset + _AROUND)

    def contrasts(self) -> dict[str, float]:
        """By strategy: mean flow inside the expressions over mean flow outside them, in the whole recording."""
        num_frames = len(next(iter(self.curves.values())))
        inside = np.zeros(num_frames, np.bool_)
        for one in self.expressions:
            inside[one.onset : one.offset + 1] = True
        if inside.all() or not inside.any():
            return {}
        return {
            name: float(curve[inside].mean() / curve[~inside].mean())
            for name, curve in self.curves.items()
            if curve[~inside].mean() > 0
        }


def region_curves(
    band: Float16[np.ndarray, "frames steps regions 2"],
    large: Float16[np.ndarray, "frames large_steps regions 2"] | None,
    *,
    region: int,
    window: int,
) -> dict[str, Float32[np.ndarray, " frames"]]:
    """The curves of `RegionFlow`; without the large window where no band of it is given.

    Raises:
        FlowStoreError: when the band holds fewer than window - 1 steps.
    """
    curves = {ADJACENT: _to_each_frame(band, region)}
    if large is not None:
        curves[LARGE_WINDOW] = _to_each_frame(large, region)
    curves[SW_MRO] = _length(sw_mro(band, window)[:, -1, region])
    return curves


def strongest_region(band: Float16[np.ndarray, "frames steps regions 2"], expressions: tuple[Expression, ...]) -> int:
    """The region that moves farthest inside the expressions, compared with its motion outside them."""
    inside = np.zeros(len(band), np.bool_)
    for one in expressions:
        inside[one.onset : one.offset + 1] = True
    length = np.linalg.norm(band[:, -1].astype(np.float32), axis=-1)
    if inside.all() or not inside.any():
        return int(length.mean(axis=0).argmax())
    return int((length[inside].mean(axis=0) / (length[~inside].mean(axis=0) + 1e-6)).argmax())


def draw_region_flow(flow: RegionFlow, *, note: str = "") -> bytes:
    """The picture as PNG: one panel per strategy, expressions shaded."""
    first, last = flow.stretch
    figure = Figure(figsize=(7, 1.35 * len(flow.curves) + 0.6), layout="constrained")
    axes = figure.subplots(len(flow.curves), 1, sharex=True, squeeze=False)[:, 0]
    for axis, (name, curve) in zip(axes, flow.curves.items(), strict=True):
        color, dash = _STYLES[name]
        shade_expressions(axis, flow.expressions, first=first, last=last)
        axis.plot(np.arange(first, last + 1), curve[first : last + 1], color=color, linestyle=dash, linewidth=1.3)
        axis.set_title(name, loc="left", fontsize=9)
        axis.set_ylabel("flow (px)", fontsize=8)
        axis.set_ylim(bottom=0)
        axis.tick_params(labelsize=8)
    axes[0].set_title(f"{flow.recording}, landmark {flow.landmark}{note}", loc="right", fontsize=8, color="0.35")
    axes[-1].set_xlabel("frame (shaded: macro-expression; hatched: micro-expression)", fontsize=8)
    axes[-1].set_xlim(first, last)
    return as_png(figure)


def region_flow_chart(flow: RegionFlow) -> go.Figure:
    """The same for a page, over the whole recording; it opens on the stretch of the picture."""
    figure = make_subplots(
        rows=len(flow.curves), cols=1, shared_xaxes=True, vertical_spacing=0.12, subplot_titles=list(flow.curves)
    )
    styled(figure, height=140 * len(flow.curves) + 90)
    figure.update_annotations(x=0, xanchor="left", font={"size": 13})
    for row, (name, curve) in enumerate(flow.curves.items(), start=1):
        color, dash = _STYLES[name]
        line = {"color": color, "width": 1.6, "dash": "dash" if dash == "--" else "solid"}
        figure.add_scatter(
            y=np.round(curve.astype(float), 4).tolist(),
            mode="lines",
            line=line,
            name=name,
            showlegend=False,
            row=row,
            col=1,
        )
        figure.update_yaxes(title_text="px", rangemode="tozero", row=row, col=1)
    for one in flow.expressions:
        figure.add_vrect(
            x0=one.onset - 0.5,
            x1=one.offset + 0.5,
            fillcolor=KIND_COLORS[one.kind],
            opacity=0.18,
            line_width=0 if one.kind == "macro" else 1,
            line_dash="dot",
            line_color=INK,
        )
    figure.update_xaxes(range=list(flow.stretch))
    figure.update_xaxes(title_text="frame", row=len(flow.curves), col=1)
    return figure


def _to_each_frame(band: Float16[np.ndarray, "frames steps regions 2"], region: int) -> Float32[np.ndarray, " frames"]:
    """Length of the flow that ends at each frame: the first step of the row before it; 0 at the first frame."""
    curve = np.zeros(len(band), np.float32)
    curve[1:] = _length(band[:-1, 0, region])
    return curve


def _length(flow: Float16[np.ndarray, "some_frames 2"]) -> Float32[np.ndarray, " some_frames"]:
    return np.asarray(np.linalg.norm(flow.astype(np.float32), axis=-1), np.float32)
