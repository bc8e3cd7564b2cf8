"""The picture of a cluster that grew: nodes above, folds below."""

import io
from collections.abc import Mapping, Sequence

import matplotlib as mpl
from matplotlib.figure import Figure

from platform.figures.palette import BLUE, GREEN, GREY, INK, ORANGE, VERMILION

mpl.use("Agg")

_NODE_COLORS = (BLUE, GREEN, ORANGE)
_FOLD_COLORS = (VERMILION, BLUE)
_DASHES = ("-", "--", ":")


def drawn(
    *,
    seconds: Sequence[float],
    nodes: Mapping[str, Sequence[int]],
    folds: Mapping[str, Sequence[int]],
    done: Sequence[int],
) -> bytes:
    """A PNG.

    Args:
        nodes: name of a type to how many there were at each moment.
        folds: what they did to how many at each moment.
        done: folds that were finished at each moment.
    """
    figure = Figure(figsize=(10, 5), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    for (name, counts), color, dash in zip(nodes.items(), _NODE_COLORS, _DASHES, strict=False):
        above.step(seconds, counts, where="post", color=color, linestyle=dash, linewidth=2, label=name)
    for (name, counts), color, dash in zip(folds.items(), _FOLD_COLORS, _DASHES, strict=False):
        below.step(seconds, counts, where="post", color=color, linestyle=dash, linewidth=2, label=name)
    finished = below.twinx()
    finished.plot(seconds, done, color=GREY, linewidth=1.5, label="finished (right)")
    finished.set_ylabel("folds finished", color=GREY)
    above.set_ylabel("nodes")
    below.set_ylabel("folds")
    below.set_xlabel("seconds since the search was started")
    for axis in (above, below, finished):
        axis.set_ylim(bottom=0)
        axis.spines[["top"]].set_visible(False)
    above.legend(loc="upper right", frameon=False)
    below.legend(loc="upper left", frameon=False)
    above.set_title("Fake provider on one machine, GPUs declared only", loc="left", fontsize=10, color=INK)
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=110, format="png")
    return buffer.getvalue()
