"""Which types of node a Ray cluster has, in the words in which people price them."""

from collections import Counter
from typing import Any

import ray

# What Ray's autoscaler, KubeRay and `ray start --labels` call a node's type.
_LABEL = "ray.io/node-group"
LOCAL = "local"
"""A node without that label: this machine, or one that was joined by hand."""


def node_counts() -> dict[str, int]:
    """Nodes of the connected cluster that are alive, by type."""
    nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
    return dict(Counter(node["Labels"].get(_LABEL) or LOCAL for node in nodes if node["Alive"]))
