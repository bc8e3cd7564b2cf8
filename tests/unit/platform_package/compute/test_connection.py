"""How Ray is started: quiet, unless libraries may speak. Ray itself is not."""

import logging
import socket

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


@pytest.fixture
def listening():
    """The address of a port at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("has_address", [False, True])
@pytest.mark.parametrize(("variable", "speaks", "level"), [("0", False, logging.ERROR), ("1", True, logging.INFO)])
def test_ray_and_its_workers_speak_only_where_libraries_may(
    started, monkeypatch, listening, has_address, variable, speaks, level
):
    address = listening if has_address else ""
    monkeypatch.setenv(VERBOSE_VARIABLE, variable)

    with connection.connected(address, num_workers=2):
        assert len(started) == 1
        assert (started[0]["log_to_driver"], started[0]["logging_level"]) == (speaks, level)
        assert started[0]["address"] == (address or "local")
        assert {logging.getLogger(name).level for name in connection._QUIET_LOGGERS} == {level}

    assert started[1:] == ["shut down"]


def test_an_address_at_which_nobody_listens_is_named_before_ray_tries_it_for_minutes(started):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"

    for target in (address, f"ray://{address}"):
        with (
            pytest.raises(
                InvalidValueError, match=rf"got '{target}': nobody listens there .*Start one with `ray start"
            ),
            connection.connected(target, num_workers=2),
        ):
            pass
    assert started == []


def test_a_cluster_that_does_not_answer_is_named(started, listening, monkeypatch):
    def refuse(**options):
        raise ConnectionError("nobody there")

    monkeypatch.setattr(connection.ray, "init", refuse)

    with (
        pytest.raises(InvalidValueError, match=rf"got '{listening}': nobody there\. Start one with `ray start"),
        connection.connected(listening, num_workers=2),
    ):
        pass


def test_without_ray_the_place_of_its_logs_is_described():
    assert place_of_logs() == "`logs` in the folder of Ray's session"
