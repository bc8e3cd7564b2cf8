"""The parser of every command: an option that keeps one value must not be given two.

argparse keeps the last value of an option that is given again, without a word: `--dataset a --dataset b` would search b
alone. Options that collect (`append`, `extend`, `count`) may be given again, and so may a switch, which says the same.
"""

import argparse
from collections.abc import Sequence
from typing import Any

_COLLECTING = ("append", "append_const", "extend", "count")


class CommandParser(argparse.ArgumentParser):
    """An ArgumentParser that refuses, with exit code 2, what would silently keep the last of several values.

    Parsers of subcommands are made of the same class by argparse itself.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._given: dict[str, tuple[argparse.Action, tuple[str, ...]]] = {}
        self._collecting = tuple(self._registry_get("action", name) for name in _COLLECTING)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As that of argparse; equal command lines are read alike, however often a parser is used."""
        self._given.clear()
        return super().parse_known_args(args, namespace)

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        # argparse calls this once for every time that an option is given.
        if action.option_strings and not isinstance(action, self._collecting):
            self._require_first(action, tuple(arg_strings))
        return super()._get_values(action, arg_strings)

    def _require_first(self, action: argparse.Action, values: tuple[str, ...]) -> None:
        given = (action, values)
        before = self._given.setdefault(action.dest, given)
        says_the_same = action.nargs == 0 and not isinstance(action, argparse.BooleanOptionalAction)
        if before is given or (before[0] is action and says_the_same):
            return
        self.error(f"{_named(action)} must be given once, got {_shown(*before)} and {_shown(*given)}. Leave one out.")


def _named(action: argparse.Action) -> str:
    return action.option_strings[-1]


def _shown(action: argparse.Action, values: Sequence[str]) -> str:
    return " ".join(map(repr, values)) if values else _named(action)
