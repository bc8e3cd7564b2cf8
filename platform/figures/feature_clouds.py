"""Frame features with and without the contrastive loss, by principal components ([Deng2024] Fig. 7)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from plotly.subplots import make_subplots

from platform.figures.charts import styled
from platform.figures.palette import BLUE, GREY, VERMILION
from platform.figures.png import as_png
from spotformer_core.datasets.frame_labels import ContrastClass
from spotformer_core.shapes import Float, Float32, Int

_MOST_FRAMES = 400
"""Of one class; more would only cover each other."""
_STYLES = {
    ContrastClass.NEUTRAL: ("neutral", GREY, "x", "x-thin-open"),
    ContrastClass.MACRO: ("macro", BLUE, "o", "circle"),
    ContrastClass.MICRO: ("micro", VERMILION, "^", "triangle-up"),
}
_COMPARED = ((ContrastClass.MACRO, ContrastClass.MICRO), (ContrastClass.NEUTRAL, ContrastClass.MICRO))
"""The rows of the figure."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FeatureCloud:
    """The features of some frames by one network.

    Attributes:
        points: the first two principal components.
        explained: share of the variance that they hold.
        separation: variance between the classes over variance inside them, of the whole features.
    """

    title: str
    points: Float[np.ndarray, "frames 2"]
    classes: Int[np.ndarray, " frames"]
    explained: float
    separation: float


def sampled_frames(classes: Int[np.ndarray, " frames"], *, seed: int) -> Int[np.ndarray, " sampled"]:
    """Positions of up to so many frames of each class, drawn with the seed, in order."""
    generator = np.random.default_rng(seed)
    drawn = []
    for one in ContrastClass:
        of_class = np.flatnonzero(classes == one)
        drawn.append(generator.permutation(of_class)[:_MOST_FRAMES])
    return np.sort(np.concatenate(drawn))


def feature_cloud(
    title: str, features: Float32[np.ndarray, "frames width"], classes: Int[np.ndarray, " frames"]
) -> FeatureCloud:
    """Principal components of the features by singular value decomposition; needs three frames or more.

    The sign of a component, which is arbitrary, is the one in which its largest weight is positive.
    """
    centred = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    _, values, components = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(components[np.arange(2), np.abs(components[:2]).argmax(axis=1)])
    total = float((values**2).sum())
    return FeatureCloud(
        title=title,
        points=centred @ (components[:2] * signs[:, None]).T,
        classes=classes,
        explained=float((values[:2] ** 2).sum()) / total if total > 0 else 0.0,
        separation=_separation(centred, classes),
    )


def _separation(centred: Float[np.ndarray, "frames width"], classes: Int[np.ndarray, " frames"]) -> float:
    between = within = 0.0
    for one in np.unique(classes):
        own = centred[classes == one]
        between += len(own) * float((own.mean(axis=0) ** 2).sum())
        within += float(((own - own.mean(axis=0)) ** 2).sum())
    return between / within if within > 0 else 0.0


def draw_feature_clouds(clouds: Sequence[FeatureCloud], *, note: str = "") -> bytes:
    """The picture as PNG: a column per network; macro against micro above, neutral against micro below."""
    figure = Figure(figsize=(3.4 * len(clouds), 6.4), layout="constrained")
    axes = figure.subplots(len(_COMPARED), len(clouds), squeeze=False)
    for row, shown in enumerate(_COMPARED):
        for column, cloud in enumerate(clouds):
            _draw_cloud(axes[row, column], cloud, shown)
            if row == 0:
                axes[row, column].set_title(f"{cloud.title}{note}", fontsize=9)
    return as_png(figure)


def _draw_cloud(axis: Axes, cloud: FeatureCloud, shown: Sequence[ContrastClass]) -> None:
    for one in shown:
        label, color, marker, _ = _STYLES[one]
        points = cloud.points[cloud.classes == one]
        axis.scatter(points[:, 0], points[:, 1], s=13, c=color, marker=marker, linewidths=0.8, alpha=0.75, label=label)
    axis.legend(fontsize=8, frameon=False, loc="best")
    axis.set_xticks([])
    axis.set_yticks([])


def feature_clouds_chart(clouds: Sequence[FeatureCloud]) -> go.Figure:
    """The same for a page."""
    figure = make_subplots(
        rows=len(_COMPARED), cols=len(clouds), vertical_spacing=0.06, subplot_titles=[cloud.title for cloud in clouds]
    )
    styled(figure, height=680)
    for row, shown in enumerate(_COMPARED, start=1):
        for column, cloud in enumerate(clouds, start=1):
            for one in shown:
                label, color, _, symbol = _STYLES[one]
                points = cloud.points[cloud.classes == one]
                figure.add_scatter(
                    x=np.round(points[:, 0], 4).tolist(),
                    y=np.round(points[:, 1], 4).tolist(),
                    mode="markers",
                    marker={"color": color, "symbol": symbol, "size": 6, "opacity": 0.8},
                    name=label,
                    legendgroup=label,
                    showlegend=column == 1 and (row == 1 or one is ContrastClass.NEUTRAL),
                    hoverinfo="name",
                    row=row,
                    col=column,
                )
    figure.update_annotations(xanchor="left", font={"size": 13})
    for column, title in enumerate(figure.layout.annotations):
        title.x = figure.layout[f"xaxis{column + 1 if column else ''}"].domain[0]
    figure.update_xaxes(showticklabels=False, ticks="", showgrid=False, mirror=True)
    figure.update_yaxes(showticklabels=False, ticks="", showgrid=False, mirror=True)
    figure.update_layout(legend={"y": -0.08, "yanchor": "top"})
    return figure
