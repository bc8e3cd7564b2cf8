"""At which apex thresholds a study counts, and which of them a protocol may choose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import require
from spotformer_core.shapes import Bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ApexThresholds:
    """The columns of a table of counts.

    Attributes:
        counted: every threshold at which there are counts, rising.
        eligible: by kind, those among which `honest` and `pooled` choose.
        stated: by kind, the one that the configuration itself states; it may be one that was not counted.
    """

    counted: tuple[float, ...]
    eligible: Mapping[ExpressionKind, tuple[float, ...]]
    stated: Mapping[ExpressionKind, float]

    @property
    def mask(self) -> Bool[np.ndarray, "kinds thresholds"]:
        """Which columns may be chosen for which kind."""
        return np.array([[one in self.eligible[kind] for one in self.counted] for kind in KINDS])

    @property
    def uncounted(self) -> tuple[float, ...]:
        """Stated thresholds at which there are no counts; rising."""
        return tuple(sorted(set(self.stated.values()) - set(self.counted)))

    def stated_columns(self) -> list[int]:
        """The column of the stated threshold of each kind.

        Raises:
            InvalidValueError: when one of them was not counted.
        """
        missing = self.uncounted
        repair = "Count the frame scores there too; where they are gone, repeat the search."
        require(not missing, "the stated apex thresholds", f"among those counted, {self.counted}", missing, repair)
        return [self.counted.index(self.stated[kind]) for kind in KINDS]


def all_eligible(thresholds: Iterable[float]) -> ApexThresholds:
    """Any of `thresholds` may be chosen for both kinds; stated are the defaults of `DecodingConfig`."""
    counted, stated = tuple(thresholds), stated_thresholds(DecodingConfig())
    return ApexThresholds(counted=counted, eligible=dict.fromkeys(KINDS, counted), stated=stated)


def stated_thresholds(decoding: DecodingConfig) -> dict[ExpressionKind, float]:
    """The apex threshold of each kind that a decoding states."""
    return {
        ExpressionKind.MACRO: decoding.macro_apex_threshold,
        ExpressionKind.MICRO: decoding.micro_apex_threshold,
    }
