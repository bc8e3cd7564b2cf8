"""What running something on a cluster took: time, and what was reserved for that time."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """One attempt at one fold, or one training of the winner.

    Attributes:
        seconds: for which a worker was held.
        num_cpus, num_gpus: reserved for it; a fraction where several share a GPU.
        ended: seconds between the start of its run and the end of it.
    """

    seconds: float
    num_cpus: float = 1.0
    num_gpus: float = 0.0
    ended: float = 0.0

    def shared(self, num_folds: int) -> "Usage":
        """The part of each of so many folds that were trained side by side: equal parts of the time."""
        return self if num_folds == 1 else replace(self, seconds=self.seconds / num_folds)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, to the millisecond, as a journal holds them."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """What several of them took together.

    Attributes:
        count: how many.
        worker_seconds: for which a worker was held.
        cpu_seconds, gpu_seconds: the same, each times what was reserved.
    """

    count: int = 0
    worker_seconds: float = 0.0
    cpu_seconds: float = 0.0
    gpu_seconds: float = 0.0

    @classmethod
    def of(cls, *usages: Usage) -> Self:
        """What these took."""
        return cls(
            count=len(usages),
            worker_seconds=sum(one.seconds for one in usages),
            cpu_seconds=sum(one.seconds * one.num_cpus for one in usages),
            gpu_seconds=sum(one.seconds * one.num_gpus for one in usages),
        )

    @classmethod
    def total(cls, parts: Iterable["Spent"]) -> Self:
        """Everything together."""
        found = list(parts)
        return cls(
            count=sum(one.count for one in found),
            worker_seconds=sum(one.worker_seconds for one in found),
            cpu_seconds=sum(one.cpu_seconds for one in found),
            gpu_seconds=sum(one.gpu_seconds for one in found),
        )

    def __add__(self, other: "Spent") -> "Spent":
        return Spent.total((self, other))

    def scaled(self, count: int) -> "Spent":
        """What `count` like the mean of these would take; nothing when there are none."""
        share = count / self.count if self.count else 0.0
        return Spent(
            count=count,
            worker_seconds=self.worker_seconds * share,
            cpu_seconds=self.cpu_seconds * share,
            gpu_seconds=self.gpu_seconds * share,
        )

    def without(self, other: "Spent") -> "Spent":
        """What is left of the times, never less than nothing, when those of `other` are taken off; as many."""
        return Spent(
            count=self.count,
            worker_seconds=max(0.0, self.worker_seconds - other.worker_seconds),
            cpu_seconds=max(0.0, self.cpu_seconds - other.cpu_seconds),
            gpu_seconds=max(0.0, self.gpu_seconds - other.gpu_seconds),
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def noted_usage(usage: Mapping[str, Any], *, seconds: float = 0.0) -> Usage:
    """The usage that a record holds; where it holds none, one worker for `seconds` and no GPU that is known of."""
    return Usage(**usage) if usage else Usage(seconds=seconds)
