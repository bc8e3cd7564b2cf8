"""Charts of F1: configurations with intervals, protocols beside each other, the course of a search."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from platform.figures.charts import new_chart
from platform.figures.palette import BLUE, GREEN, GREY, INK, PURPLE, VERMILION
from spotformer_core.metrics.bootstrap import Estimate
from spotformer_core.metrics.protocols import Protocol

_STYLES = {
    Protocol.HONEST: {"color": BLUE, "symbol": "circle"},
    Protocol.FIXED: {"color": GREEN, "symbol": "square"},
    Protocol.POOLED: {"color": VERMILION, "symbol": "diamond"},
    Protocol.AS_RELEASED: {"color": PURPLE, "symbol": "triangle-up"},
}
_ROW_HEIGHT, _FRAME_HEIGHT = 34, 130
_APART = 0.16
"""Of a row, between the marks of two protocols."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedConfiguration:
    """A configuration in the course of a search.

    Attributes:
        number: in the order asked, from 0.
        f1: honest overall F1 of a complete one, of a dropped one that on the subjects it ran; None for others.
        state: "complete", "dropped", "failed" or "open".
    """

    number: int
    name: str
    f1: float | None
    state: str


def intervals_chart(rows: Sequence[tuple[str, dict[Protocol, Estimate]]]) -> go.Figure:
    """One row per configuration, the first on top: a mark and its interval for every protocol given."""
    figure = new_chart(height=_FRAME_HEIGHT + _ROW_HEIGHT * len(rows), x="overall F1")
    protocols = list(dict.fromkeys(protocol for _, estimates in rows for protocol in estimates))
    for place, protocol in enumerate(protocols):
        shown = [(row, estimates[protocol]) for row, (_, estimates) in enumerate(rows) if protocol in estimates]
        shift = (place - (len(protocols) - 1) / 2) * _APART
        figure.add_scatter(
            x=[one.value for _, one in shown],
            y=[row + shift for row, _ in shown],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [one.high - one.value for _, one in shown],
                "arrayminus": [one.value - one.low for _, one in shown],
                "thickness": 1.4,
                "width": 4,
            },
            mode="markers",
            name=str(protocol),
            marker={"size": 9, **_STYLES[protocol]},
            text=[rows[row][0] for row, _ in shown],
            hovertemplate="%{text}: %{x:.4f}",
        )
    names = [name for name, _ in rows]
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=names, range=[len(names) - 0.5, -0.5], title_text="", showgrid=False
    )
    return figure


def history_chart(asked: Sequence[AskedConfiguration]) -> go.Figure:
    """F1 of every configuration in the order asked, and the best so far."""
    figure = new_chart(height=380, x="configuration, in the order asked", y="honest overall F1")
    complete = [one for one in asked if one.state == "complete" and one.f1 is not None]
    dropped = [one for one in asked if one.state == "dropped" and one.f1 is not None]
    without = [one for one in asked if one.f1 is None]
    best, course = 0.0, []
    for one in complete:
        best = max(best, one.f1 or 0.0)
        course.append(best)
    figure.add_scatter(
        x=[one.number for one in complete],
        y=course,
        mode="lines",
        name="best so far",
        line={"shape": "hv", "color": INK, "width": 1.2, "dash": "dot"},
        hoverinfo="skip",
    )
    _add_marks(figure, complete, "complete", {"color": BLUE, "symbol": "circle", "size": 9})
    _add_marks(figure, dropped, "dropped (on the subjects it ran)", {"color": VERMILION, "symbol": "x", "size": 8})
    for state, symbol, color in (("failed", "square-open", VERMILION), ("open", "circle-open", GREEN)):
        _add_marks(
            figure,
            [one for one in without if one.state == state],
            f"{state} (no F1)",
            {"color": color, "symbol": symbol, "size": 9},
        )
    figure.update_xaxes(range=[-0.5, len(asked) - 0.5], dtick=max(1, len(asked) // 12))
    highest = max((one.f1 for one in asked if one.f1 is not None), default=0.0) or 1.0
    figure.update_yaxes(range=[-0.04 * highest, 1.06 * highest])
    return figure


def _add_marks(figure: go.Figure, shown: Sequence[AskedConfiguration], name: str, marker: dict[str, object]) -> None:
    if not shown:
        return
    figure.add_scatter(
        x=[one.number for one in shown],
        y=[one.f1 or 0.0 for one in shown],
        mode="markers",
        name=name,
        marker=marker,
        text=[one.name for one in shown],
        hovertemplate="%{text}: %{y:.4f}",
    )


def kinds_chart(points: Sequence[tuple[str, float, float, bool]]) -> go.Figure:
    """Macro against micro F1 of every configuration; those on the front are filled and joined.

    Args:
        points: name, macro F1, micro F1, and whether no other configuration beats it in both.
    """
    figure = new_chart(height=420, x="macro F1 (honest)", y="micro F1 (honest)")
    for is_front, name, color, symbol in (
        (False, "beaten in both", GREY, "circle-open"),
        (True, "on the front", BLUE, "circle"),
    ):
        shown = sorted((macro, micro, label) for label, macro, micro, front in points if front is is_front)
        figure.add_scatter(
            x=[macro for macro, _, _ in shown],
            y=[micro for _, micro, _ in shown],
            mode="lines+markers" if is_front else "markers",
            line={"color": color, "width": 1.2, "shape": "vh"},
            name=name,
            marker={"color": color, "symbol": symbol, "size": 9},
            text=[label for _, _, label in shown],
            hovertemplate="%{text}: macro %{x:.4f}, micro %{y:.4f}",
        )
    return figure


def subjects_chart(subjects: Sequence[str], f1: dict[str, Sequence[float | None]]) -> go.Figure:
    """F1 of every subject by kind; None where a subject has neither truths nor proposals of it."""
    figure = new_chart(height=360, x="held-out subject", y="F1")
    styles = {"macro": (BLUE, "circle"), "micro": (VERMILION, "diamond"), "overall": (INK, "line-ew-open")}
    for name, values in f1.items():
        color, symbol = styles[name]
        figure.add_scatter(
            x=list(subjects),
            y=list(values),
            mode="markers",
            name=name,
            marker={"color": color, "symbol": symbol, "size": 18 if name == "overall" else 9, "line": {"width": 2}},
            hovertemplate="%{x}: %{y:.4f}",
        )
    figure.update_xaxes(type="category")
    figure.update_yaxes(range=[-0.04, 1.04])
    return figure
