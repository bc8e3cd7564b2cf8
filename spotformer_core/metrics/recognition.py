"""How well the emotions of found expressions are recognised, as STRS-Metric has it: the second half of STRS.

Over the pairs of a detection and a truth that overlap enough, with the emotions that any detection or truth names as
classes. A ratio without a denominator is 0; STRS-Metric itself ends with an error where a class is in no pair.

ORIGIN: genbing99/STRS-Metric, strs_metric.py at commit 1802cf5 [Liong2023].
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean

from spotformer_core.metrics.counts import Counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Recognition:
    """Emotions of found expressions; they add up over kinds and datasets.

    Attributes:
        pairs: the emotion of a detection and that of the truth that it found, one for each pair.
        classes: every emotion that a detection or a truth has, found or not.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    classes: frozenset[str] = frozenset()

    def __add__(self, other: "Recognition") -> "Recognition":
        return Recognition(pairs=self.pairs + other.pairs, classes=self.classes | other.classes)

    @property
    def num_right(self) -> int:
        """Pairs of the same emotion."""
        return sum(detected == true for detected, true in self.pairs)

    @property
    def classes_without_pair(self) -> tuple[str, ...]:
        """Classes that no pair has on either side; sorted."""
        return tuple(sorted(self.classes.difference(*self.pairs)))

    @property
    def precision(self) -> float:
        """The mean of the precisions of all classes."""
        return self._mean(self.classes, lambda counts: counts.precision)

    @property
    def recall(self) -> float:
        """The mean of the recalls of all classes."""
        return self._mean(self.classes, lambda counts: counts.recall)

    @property
    def f1(self) -> float:
        """The harmonic mean of `precision` and `recall`: what STRS is the product of, with the F1 of spotting."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @property
    def uf1(self) -> float:
        """The mean of the F1 of all classes."""
        return self._mean(self.classes, lambda counts: counts.f1)

    @property
    def uar(self) -> float:
        """The unweighted average recall: the mean over the emotions that found truths have.

        Differs from STRS-Metric, whose "UAR" is the mean of the precisions.
        """
        return self._mean({true for _, true in self.pairs}, lambda counts: counts.recall)

    def counts(self, emotion: str) -> Counts:
        """TP, FP and FN of one class."""
        both = sum(detected == true == emotion for detected, true in self.pairs)
        detected = sum(detected == emotion for detected, _ in self.pairs)
        real = sum(true == emotion for _, true in self.pairs)
        return Counts(both, detected - both, real - both)

    def as_dict(self, *, f1_spotting: float) -> dict[str, float]:
        """The figures by name; `uar_strs_metric` is what STRS-Metric calls UAR, `uar` the mean recall."""
        return {
            "pairs": len(self.pairs),
            "right": self.num_right,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "uf1": self.uf1,
            "uar_strs_metric": self.precision,
            "uar": self.uar,
            "f1_spotting": f1_spotting,
            "strs": f1_spotting * self.f1,
        }

    def _mean(self, classes: Iterable[str], rate: Callable[[Counts], float]) -> float:
        rates = [rate(self.counts(emotion)) for emotion in sorted(classes)]
        return fmean(rates) if rates else 0.0
