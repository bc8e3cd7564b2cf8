"""The recognition half of STRS, by hand."""

import pytest

from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.recognition import Recognition

# Detected and true emotions of five pairs; "other" is in the annotations only.
PAIRS = (("happy", "happy"), ("happy", "happy"), ("happy", "sad"), ("sad", "sad"), ("fear", "sad"))
FIVE = Recognition(pairs=PAIRS, classes=frozenset({"happy", "sad", "fear", "other"}))


def test_each_class_has_its_counts():
    assert FIVE.counts("happy") == Counts(2, 1, 0)
    assert FIVE.counts("sad") == Counts(1, 0, 2)
    assert FIVE.counts("fear") == Counts(0, 1, 0)
    assert FIVE.counts("other") == Counts(0, 0, 0)


def test_figures_are_those_of_strs_metric():
    # Of happy, sad, fear, other: precision 2/3, 1, 0, 0; recall 1, 1/3, 0, 0; F1 4/5, 1/2, 0, 0.
    precision, recall = (2 / 3 + 1) / 4, (1 + 1 / 3) / 4
    f1 = 2 * precision * recall / (precision + recall)

    assert FIVE.as_dict(f1_spotting=0.5) == {
        "pairs": 5,
        "right": 3,
        "precision": pytest.approx(precision),
        "recall": pytest.approx(recall),
        "f1": pytest.approx(f1),
        "uf1": pytest.approx((4 / 5 + 1 / 2) / 4),
        "uar_strs_metric": pytest.approx(precision),
        # The true one is over happy and sad, which found truths have.
        "uar": pytest.approx((1 + 1 / 3) / 2),
        "f1_spotting": 0.5,
        "strs": pytest.approx(0.5 * f1),
    }
    assert FIVE.classes_without_pair == ("other",)


def test_recognitions_add_up_pair_by_pair():
    halves = [Recognition(pairs=PAIRS[:2], classes=frozenset({"happy"})), Recognition(pairs=PAIRS[2:])]

    total = sum(halves, Recognition(classes=FIVE.classes))

    assert total == FIVE


@pytest.mark.parametrize("pairs", [(), (("a", "b"),)])
def test_nothing_recognised_is_0_and_no_division_by_0(pairs):
    figures = Recognition(pairs=pairs, classes=frozenset("ab")).as_dict(f1_spotting=1.0)

    assert [figures[name] for name in ("f1", "uf1", "uar", "strs")] == [0, 0, 0, 0]
