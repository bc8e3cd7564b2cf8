"""What the nodes of the connected Ray cluster have."""

from collections.abc import Iterator, Mapping

import ray

from spotformer_core.errors import InvalidValueError

_ACCELERATOR = "accelerator_type:"
"""How Ray names the resource that says which kind of GPU a node has."""


def most_cpus() -> float:
    """CPUs of the largest node."""
    return max((resources.get("CPU", 0.0) for resources in _of_nodes()), default=1.0)


def has_gpus() -> bool:
    """Whether a node that is there now has a GPU."""
    return any(resources.get("GPU", 0.0) > 0 for resources in _of_nodes())


def accelerator() -> str:
    """The kind of GPU that the nodes have, as Ray names it; empty where Ray does not know.

    Raises:
        InvalidValueError: when there are several kinds: one fraction cannot be right for all of them.
    """
    of_nodes = [_accelerators(resources) for resources in _of_nodes() if resources.get("GPU", 0.0) > 0]
    kinds = sorted({kind for kinds in of_nodes for kind in kinds})
    if len(kinds) > 1 or (kinds and not all(of_nodes)):
        raise InvalidValueError(
            f"--gpus-per-fold auto must find one kind of GPU in the cluster, got {', '.join(kinds)}"
            f"{'' if all(of_nodes) else ' and some that Ray does not know'}. Give a fraction that is right for the "
            "smallest, for instance --gpus-per-fold 0.5."
        )
    return kinds[0] if kinds else ""


def _accelerators(resources: Mapping[str, float]) -> list[str]:
    return [name.removeprefix(_ACCELERATOR) for name in resources if name.startswith(_ACCELERATOR)]


def _of_nodes() -> Iterator[Mapping[str, float]]:
    for node in ray.nodes():  # type: ignore[no-untyped-call]  # Ray's
        if node["Alive"]:
            yield node["Resources"]
