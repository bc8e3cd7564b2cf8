"""How Ray is started: quiet, unless libraries may speak. Ray itself is not."""

import logging

import pytest

from platform.compute import connection
from platform.compute.ray_logs import place_of_logs
from platform.console.libraries import VERBOSE_VARIABLE
from spotformer_core.errors import InvalidValueError


@pytest.fixture
def started(monkeypatch):
    """What Ray was asked for, instead of being started."""
    asked = []
    monkeypatch.setattr(connection.ray, "is_initialized", lambda: False)
    monkeypatch.setattr(connection.ray, "init", lambda **options: asked.append(options))
    monkeypatch.setattr(connection.ray, "shutdown", lambda: asked.append("shut down"))
    monkeypatch.delenv(connection.JOB_ADDRESS_VARIABLE, raising=False)
    levels = {name: logging.getLogger(name).level for name in connection._QUIET_LOGGERS}
    yield asked
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize("address", ["", "10.0.0.1:6379"])
@pytest.mark.parametrize(("variable", "speaks", "level"), [("0", False, logging.ERROR), ("1", True, logging.INFO)])
def test_ray_and_its_workers_speak_only_where_libraries_may(started, monkeypatch, address, variable, speaks, level):
    monkeypatch.setenv(VERBOSE_VARIABLE, variable)

    with connection.connected(address, num_workers=2):
        assert len(started) == 1
        assert (started[0]["log_to_driver"], started[0]["logging_level"]) == (speaks, level)
        assert started[0]["address"] == (address or "local")
        assert {logging.getLogger(name).level for name in connection._QUIET_LOGGERS} == {level}

    assert started[1:] == ["shut down"]


def test_a_cluster_that_does_not_answer_is_named(started, monkeypatch):
    def refuse(**options):
        raise ConnectionError("nobody there")

    monkeypatch.setattr(connection.ray, "init", refuse)

    with (
        pytest.raises(InvalidValueError, match=r"got '10.0.0.1:6379': nobody there\. Start one with `ray start"),
        connection.connected("10.0.0.1:6379", num_workers=2),
    ):
        pass


def test_without_ray_the_place_of_its_logs_is_described():
    assert place_of_logs() == "`logs` in the folder of Ray's session"
