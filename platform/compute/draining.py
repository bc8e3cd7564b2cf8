"""Nodes that leave the cluster: Ray is told of them, and says which they are.

Ray calls it draining. A node that is drained is given no new work and leaves when its last worker has ended; Ray counts
what is lost with it as preempted. Where Ray itself hears that a node goes, as `ray start --block` does by SIGTERM, it
drains the node by the same call. Ray has no public way to do or to see it; what is not public stands here alone.
"""

import time
from typing import Any

import ray
from ray._private.services import canonicalize_bootstrap_address_or_die, get_node_ip_address
from ray._raylet import GcsClient  # type: ignore[attr-defined]  # Ray's is compiled
from ray.core.generated.autoscaler_pb2 import DrainNodeReason  # type: ignore[attr-defined]  # as is this
from ray.core.generated.gcs_pb2 import GcsNodeInfo  # type: ignore[attr-defined]  # and this
from ray.exceptions import AuthenticationError, RpcError

from platform.compute.connection import require_answer
from spotformer_core.errors import InvalidValueError

SECONDS_TO_ANSWER = 5.0
_STOPPED, _TAKEN_BACK = 1, 3
"""What Ray gives as the reason of a node's death: it was asked to stop, or had been drained and its time was over."""


class DrainedNode:
    """A node of a cluster that can be drained, from any process on it and without starting a driver.

    Args:
        address: of the cluster; empty for that of the Ray on this machine.
        node_id: Ray's, in hexadecimal digits; empty for the node with the address of this machine.

    Raises:
        InvalidValueError: when no cluster answers, or it has no such node.
    """

    def __init__(self, address: str = "", node_id: str = "") -> None:
        try:
            found_at = canonicalize_bootstrap_address_or_die(address or "auto")
            require_answer(found_at)
            self._gcs = GcsClient(address=found_at)
            nodes = self._alive()
        except (ConnectionError, RuntimeError, ValueError, RpcError, AuthenticationError) as error:
            raise InvalidValueError(
                f"--address must be that of a running Ray cluster, got {address or 'that of this machine'!r}: {error}. "
                "Start Ray on this node first."
            ) from error
        here = get_node_ip_address()  # type: ignore[no-untyped-call]  # Ray's
        found = [one for one, at in nodes.items() if (one == node_id if node_id else at == here)]
        if len(found) != 1:
            raise InvalidValueError(
                f"--node-id must name one of the {len(nodes)} nodes of the cluster, got {node_id or here!r}, which "
                f"names {len(found)}. `ray list nodes` shows them."
            )
        self.node_id = found[0]

    def drain(self, reason: str, *, seconds: float | None) -> bool:
        """Has Ray drain the node; a later call replaces the deadline of an earlier one.

        Args:
            seconds: until the node is taken away; None when nobody knows.

        Returns:
            Whether Ray was heard to take it.
        """
        deadline = 0 if seconds is None else int(1000 * (time.time() + seconds))
        preemption = DrainNodeReason.Value("DRAIN_NODE_REASON_PREEMPTION")
        try:
            accepted, _ = self._gcs.drain_node(self.node_id, preemption, reason, deadline, timeout=SECONDS_TO_ANSWER)
        except RpcError:
            return False
        return bool(accepted)

    def is_there(self) -> bool:
        """Whether the node is part of the cluster; False as well when the cluster does not answer any more."""
        try:
            return self.node_id in self._alive()
        except RpcError:
            return False

    def _alive(self) -> dict[str, str]:
        infos = self._gcs.get_all_node_info(timeout=SECONDS_TO_ANSWER)
        return {
            node_id.hex(): info.node_manager_address
            for node_id, info in infos.items()
            if info.state == GcsNodeInfo.GcsNodeState.ALIVE
        }


def draining_nodes() -> dict[str, float | None]:
    """Nodes of the connected cluster that are drained, and the seconds that each of them stays; None if not known."""
    deadlines: dict[str, int] = ray._private.state.state.get_draining_nodes()  # noqa: SLF001  see above
    return {node: at / 1000 - time.time() if at else None for node, at in deadlines.items()}


def nodes_taken_back() -> frozenset[str]:
    """Nodes that have left the connected cluster because they were told to, and not by a fault."""
    nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]  # Ray's
    reasons = {node["NodeID"]: node["DeathReason"] for node in nodes if not node["Alive"]}
    return frozenset(node for node, reason in reasons.items() if reason in {_STOPPED, _TAKEN_BACK})


def node_of(actor: Any) -> str:
    """The node on which an actor of the connected cluster runs; empty before it has one."""
    found: dict[str, Any] = ray._private.state.actors(actor_id=actor._actor_id.hex())  # noqa: SLF001  see above
    return str(found["Address"]["NodeID"]) if found else ""
