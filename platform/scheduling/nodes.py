"""The nodes of the connected Ray cluster: what they have, and of which types they are."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import ray

from spotformer_core.errors import InvalidValueError

_ACCELERATOR = "accelerator_type:"
"""How Ray names the resource that says which kind of GPU a node has."""
_TYPE_LABEL = "ray.io/node-group"
"""What Ray's autoscaler, KubeRay and `ray start --labels` call a node's type; people price nodes by it."""
LOCAL = "local"
"""The type of a node without that label: this machine, or one that was joined by hand."""


def most_cpus() -> float:
    """CPUs of the largest node."""
    return max((node["Resources"].get("CPU", 0.0) for node in _alive()), default=1.0)


def has_gpus() -> bool:
    """Whether a node that is there now has a GPU."""
    return any(node["Resources"].get("GPU", 0.0) > 0 for node in _alive())


def accelerator() -> str:
    """The kind of GPU that the nodes have, as Ray names it; empty where Ray does not know.

    Raises:
        InvalidValueError: when there are several kinds: one fraction cannot be right for all of them.
    """
    of_nodes = [_accelerators(node["Resources"]) for node in _alive() if node["Resources"].get("GPU", 0.0) > 0]
    kinds = sorted({kind for kinds in of_nodes for kind in kinds})
    if len(kinds) > 1 or (kinds and not all(of_nodes)):
        raise InvalidValueError(
            f"--gpus-per-fold auto must find one kind of GPU in the cluster, got {', '.join(kinds)}"
            f"{'' if all(of_nodes) else ' and some that Ray does not know'}. Give a fraction that is right for the "
            "smallest, for instance --gpus-per-fold 0.5."
        )
    return kinds[0] if kinds else ""


def node_counts() -> dict[str, int]:
    """Nodes by type."""
    return dict(Counter(node["Labels"].get(_TYPE_LABEL) or LOCAL for node in _alive()))


def _accelerators(resources: Mapping[str, float]) -> list[str]:
    return [name.removeprefix(_ACCELERATOR) for name in resources if name.startswith(_ACCELERATOR)]


def _alive() -> Iterator[dict[str, Any]]:
    return (node for node in ray.nodes() if node["Alive"])  # type: ignore[no-untyped-call]  # Ray's
