"""Which fields of a configuration a computation reads: what has an effect is told by who reads it, not by a list."""

from collections.abc import Set as AbstractSet
from dataclasses import fields
from typing import Any, TypeVar

from spotformer_core.config import Configuration

_Group = TypeVar("_Group")


def watched_configuration(configuration: Configuration, read: set[str]) -> Configuration:
    """An equal configuration that adds to `read` the name of every field of its groups when it is read."""
    groups = {one.name: watched(getattr(configuration, one.name), read) for one in fields(Configuration)}
    return Configuration(**groups)


def watched(group: _Group, read: set[str]) -> _Group:
    """A group of a configuration with the same values that adds to `read` the name of every field that is read."""
    values = {one.name: getattr(group, one.name) for one in fields(group)}  # type: ignore[arg-type]
    type_ = _watched_type(type(group), values.keys(), read)
    # Made without its constructor, whose rules read every field.
    copy: _Group = object.__new__(type_)
    for name, value in values.items():
        object.__setattr__(copy, name, value)
    return copy


def _watched_type(type_: type[Any], names: AbstractSet[str], read: set[str]) -> type[Any]:
    def get(self: object, name: str) -> Any:
        if name in names:
            read.add(name)
        return object.__getattribute__(self, name)

    return type(type_.__name__, (type_,), {"__slots__": (), "__getattribute__": get})
