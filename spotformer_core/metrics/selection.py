"""What the winner of a search is worth: the selection-corrected F1 of the best of many.

BBC-CV [Tsamardinos2018]: the choice itself is resampled. In each resample the configuration that is best on the drawn
subjects is judged on the subjects that were not drawn; nothing is trained again.
"""

from dataclasses import dataclass

import numpy as np

from spotformer_core.metrics.bootstrap import (
    NUM_RESAMPLES,
    Estimate,
    draw_subjects,
    interval_of,
    pooled_counts,
    student_quantile,
)
from spotformer_core.metrics.protocols import f1_of
from spotformer_core.shapes import Int

_NUM_PARTS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Winner:
    """The configuration with the highest pooled F1.

    Attributes:
        index: of the configuration; of equal ones the first.
        apparent_f1: its F1 on the very subjects that it was selected on; optimistic.
        corrected_f1: what its choice is worth on other subjects, with a 95 % interval.
        spread: half the 95 % interval of the correction, from the resamples alone.
        num_competitors: configurations that took part in the resampled choice, those of prior studies among them.
    """

    index: int
    apparent_f1: float
    corrected_f1: Estimate
    spread: float = 0.0
    num_competitors: int = 0

    @property
    def is_told(self) -> bool:
        """Whether the correction lowers the F1 by more than the resamples leave open."""
        return self.apparent_f1 - self.corrected_f1.value > self.spread


def corrected_winner(
    counts: Int[np.ndarray, "configurations subjects 3"],
    *,
    prior: Int[np.ndarray, "prior_configurations subjects 3"] | None = None,
    seed: int = 0,
    num_resamples: int = NUM_RESAMPLES,
) -> Winner:
    """The winner among configurations whose rows are the same subjects in the same order.

    Args:
        prior: of other studies on the same subjects, from which this one learned where to search. They cannot win, but
            they compete in the resampled choice: what was seen of them has part in what was chosen here.

    Differs from [Tsamardinos2018]: the counts of the subjects that were not drawn are pooled over all resamples before
    the F1 is taken, since the F1 of a third of the subjects is biased; and the interval is the winner's own, moved by
    the correction, since the spread of F1s of a third of the subjects held the truth in 99 to 100 % of simulated
    studies (`benchmarks/selection_bias.py`).

    Raises:
        InvalidValueError: with fewer than two subjects.
    """
    resamples = draw_subjects(counts.shape[1], num_resamples=num_resamples, seed=seed)
    f1 = f1_of(counts.sum(axis=1))
    index = int(np.argmax(f1))
    every = counts if prior is None else np.concatenate([counts, prior])
    drawn = f1_of(pooled_counts(every, resamples))
    left_out = pooled_counts(every, (resamples == 0).astype(np.int64))
    judged = left_out[np.arange(num_resamples), drawn.argmax(axis=1)]
    corrected = float(f1_of(judged.sum(axis=0)))
    moved = np.clip(drawn[:, index] - f1[index] + corrected, 0, 1)
    return Winner(
        index=index,
        apparent_f1=float(f1[index]),
        corrected_f1=interval_of(moved, corrected, counts.shape[1]),
        spread=_spread(judged),
        num_competitors=len(every),
    )


def _spread(judged: Int[np.ndarray, "resamples 3"]) -> float:
    """Half the 95 % interval of the F1 of all resamples together, from that of ten parts of them."""
    parts = np.array([f1_of(part.sum(axis=0)) for part in np.array_split(judged, _NUM_PARTS)])
    return float(student_quantile(0.975, _NUM_PARTS - 1) * parts.std(ddof=1) / _NUM_PARTS**0.5)
