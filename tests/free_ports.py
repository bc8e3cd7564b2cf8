"""Ports on loopback that nobody uses, for servers that tests start."""

import socket


def free_ports(count: int) -> list[int]:
    """So many different ports; somebody else may take one before it is used."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
