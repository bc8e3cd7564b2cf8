"""Charts of what was searched: importance, pairs of parameters, every configuration as a line."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from platform.figures.charts import new_chart
from platform.figures.palette import BLUE, GREY, INK, RISING, VERMILION
from platform.study.importance import Importances
from search_spaces.vocabulary import Choice, Dimension, LogFloat

_ROW_HEIGHT, _FRAME_HEIGHT = 34, 110
_SCALE = [list(step) for step in RISING]
_ROOM = 0.06
"""Of an axis, beyond its ends."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A complete configuration: its values of the dimensions that it has, and its honest overall F1."""

    name: str
    params: dict[str, Any]
    f1: float


def importance_chart(found: Importances) -> go.Figure:
    """One row per dimension, the most important on top: its share with the range over resamples."""
    rows = found.dimensions
    figure = new_chart(height=_FRAME_HEIGHT + _ROW_HEIGHT * len(rows), x="share of the importance (PED-ANOVA)")
    figure.add_bar(
        x=[one.share for one in rows],
        y=[one.name for one in rows],
        orientation="h",
        marker={"color": BLUE},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [max(0.0, one.high - one.share) for one in rows],
            "arrayminus": [max(0.0, one.share - one.low) for one in rows],
            "color": INK,
            "thickness": 1.2,
            "width": 4,
        },
        hovertemplate="%{y}: %{x:.2f}",
        showlegend=False,
    )
    figure.update_xaxes(rangemode="tozero")
    figure.update_yaxes(autorange="reversed", title_text="", showgrid=False)
    return figure


def pair_chart(scored: Sequence[Scored], dimensions: dict[str, Dimension], *, x: str, y: str) -> go.Figure:
    """Every configuration at its values of two dimensions, the darker the better; nothing is drawn between them."""
    shown = [one for one in scored if x in one.params and y in one.params]
    figure = new_chart(height=340, x=x, y=y)
    axes = {name: _place(dimensions[name]) for name in (x, y)}
    best = max((one.f1 for one in shown), default=0.0)
    figure.add_scatter(
        x=[axes[x](one.params[x]) for one in shown],
        y=[axes[y](one.params[y]) for one in shown],
        mode="markers",
        marker={
            "size": 13,
            "color": [one.f1 for one in shown],
            "colorscale": _SCALE,
            "colorbar": {"title": {"text": "F1"}, "thickness": 14},
            "line": {
                "width": [3 if one.f1 == best else 1 for one in shown],
                "color": [VERMILION if one.f1 == best else GREY for one in shown],
            },
        },
        text=[
            f"{one.name}: F1 {one.f1:.4f}<br>{x} {_text(one.params[x])}<br>{y} {_text(one.params[y])}" for one in shown
        ],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    for axis, name in ((figure.update_xaxes, x), (figure.update_yaxes, y)):
        ticks = _ticks(dimensions[name])
        axis(range=[-_ROOM, 1 + _ROOM], tickvals=list(ticks.values()), ticktext=list(ticks))
    return figure


def parallel_chart(scored: Sequence[Scored], dimensions: dict[str, Dimension]) -> go.Figure:
    """Every configuration as a line over the dimensions, the best in vermilion; gaps where one does not exist.

    Dimensions that every configuration has come first, so that gaps cut no line in two where it can be helped.
    """
    names = sorted(dimensions, key=lambda name: not all(name in one.params for one in scored))
    figure = new_chart(height=460)
    lowest, highest = (end(one.f1 for one in scored) for end in (min, max))
    for one in sorted(scored, key=lambda one: one.f1):
        is_best = one.f1 == highest
        share = (one.f1 - lowest) / (highest - lowest) if highest > lowest else 1.0
        values = ", ".join(f"{name} {_text(value)}" for name, value in one.params.items())
        figure.add_scatter(
            x=list(range(len(names))),
            y=[_place(dimensions[name])(one.params[name]) if name in one.params else None for name in names],
            mode="lines+markers",
            connectgaps=False,
            line={
                "color": VERMILION if is_best else sample_colorscale(_SCALE, [share])[0],
                "width": 3.5 if is_best else 1.6,
            },
            marker={"size": 8 if is_best else 5, "symbol": "diamond" if is_best else "circle"},
            hovertemplate=f"{one.name}: F1 {one.f1:.4f}<br>{values}<extra></extra>",
            showlegend=False,
        )
    for place, name in enumerate(names):
        for text, height in _ticks(dimensions[name]).items():
            figure.add_annotation(
                x=place,
                y=height,
                text=text,
                showarrow=False,
                xanchor="left",
                xshift=6,
                font={"size": 11},
                bgcolor="rgba(255,255,255,0.75)",
            )
    figure.update_xaxes(
        tickvals=list(range(len(names))), ticktext=names, range=[-0.15, len(names) - 1 + 0.6], gridcolor=INK, ticks=""
    )
    figure.update_yaxes(visible=False, range=[-_ROOM, 1 + _ROOM])
    return figure


def _place(dimension: Dimension) -> Any:
    """Maps a value of a dimension to [0, 1]."""
    if isinstance(dimension, Choice):
        last = max(len(dimension.values) - 1, 1)
        return lambda value: dimension.values.index(value) / last
    scale = math.log if isinstance(dimension, LogFloat) else float
    low, high = scale(dimension.low), scale(dimension.high)
    return lambda value: (scale(value) - low) / (high - low) if high > low else 0.5


def _ticks(dimension: Dimension) -> dict[str, float]:
    """Text of a few values to their place: all of a choice, of a range both ends and the middle."""
    place = _place(dimension)
    if isinstance(dimension, Choice):
        return {_text(value): place(value) for value in dimension.values}
    low, high = dimension.low, dimension.high
    middle = math.sqrt(low * high) if isinstance(dimension, LogFloat) else (low + high) / 2
    whole = isinstance(low, int) and isinstance(high, int)
    return {_text(value): place(value) for value in (low, round(middle) if whole else middle, high)}


def _text(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
