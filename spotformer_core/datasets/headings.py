"""One rule for the headings of every table: case and surrounding spaces do not matter, a wanted heading stands once."""

from collections.abc import Sequence

from spotformer_core.datasets.table_rows import shown
from spotformer_core.errors import AnnotationError


def folded(heading: object) -> str:
    """A heading, or the name of a sheet, as such are compared."""
    return str(heading).strip().casefold()


def heading_positions(header: Sequence[object], *, wanted: Sequence[str], place: str) -> dict[str, int]:
    """The position of every one of `wanted` that `header` has.

    Raises:
        AnnotationError: when one of them stands twice, since nobody knows which column is meant.
    """
    names = [folded(heading) for heading in header]
    positions: dict[str, int] = {}
    for name in wanted:
        found = [position for position, other in enumerate(names) if other == folded(name)]
        if len(found) > 1:
            columns = " and ".join(str(position + 1) for position in found[:3])
            raise AnnotationError(
                f"a column must stand once in {place}, got {shown(name)} in columns {columns}. "
                "Remove or rename all but the right one."
            )
        if found:
            positions[name] = found[0]
    return positions
