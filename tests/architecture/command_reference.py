"""Writes docs/commands.md from the parsers of the commands; `make docs` calls it.

A test compares the page with what this makes, so that no option is documented that does not exist, or the other way
round.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "commands.md"
COLUMNS = 100
_HEAD = """# Commands

What `--help` says of every command. This page is made by `make docs`; a test says when it is out of date.
"""


def verbs() -> tuple[str, ...]:
    """The commands: modules directly in `platform` that have a parser."""
    modules = sorted(path.stem for path in (ROOT / "platform").glob("*.py") if not path.stem.startswith("_"))
    return tuple(name for name in modules if hasattr(importlib.import_module(f"platform.{name}"), "parser"))


def parser_of(verb: str) -> argparse.ArgumentParser:
    """The parser of `python -m platform.<verb>`."""
    parser: argparse.ArgumentParser = importlib.import_module(f"platform.{verb}").parser()
    return parser


def reference() -> str:
    """The whole page."""
    # argparse asks the terminal for its width, and from Python 3.14 on colours what it prints.
    with mock.patch.dict(os.environ, {"COLUMNS": str(COLUMNS), "NO_COLOR": "1"}):
        sections = [section for verb in verbs() for section in _sections(parser_of(verb))]
    return "\n".join([_HEAD, *sections])


def _sections(parser: argparse.ArgumentParser) -> Iterator[str]:
    title = parser.prog.removeprefix("python -m ")
    yield f"## {title}\n\n```\n{parser.format_help().rstrip()}\n```\n"
    for sub_parser in sub_parsers(parser).values():
        yield from _sections(sub_parser)


def sub_parsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parsers of what follows the verb, where a command has several: `report score`, `report tables`."""
    choices = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return {name: sub_parser for one in choices for name, sub_parser in one.items()}


def main() -> int:
    """Writes the page; 0."""
    PAGE.write_text(reference(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
