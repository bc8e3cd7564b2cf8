"""What all charts of a page have in common."""

from typing import Any

import plotly.graph_objects as go

from platform.figures.palette import INK, VERMILION

_GRID = "#E4E4E4"
_FONT = '"Segoe UI", "Liberation Sans", Arial, sans-serif'


def new_chart(*, height: int, x: str = "", y: str = "", **layout: Any) -> go.Figure:
    """An empty chart in the style of the page; as wide as its place.

    Args:
        height: in pixels.
        x, y: titles of the axes.
    """
    figure = styled(go.Figure(), height=height, **layout)
    figure.update_xaxes(title_text=x)
    figure.update_yaxes(title_text=y)
    return figure


def styled(figure: go.Figure, *, height: int, **layout: Any) -> go.Figure:
    """The same figure in the style of the page."""
    axis: dict[str, Any] = {
        "gridcolor": _GRID,
        "zeroline": False,
        "linecolor": INK,
        "ticks": "outside",
        "automargin": True,
    }
    axis |= {"title": {"font": {"size": 13}, "standoff": 8}}
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 60, "r": 20, "t": 40, "b": 64},
        font={"family": _FONT, "size": 13, "color": INK},
        paper_bgcolor="white",
        plot_bgcolor="white",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "xanchor": "left", "x": 0},
        barmode="overlay",
        hoverlabel={"font": {"family": _FONT}},
        **layout,
    )
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    return figure


def mark_rendered(figure: go.Figure) -> None:
    """Says in the chart itself, which may be saved and shown elsewhere, that its recordings were rendered."""
    figure.add_annotation(
        text="rendered recordings",
        xref="paper",
        yref="paper",
        x=1,
        y=0,
        xanchor="right",
        yanchor="top",
        # Below the numbers of the axis, where no mark of the chart can be.
        yshift=-26,
        showarrow=False,
        font={"size": 11, "color": VERMILION},
    )
