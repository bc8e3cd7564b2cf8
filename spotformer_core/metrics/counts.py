"""True positives, false positives, false negatives, and the rates that follow from them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """TP, FP and FN; they add up over recordings, kinds and subjects (MEGC pools before it divides)."""

    true_positives: int = 0
    false_positives: int = 0
    false_negatives: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.true_positives + other.true_positives,
            self.false_positives + other.false_positives,
            self.false_negatives + other.false_negatives,
        )

    @property
    def precision(self) -> float:
        """TP / (TP + FP); 0 when nothing was proposed."""
        return _ratio(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> float:
        """TP / (TP + FN); 0 when there is no truth."""
        return _ratio(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def f1(self) -> float:
        """2 TP / (2 TP + FP + FN); 0 when there is neither truth nor proposal."""
        return _ratio(2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives)

    def as_dict(self) -> dict[str, int]:
        """`{"tp": ..., "fp": ..., "fn": ...}`."""
        return {"tp": self.true_positives, "fp": self.false_positives, "fn": self.false_negatives}


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
