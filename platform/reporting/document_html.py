"""A report as one HTML file that needs nothing else: style, Plotly's code and pictures are inside it.

Its content security policy forbids the browser to load anything, so that the page is the same without a network.
"""

import base64
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from platform.reporting.document import Document, Picture
from spotformer_core import __version__

_TEMPLATE = "report.html.j2"
_CHART_OPTIONS = {"responsive": True, "displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d"]}


def as_html(document: Document) -> str:
    """The whole page; equal documents give equal pages."""
    from plotly.offline import get_plotlyjs

    has_charts = any(picture.chart is not None for picture in document.pictures())
    return (
        _environment()
        .get_template(_TEMPLATE)
        .render(
            document=document,
            # Plotly's own code; nothing of a study is in it.
            plotly=Markup(get_plotlyjs()) if has_charts else "",  # noqa: S704
            version=__version__,
        )
    )


def _environment() -> Environment:
    # Loaded by the name of a module that is surely ours: `platform` itself is the standard library's name.
    environment = Environment(
        loader=PackageLoader("platform.reporting"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"kind": _kind, "chart": _chart, "data_uri": _data_uri, "inline": _inline}
    environment.tests["figure"] = _is_number
    return environment


def _kind(block: Any) -> str:
    return type(block).__name__


def _chart(picture: Picture) -> Markup:
    """The chart's own element; Plotly writes <, > and / of every text in it as escapes."""
    if picture.chart is None:
        return Markup()
    written = picture.chart.to_html(
        full_html=False, include_plotlyjs=False, div_id=f"chart-{picture.name}", config=_CHART_OPTIONS
    )
    return Markup(written)  # noqa: S704


def _data_uri(picture: Picture) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture.png).decode()}"


def _inline(text: str) -> Markup:
    """Text with what stands between backticks as code."""
    parts = text.split("`")
    shown = (
        escape(part) if place % 2 == 0 else Markup("<code>{}</code>").format(part) for place, part in enumerate(parts)
    )
    return Markup().join(shown)


def _is_number(cell: str) -> bool:
    """Whether a cell begins as a figure does; columns of figures stand to the right."""
    return cell[:1].isdigit() or cell[:2].lstrip("-+−")[:1].isdigit()
