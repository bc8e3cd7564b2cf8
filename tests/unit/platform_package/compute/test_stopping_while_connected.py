"""How a command stops while it is connected to Ray, and afterwards; no cluster is started."""

import signal
import socket

import pytest
import ray

from platform.compute.connection import connected


@pytest.fixture
def ray_that_takes_sigterm(monkeypatch):
    """Beginning and ending put handlers of their own, as Ray's do."""

    def take(*_, **__):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", take)
    monkeypatch.setattr(ray, "shutdown", take)


@pytest.fixture
def listener():
    """The address of somebody on this machine who listens and does no more."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.usefixtures("ray_that_takes_sigterm")
@pytest.mark.parametrize("joins", [False, True])
def test_sigterm_is_handled_as_before_while_connected_and_afterwards(joins, listener):
    address = listener if joins else ""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with connected(address, num_workers=1):
            while_connected = signal.getsignal(signal.SIGTERM)
        afterwards = signal.getsignal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)

    assert while_connected is afterwards is signal.default_int_handler
