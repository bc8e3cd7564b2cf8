"""Ray and MLflow are quiet until somebody asks."""

import logging

import pytest

from platform.console.command import DONE, command_parser, run_command
from platform.console.libraries import VERBOSE_VARIABLE, libraries_may_speak, quieten
from platform.stages.computing import add_compute_options

LOGGER = "a.library.that.talks"


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """Levels and the variable are as before afterwards."""
    monkeypatch.setenv(VERBOSE_VARIABLE, "0")
    before = logging.getLogger(LOGGER).level
    yield
    logging.getLogger(LOGGER).setLevel(before)


def run(*arguments):
    parser = command_parser("search", "Searches.", "python -m platform.search")
    add_compute_options(parser)
    heard = []
    assert run_command(lambda _: heard.append(libraries_may_speak()) or DONE, parser, arguments) == DONE
    return heard == [True]


def test_libraries_are_quiet_unless_asked():
    quieten(LOGGER)

    assert not run()
    assert logging.getLogger(LOGGER).level == logging.WARNING


def test_verbose_lets_them_speak_though_they_were_quietened_before():
    quieten(LOGGER)

    assert run("--verbose")
    assert logging.getLogger(LOGGER).level == logging.INFO


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_the_variable_does_the_same(monkeypatch, value, expected):
    monkeypatch.setenv(VERBOSE_VARIABLE, value)

    assert run() is expected
