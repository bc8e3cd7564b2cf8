"""What Ray reserves for a fold: usually as little as it needs, and more where that was not enough."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from platform.study.planning import FoldOrder


@dataclass(frozen=True, kw_only=True, slots=True)
class FoldResources:
    """What Ray reserves for one fold; a fraction of a GPU lets several folds share it."""

    num_cpus: float = 1.0
    num_gpus: float = 0.0

    def is_smaller(self, other: "FoldResources") -> bool:
        """Whether this could take what the other waits for."""
        return self.num_gpus < other.num_gpus or self.num_cpus < other.num_cpus


class Shortage(StrEnum):
    """Which memory a fold ran out of."""

    DEVICE = "device"
    """That of the GPU, or what the process was given on a CPU."""
    NODE = "node"
    """That of the machine: Ray killed the worker so that the others live."""


Usual = Callable[[FoldOrder], FoldResources | None]
"""What a fold usually needs; None while that is being measured."""


class Reservations:
    """What every fold of a run is given.

    A fold that ran out of memory beside others is given a whole GPU, or, where it was the machine's memory, a whole
    node. What all folds of a configuration hold on a GPU is the same, so that the others are given a whole one too.

    Args:
        usual: what a fold is given at first.
        node_cpus: CPUs of the largest node as it is then, since nodes come and go; who holds all has the node alone.
    """

    def __init__(self, usual: Usual, *, node_cpus: Callable[[], float]) -> None:
        self._usual = usual
        self._node_cpus = node_cpus
        self._given: dict[FoldOrder, FoldResources] = {}
        self._whole_gpu: set[str] = set()
        self._whole_node: set[FoldOrder] = set()

    def take(self, order: FoldOrder) -> FoldResources | None:
        """What the fold is given now; None while what it needs is being measured."""
        usual = self._usual(order)
        if usual is None:
            return None
        on_gpu = usual.num_gpus > 0
        alone = order in self._whole_node
        self._given[order] = FoldResources(
            num_cpus=max(usual.num_cpus, self._node_cpus()) if alone else usual.num_cpus,
            num_gpus=max(usual.num_gpus, 1.0)
            if on_gpu and (alone or order.configuration in self._whole_gpu)
            else usual.num_gpus,
        )
        return self._given[order]

    def enlarge(self, order: FoldOrder, shortage: Shortage) -> bool:
        """Whether the fold, which ran out of memory with what it was given, will be given more the next time."""
        given = self._given[order]
        if shortage is Shortage.DEVICE and given.num_gpus > 0:
            self._whole_gpu.add(order.configuration)
            return given.num_gpus < 1
        self._whole_node.add(order)
        return given.num_cpus < self._node_cpus()
