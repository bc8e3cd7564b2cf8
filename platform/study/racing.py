"""Racing over subjects: a configuration that is clearly worse than the best on the same subjects gets no more folds.

All configurations see the subjects in one order. It is cut into blocks that grow, so that there are few looks and the
early ones save most. After each block the configuration is compared with the best complete one, on the subjects of the
blocks so far, and is dropped when it will clearly end below it. Which test, which blocks and which level were chosen by
simulation: docs/racing.md has the figures.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from platform.study.records import DroppedRecord
from platform.study.state import StudyState
from spotformer_core.metrics.protocols import f1_of
from spotformer_core.metrics.racing import clearly_worse


class Racing(StrEnum):
    """How readily a configuration is dropped."""

    OFF = "off"
    """Every configuration gets all its folds."""
    CAREFUL = "careful"
    AGGRESSIVE = "aggressive"


@dataclass(frozen=True, kw_only=True, slots=True)
class RacingRule:
    """When a race is looked at, and how sure one must be.

    Attributes:
        first_block: subjects before the first look.
        growth: subjects at one look over those at the look before.
        level: chance, at every look, to drop a configuration that would end as good as its reference. Not shared out
            over the looks: with fewer subjects there are fewer of them, and the test is less exact.
    """

    first_block: int
    growth: float
    level: float

    def looks(self, num_subjects: int) -> tuple[int, ...]:
        """After how many subjects a configuration is looked at; not after all, when nothing is left to save."""
        looks = []
        block = float(self.first_block)
        while block < num_subjects:
            looks.append(round(block))
            block = max(block + 1, block * self.growth)
        return tuple(looks)


_RULES = {
    Racing.CAREFUL: RacingRule(first_block=8, growth=1.25, level=0.005),
    Racing.AGGRESSIVE: RacingRule(first_block=6, growth=1.25, level=0.02),
}


def racing_rule(racing: Racing | str) -> RacingRule | None:
    """The rule of this name; None for no racing."""
    return _RULES.get(Racing(racing))


def lost_race(
    state: StudyState, rule: RacingRule, *, configuration: str, reference: str, num_subjects: int
) -> DroppedRecord | None:
    """The record that drops `configuration` after its first `num_subjects` subjects, or None when it goes on."""
    subjects = state.study.subjects[:num_subjects]
    own = state.honest_counts(configuration, subjects).sum(axis=1)
    best = state.honest_counts(reference, subjects).sum(axis=1)
    if not clearly_worse(own, best, level=rule.level, num_subjects=len(state.study.subjects)):
        return None
    return DroppedRecord(
        configuration=configuration,
        reference=reference,
        num_subjects=num_subjects,
        f1=_pooled_f1(own),
        reference_f1=_pooled_f1(best),
    )


def _pooled_f1(counts: np.ndarray) -> float:
    return float(f1_of(counts.sum(axis=0)))
