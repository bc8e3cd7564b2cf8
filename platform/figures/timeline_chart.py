"""The timeline of one recording for a page: truths, probabilities, proposals."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from platform.figures.charts import styled
from platform.figures.palette import GREEN, KIND_COLORS, PURPLE
from platform.study.proposals import SpottedRecording
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.decoding.proposals import Proposal

_PALE = 0.35
_CURVES = {
    Channel.APEX: (None, "solid", 2.0),
    Channel.EXPRESSION: (None, "dash", 1.2),
    Channel.ONSET: (GREEN, "dot", 1.2),
    Channel.OFFSET: (PURPLE, "dashdot", 1.2),
}
"""Colour (None: that of the kind), dash and width."""


def timeline_chart(spotted: SpottedRecording) -> go.Figure:
    """Truths on top and proposals at the bottom, pale without a counterpart; the probabilities between them."""
    figure = make_subplots(
        rows=4, cols=1, shared_xaxes=True, row_heights=[0.15, 0.35, 0.35, 0.15], vertical_spacing=0.04
    )
    styled(figure, height=620)
    found_truths = {truth for truth, _ in spotted.found.values()}
    for index, truth in enumerate(spotted.recording.expressions):
        _add_bar(figure, truth, row=1, is_pale=index not in found_truths, what="truth")
    for row, kind in enumerate(KINDS, start=2):
        _add_curves(figure, spotted, kind, row=row)
    for index, proposal in enumerate(spotted.proposals):
        _add_bar(
            figure, proposal, row=4, is_pale=index not in spotted.found, what=f"proposal, score {proposal.score:.2f}"
        )
    for row, title in ((1, "truth"), (4, "proposals")):
        kinds = [str(kind) for kind in KINDS]
        figure.update_yaxes(title_text=title, tickvals=[1, 0], ticktext=kinds, range=[-0.6, 1.6], row=row, col=1)
    figure.update_xaxes(range=[-0.5, spotted.recording.num_frames - 0.5])
    figure.update_xaxes(title_text="frame", row=4, col=1)
    return figure


def _add_bar(figure: go.Figure, interval: Expression | Proposal, *, row: int, is_pale: bool, what: str) -> None:
    figure.add_bar(
        x=[interval.offset - interval.onset + 1],
        base=[interval.onset - 0.5],
        y=[1 - KINDS.index(interval.kind)],
        orientation="h",
        width=0.7,
        marker={"color": KIND_COLORS[interval.kind], "opacity": _PALE if is_pale else 1.0},
        hovertemplate=f"{what}: {interval.kind} {interval.onset} to {interval.offset}<extra></extra>",
        showlegend=False,
        row=row,
        col=1,
    )


def _add_curves(figure: go.Figure, spotted: SpottedRecording, kind: ExpressionKind, *, row: int) -> None:
    own = spotted.scores[:, KINDS.index(kind)]
    for channel, (color, dash, width) in _CURVES.items():
        figure.add_scatter(
            y=np.round(own[:, channel].astype(float), 4).tolist(),
            mode="lines",
            line={"color": color or KIND_COLORS[kind], "dash": dash, "width": width},
            name=channel.name.lower(),
            legendgroup=channel.name,
            showlegend=kind is KINDS[0],
            hovertemplate="%{y:.2f}",
            row=row,
            col=1,
        )
    for truth in spotted.recording.expressions:
        if truth.kind is kind:
            figure.add_vrect(
                x0=truth.onset - 0.5,
                x1=truth.offset + 0.5,
                fillcolor=KIND_COLORS[kind],
                opacity=0.12,
                line_width=0,
                row=row,
                col=1,
            )
    figure.update_yaxes(title_text=str(kind), range=[0, 1], tickvals=[0, 0.5, 1], row=row, col=1)
