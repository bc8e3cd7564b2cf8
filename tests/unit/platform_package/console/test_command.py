"""Every way in which a command can end, and what people read then."""

import errno

import pytest

from platform.console.command import DONE, MISTAKE, STOPPED, UNDONE, command_parser, run_command
from spotformer_core.errors import LandmarkError, SpotFormerError


def run(main, *arguments):
    parser = command_parser("search", "Searches.", "python -m platform.search --seed 3")
    parser.add_argument("--seed", type=int, default=0)
    return run_command(main, parser, arguments)


def raising(error):
    def main(options):
        raise error

    return main


@pytest.mark.parametrize(("code", "expected"), [(DONE, 0), (UNDONE, 1)])
def test_the_exit_code_of_a_command_that_ends_by_itself_is_its_own(code, expected, capsys):
    assert run(lambda options: code) == expected
    assert capsys.readouterr().err == ""


def test_a_command_receives_its_options():
    seen = []

    run(lambda options: seen.append(options.seed) or DONE, "--seed", "3")

    assert seen == [3]


def test_a_command_receives_its_own_command_line_as_a_shell_would_take_it():
    seen = []

    run(lambda options: seen.append(options.command) or DONE, "--seed", " 3")

    assert seen == ["python -m platform.search --seed ' 3'"]


@pytest.mark.parametrize("error", [SpotFormerError, LandmarkError])
def test_a_users_mistake_is_one_message_without_a_traceback(error, capsys):
    assert run(raising(error("--seed must be 0 or more, got -1."))) == MISTAKE == 2

    captured = capsys.readouterr()
    assert captured.err == "error: --seed must be 0 or more, got -1.\n"
    assert captured.out == ""


def test_ctrl_c_says_that_the_same_command_continues(capsys):
    assert run(raising(KeyboardInterrupt())) == STOPPED == 130

    assert "the same command continues" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        OSError("Error writing bytes to file: No space left on device"),
    ],
    ids=["full disk", "quota", "in the words of another library"],
)
def test_a_full_disk_is_named_and_says_that_nothing_is_lost(error, capsys):
    assert run(raising(error)) == MISTAKE

    message = capsys.readouterr().err
    assert message.startswith(f"error: there must be room on the disk, got: {error}. ")
    assert "Everything that was finished is kept" in message


@pytest.mark.parametrize("error", [PermissionError(errno.EACCES, "Permission denied"), ValueError("a defect")])
def test_every_other_error_keeps_its_traceback(error):
    with pytest.raises(type(error)) as caught:
        run(raising(error))

    assert caught.value is error


def test_options_are_never_abbreviated(capsys):
    with pytest.raises(SystemExit) as caught:
        run(lambda options: DONE, "--see", "3")

    assert caught.value.code == 2
    assert "unrecognized arguments: --see 3" in capsys.readouterr().err


def test_help_names_the_command_and_shows_an_example(capsys):
    with pytest.raises(SystemExit) as caught:
        run(lambda options: DONE, "--help")

    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith("usage: python -m platform.search")
    assert "example:\n  python -m platform.search --seed 3" in text
