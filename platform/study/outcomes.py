"""What a sampler may know about earlier configurations."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class OutcomeStatus(StrEnum):
    """What the sampler may know about an earlier configuration."""

    PENDING = "pending"
    """Asked, not finished, or not to be known yet."""
    COMPLETE = "complete"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One earlier configuration and, when it is complete, its value (higher is better)."""

    params: dict[str, Any]
    status: OutcomeStatus
    value: float = 0.0
