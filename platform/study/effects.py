"""What a space or a decoding declares without any effect is refused: it would cost trainings that differ in nothing.

What has an effect is what is read. The real training, decoding and counting run in miniature at corners of the space
and note which fields they read; no list says which field belongs to which.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from random import Random
from typing import Any, Final, TypeAlias

from search_spaces.stored_scores import APEX_THRESHOLDS
from search_spaces.vocabulary import Dimension, Space, Value
from spotformer_core.config import Configuration
from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics.miniature import decoding_fields_read

_Reads: TypeAlias = Callable[[Configuration], frozenset[str]]
_NUM_DRAWS: Final = 64
"""Corners drawn before a field counts as never read: it may take several others at once to be read."""


_NO_SPACE: Final = ""
"""The name of what options of a command declare."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """Names of what a space declares and no corner of it reads."""

    dimensions: frozenset[str]
    fixed: frozenset[str]


def fields_read(configuration: Configuration) -> frozenset[str]:
    """Names of the fields that are read when a fold of the configuration is trained, scored, decoded and counted."""
    # PyTorch takes seconds to import.
    from spotformer_core.training.miniature import training_fields_read

    return training_fields_read(configuration) | decoding_fields_read(configuration.decoding)


def require_effects(space: Space) -> None:
    """Whatever the space declares has an effect somewhere in it.

    Raises:
        InvalidValueError: for a dimension that nothing reads at any corner at which it exists; for a fixed value, other
            than the usual one, that nothing reads; for apex thresholds or a number of decodings beside which nothing is
            chosen. The message says what would make it count.
    """
    _require_choices(space)
    unread = find_unread(space, fields_read)
    for name in sorted(unread.dimensions):
        raise _without_effect("a dimension", name, space, fields_read)
    for name in sorted(unread.fixed):
        raise _without_effect("a fixed value", name, space, fields_read)


def require_decoding_effects(
    decoding: Mapping[str, Dimension], bases: Sequence[Configuration], *, stated: Collection[str] = ()
) -> None:
    """Each field that varies, and each that is stated, has an effect beside one of `bases` at least.

    Raises:
        InvalidValueError: for one that has none.
    """
    spaces = [
        Space(name=_NO_SPACE, description="", fixed=base.parameters(), decoding=decoding, num_decodings=1)
        for base in bases
    ]
    unread = [find_unread(space, _decoding_reads) for space in spaces]
    for name in sorted(frozenset(decoding).intersection(*(one.dimensions for one in unread))):
        raise _without_effect("a field of --vary", name, spaces[0], _decoding_reads)
    for name in sorted(frozenset(stated).intersection(*(one.fixed for one in unread))):
        raise _without_effect("a field of --decoding", name, spaces[0], _decoding_reads)


def find_unread(space: Space, reads: _Reads) -> Unread:
    """What the space declares and no corner reads; a fixed value that is the usual one is left out."""
    usual, base = Configuration().parameters(), space.configuration({}).parameters()
    dimensions = {*space.dimensions, *space.decoding}
    fixed = {name for name in space.fixed if base[name] != usual[name]}
    for own in _corners(space):
        read = reads(space.configuration(own))
        dimensions -= read & own.keys()
        fixed -= read - own.keys()
        if not dimensions and not fixed:
            break
    return Unread(dimensions=frozenset(dimensions), fixed=frozenset(fixed))


def _decoding_reads(configuration: Configuration) -> frozenset[str]:
    return decoding_fields_read(configuration.decoding)


def _corners(space: Space) -> Iterator[dict[str, Value]]:
    """Values of what varies: all first ends, all last ones, each end beside the first ones, then any ends."""
    for values in _ends({**space.dimensions, **space.decoding}):
        trained = {name: values[name] for name in space.existing(values)}
        # Without any change to it, every configuration's own decoding is tried too.
        yield trained
        yield trained | {name: values[name] for name in space.decoding}


def _ends(dimensions: Mapping[str, Dimension]) -> Iterator[dict[str, Value]]:
    ends = {name: dimension.ends() for name, dimension in dimensions.items()}
    first = {name: values[0] for name, values in ends.items()}
    yield first
    yield {name: values[-1] for name, values in ends.items()}
    for name, values in ends.items():
        for value in values[1:]:
            yield first | {name: value}
    random = Random(0)  # noqa: S311  nothing to keep secret
    for _ in range(_NUM_DRAWS if dimensions else 0):
        yield {name: random.choice(values) for name, values in ends.items()}


def _require_choices(space: Space) -> None:
    usual = {one.name: one.default for one in fields(Space)}
    if set(APEX_THRESHOLDS) <= set(space.fixed) and space.apex_thresholds != usual["apex_thresholds"]:
        raise InvalidValueError(
            f"apex_thresholds must have an effect, got them in {space.name!r}, where {' and '.join(APEX_THRESHOLDS)} "
            "are fixed, so that none is chosen. Take apex_thresholds out, or one of the fixed values."
        )
    if not space.decoding and space.num_decodings != usual["num_decodings"]:
        raise InvalidValueError(
            f"num_decodings must have an effect, got {space.num_decodings} in {space.name!r}, which has no decoding "
            "to draw. Take it out, or name fields under decoding."
        )


def _without_effect(what: str, name: str, space: Space, reads: _Reads) -> InvalidValueError:
    where = "" if space.name == _NO_SPACE else f" in the space {space.name!r}"
    rule = f"{what} must have an effect, got {name}{where}"
    if name in space.dimensions and what == "a fixed value":
        return InvalidValueError(f"{rule}, where the dimension of that name takes its place. Take one of them out.")
    base = next(_corners(space))
    # Where nothing reads it, a dimension may as well have its first value.
    remedy = _remedy(name, space.configuration(base), reads)
    if remedy is None:
        return InvalidValueError(f"{rule}, which nothing reads beside the other values. Take it out.")
    other, now, value = remedy
    return InvalidValueError(
        f"{rule}, which nothing reads while {other} is {now}. Take {name} out, or make {other} for instance {value}."
    )


def _remedy(name: str, base: Configuration, reads: _Reads) -> tuple[str, Any, Any] | None:
    """The field that keeps `name` from being read, its value, and one beside which it is read."""
    parameters = base.parameters()
    for other, type_ in _fields_of_the_group_first(name):
        for value in _other_values(other, type_):
            if other == name or value == parameters[other]:
                continue
            try:
                changed = base.with_parameters({other: value})
            except InvalidValueError:
                continue
            if name in reads(changed):
                return other, parameters[other], value
    return None


def _fields_of_the_group_first(name: str) -> list[tuple[str, Any]]:
    groups = [fields(getattr(Configuration(), group.name)) for group in fields(Configuration)]
    groups.sort(key=lambda group: all(one.name != name for one in group))
    return [(one.name, one.type) for group in groups for one in group]


def _other_values(name: str, type_: Any) -> tuple[Any, ...]:
    """The usual value of a field first, then others that may switch something on."""
    usual = (Configuration().parameters()[name],)
    if issubclass(type_, StrEnum):
        return usual + tuple(str(member) for member in type_)
    if type_ is bool:
        return (*usual, False, True)
    return usual + ((2,) if type_ is int else (0.5, 1.0))
