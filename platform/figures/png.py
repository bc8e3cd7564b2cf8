"""Pictures for papers: what all of them have in common."""

import io

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from platform.figures.palette import KIND_COLORS
from spotformer_core.datasets.recording import Expression, ExpressionKind

mpl.use("Agg")

PAPER_DPI = 300
_HATCHES = {ExpressionKind.MACRO: "", ExpressionKind.MICRO: "///"}


def as_png(figure: Figure) -> bytes:
    """The picture at the resolution of print."""
    stream = io.BytesIO()
    # Without the version of matplotlib in it, equal figures give equal bytes.
    figure.savefig(stream, format="png", dpi=PAPER_DPI, metadata={"Software": None})
    return stream.getvalue()


def shade_expressions(axis: Axes, expressions: tuple[Expression, ...], *, first: int, last: int) -> None:
    """Marks the expressions that lie in a stretch of frames: macro plain, micro hatched."""
    for one in expressions:
        if one.offset >= first and one.onset <= last:
            axis.axvspan(
                max(one.onset, first) - 0.5,
                min(one.offset, last) + 0.5,
                facecolor=to_rgba(KIND_COLORS[one.kind], 0.16),
                edgecolor=to_rgba(KIND_COLORS[one.kind], 0.5),
                hatch=_HATCHES[one.kind],
                linewidth=0,
            )
