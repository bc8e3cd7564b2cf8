"""An option that would keep the last of several values is refused, by every parser of every command."""

import argparse
from collections.abc import Iterator

import pytest

from platform.console.command import MISTAKE, command_parser
from platform.console.options import CommandParser
from tests.architecture.command_reference import parser_of, verbs


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                yield from parsers(one)


EVERY = [one for verb in verbs() for one in parsers(parser_of(verb))]
OPTIONS = [
    pytest.param(parser, action, id=f"{parser.prog.removeprefix('python -m ')} {action.option_strings[-1]}")
    for parser in EVERY
    for action in parser._actions
    if action.option_strings and not isinstance(action, argparse._HelpAction | argparse._VersionAction)
]


def without_required(parser: argparse.ArgumentParser) -> None:
    """So that a command line of one option is read to its end."""
    for action in parser._actions:
        action.required = False
        if not action.option_strings:
            action.nargs = "?" if action.nargs is None else "*" if action.nargs == "+" else action.nargs


def value_of(action: argparse.Action) -> str:
    return str(next(iter(action.choices))) if action.choices else "1"


@pytest.mark.parametrize(("parser", "action"), OPTIONS)
def test_every_option_of_every_command_is_given_once_or_collects_or_says_the_same(parser, action, capsys):
    without_required(parser)
    name, value = action.option_strings[-1], value_of(action)
    collects = isinstance(action, argparse._AppendAction | argparse._ExtendAction | argparse._CountAction)
    given = [name] if action.nargs == 0 else [name, value]

    assert isinstance(parser, CommandParser)
    if collects or action.nargs == 0:
        parser.parse_args([*given, *given])
        return
    for second in (given, [f"{name}={value}"]):
        with pytest.raises(SystemExit) as ended:
            parser.parse_args([*given, *second])
        assert ended.value.code == MISTAKE
        assert f"{name} must be given once, got '{value}' and '{value}'" in capsys.readouterr().err
    parser.parse_args(given)


@pytest.fixture
def command():
    made = command_parser("try", "tries", "try")
    made.add_argument("-d", "--dataset")
    made.add_argument("--names", nargs="+")
    made.add_argument("--policy", action="append")
    made.add_argument("--more", action="extend", nargs="+")
    made.add_argument("--dry-run", action="store_true")
    made.add_argument("--races", action=argparse.BooleanOptionalAction)
    made.add_subparsers().add_parser("study").add_argument("--seed")
    return made


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--dataset a --dataset b", "--dataset must be given once, got 'a' and 'b'"),
        ("--dataset=a -d b", "--dataset must be given once, got 'a' and 'b'"),
        ("--names a b --dry-run --names c", "--names must be given once, got 'a' 'b' and 'c'"),
        ("--races --no-races", "must be given once"),
        ("study --seed 1 --seed 2", "--seed must be given once, got '1' and '2'"),
    ],
)
def test_both_values_are_named(command, capsys, line, said):
    with pytest.raises(SystemExit) as ended:
        command.parse_args(line.split())

    assert ended.value.code == MISTAKE
    assert said in capsys.readouterr().err


def test_what_collects_may_be_given_again_and_a_parser_used_again(command):
    collected = "--policy a --policy b --more a --more b c --dry-run --dry-run"
    line = f"{collected} --dataset a study --seed 1".split(" ")

    first, second = command.parse_args(line), command.parse_args(line)

    assert first == second
    assert (first.policy, first.more, first.dataset, first.seed) == (["a", "b"], ["a", "b", "c"], "a", "1")
