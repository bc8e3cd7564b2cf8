"""What a study searched, read from its own record: the space it was declared with may be gone."""

from dataclasses import dataclass
from typing import Any

from platform.study.records import StudyRecord
from search_spaces.vocabulary import Choice, Condition, Dimension, Float, Integer, LogFloat
from spotformer_core.errors import JournalError

_KINDS: dict[str, type[Any]] = {one.__name__: one for one in (Float, LogFloat, Integer)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Searched:
    """What varied.

    Attributes:
        dimensions: that needed training anew.
        conditions: when a dimension exists that does not always.
        decoding: what varied in the decodings that were tried on stored frame scores.
    """

    dimensions: dict[str, Dimension]
    conditions: dict[str, Condition]
    decoding: dict[str, Dimension]


def searched_by(study: StudyRecord) -> Searched:
    """What a study's first record declares.

    Raises:
        JournalError: when it declares a kind of dimension that is none of ours.
    """
    space = study.space
    return Searched(
        dimensions=_dimensions(space.get("dimensions", {})),
        conditions={
            name: Condition(one["on"], tuple(one["values"])) for name, one in space.get("conditions", {}).items()
        },
        decoding=_dimensions(space.get("decoding", {})),
    )


def _dimensions(declared: dict[str, dict[str, Any]]) -> dict[str, Dimension]:
    return {name: _dimension(name, one["kind"], one["ends"]) for name, one in declared.items()}


def _dimension(name: str, kind: str, ends: list[Any]) -> Dimension:
    if kind == Choice.__name__:
        return Choice(tuple(ends))
    if kind not in _KINDS:
        raise JournalError(
            f"a dimension must be one of {sorted([*_KINDS, Choice.__name__])}, got {kind} for {name} in the journal. "
            "It was written by another version; use that one."
        )
    dimension: Dimension = _KINDS[kind](*ends)
    return dimension
