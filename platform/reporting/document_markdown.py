"""A report as Markdown; pictures are files beside it."""

from collections.abc import Iterator, Sequence

from platform.reporting.document import (
    Block,
    CodeBlock,
    Document,
    Folded,
    Listing,
    Notice,
    Paragraph,
    Picture,
    Section,
    TableBlock,
)
from platform.reporting.tables import markdown_table

PICTURES = "figures"
"""Folder beside the document that holds its pictures."""


def as_markdown(document: Document) -> str:
    """The whole report; of a picture without a PNG its description."""
    parts = [f"# {_plain(document.title)}", *_written(document.lead)]
    for section in document.sections:
        parts += [f"## {_plain(section.title)}", *_section(section)]
    return "\n\n".join(parts) + "\n"


def picture_path(picture: Picture) -> str:
    """Where a picture lies, seen from the document."""
    return f"{PICTURES}/{picture.name}.png"


def _section(section: Section) -> Iterator[str]:
    return _written(section.blocks)


def _written(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph(text):
                yield _plain(text)
            case Notice(text):
                yield f"> **{_plain(text)}**"
            case Listing(items):
                yield "\n".join(f"- {_plain(item)}" for item in items)
            case TableBlock(headings, rows, title):
                table = "\n".join(markdown_table(headings, [[_plain(cell) for cell in row] for row in rows]))
                yield f"{_plain(title)}\n\n{table}" if title else table
            case CodeBlock(text, language):
                yield _fenced(text, language)
            case Picture():
                yield _picture(block)
            case Folded(summary, inner):
                yield f"### {_plain(summary)}"
                yield from _written(inner)


def _picture(picture: Picture) -> str:
    if picture.png:
        return f"![{_plain(picture.description)}]({picture_path(picture)})"
    return f"*On the page: {_plain(picture.description)}*"


def _fenced(text: str, language: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def _plain(text: str) -> str:
    """Text without line breaks that would end a cell, and without what Markdown would take for HTML."""
    return text.replace("\n", " ").replace("<", "&lt;")
