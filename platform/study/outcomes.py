"""What a sampler may know about earlier configurations."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class OutcomeStatus(StrEnum):
    """What the sampler may know about an earlier configuration."""

    PENDING = "pending"
    """Asked, not finished, or not to be known yet."""
    COMPLETE = "complete"
    DROPPED = "dropped"
    """A race was lost: it is worse than the best, by how much nobody knows."""
    FAILED = "failed"
    INFEASIBLE = "infeasible"
    """It does not fit into memory: configurations like it are not worth asking for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One earlier configuration and, when it is complete, its values (higher is better).

    Attributes:
        value: overall F1.
        by_kind: F1 of macro- and of micro-expressions, for samplers with two objectives.
    """

    params: dict[str, Any]
    status: OutcomeStatus
    value: float = 0.0
    by_kind: tuple[float, float] = (0.0, 0.0)
