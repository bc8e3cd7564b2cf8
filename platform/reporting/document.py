"""A report as plain values: sections made of a few kinds of block. Pages and Markdown are two ways to write it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Plain text that nobody may overlook."""

    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Short statements, one below the other."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table; every row has as many cells as there are headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Text to be copied as it is."""

    text: str
    language: str = ""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Picture:
    """A figure in up to two forms; at least one of them is there.

    Attributes:
        name: unique in its report, fit for a file name and an anchor.
        description: what is to be seen, for those who do not see it.
        chart: for pages.
        png: for papers and Markdown.
    """

    name: str
    description: str
    chart: "Figure | None" = None
    png: bytes = b""


@dataclass(frozen=True, slots=True)
class Folded:
    """Blocks that a page opens on demand."""

    summary: str
    blocks: tuple["Block", ...]


Block: TypeAlias = Paragraph | Notice | Listing | TableBlock | CodeBlock | Picture | Folded


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report under its own heading.

    Attributes:
        anchor: unique in its report.
    """

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A whole report.

    Attributes:
        lead: what stands above the first section.
    """

    title: str
    lead: tuple[Block, ...]
    sections: tuple[Section, ...]

    def pictures(self) -> Iterator[Picture]:
        """Every picture, in order."""
        for section in self.sections:
            yield from _pictures(section.blocks)


def _pictures(blocks: Sequence[Block]) -> Iterator[Picture]:
    for block in blocks:
        if isinstance(block, Picture):
            yield block
        elif isinstance(block, Folded):
            yield from _pictures(block.blocks)
