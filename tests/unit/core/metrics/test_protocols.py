import numpy as np
import pytest

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_labels import label_scores
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics.apex_thresholds import ApexThresholds
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.protocols import Protocol, apply_protocol, best_threshold, f1_of, honest_counts
from spotformer_core.metrics.threshold_counts import threshold_counts

MACRO, MICRO = ExpressionKind.MACRO, ExpressionKind.MICRO
THRESHOLDS = (0.1, 0.3, 0.5)

# TP, FP, FN of macro- and micro-expressions at each threshold. All three subjects agree: 0.3 for macro, 0.5 for micro.
AGREED = np.array([[[2, 6, 2], [3, 1, 1], [1, 0, 3]], [[1, 5, 1], [1, 3, 1], [2, 1, 0]]])
# A subject for whom 0.1 is best by far, in numbers that outweigh the others.
GARBAGE = np.array([[[900, 0, 0], [0, 900, 900], [0, 900, 900]], [[900, 0, 0], [0, 900, 900], [0, 900, 900]]])


@pytest.fixture
def tables() -> dict[str, np.ndarray]:
    return {"a": AGREED, "b": AGREED, "c": AGREED}


@pytest.mark.parametrize("protocol", [Protocol.HONEST, Protocol.POOLED])
def test_the_threshold_of_the_best_f1_is_chosen_for_each_kind(tables, protocol):
    result = apply_protocol(protocol, tables, THRESHOLDS)

    assert result.protocol is protocol
    assert result.thresholds == {subject: {MACRO: 0.3, MICRO: 0.5} for subject in "abc"}
    assert result.counts["a"] == {MACRO: Counts(3, 1, 1), MICRO: Counts(2, 1, 0)}


def test_what_a_subject_scores_does_not_decide_its_honest_thresholds(tables):
    before = apply_protocol(Protocol.HONEST, tables, THRESHOLDS)

    after = apply_protocol(Protocol.HONEST, tables | {"b": GARBAGE}, THRESHOLDS)

    assert after.thresholds["b"] == before.thresholds["b"] == {MACRO: 0.3, MICRO: 0.5}
    assert after.counts["b"] == {MACRO: Counts(0, 900, 900), MICRO: Counts(0, 900, 900)}


def test_what_a_subject_scores_decides_the_honest_thresholds_of_the_others(tables):
    after = apply_protocol(Protocol.HONEST, tables | {"b": GARBAGE}, THRESHOLDS)

    assert after.thresholds["a"] == after.thresholds["c"] == {MACRO: 0.1, MICRO: 0.1}


def test_what_a_subject_scores_leaks_into_its_own_thresholds_under_the_pooled_protocol(tables):
    after = apply_protocol(Protocol.POOLED, tables | {"b": GARBAGE}, THRESHOLDS)

    assert after.thresholds == {subject: {MACRO: 0.1, MICRO: 0.1} for subject in "abc"}
    assert after.counts["b"] == {MACRO: Counts(900, 0, 0), MICRO: Counts(900, 0, 0)}


def test_no_choice_of_one_pair_of_thresholds_scores_more_than_the_pooled_protocol():
    generator = np.random.default_rng(0)
    tables = {subject: generator.integers(0, 20, size=(2, 3, 3)) for subject in "abcde"}

    result = apply_protocol(Protocol.POOLED, tables, THRESHOLDS)

    for row, kind in enumerate((MACRO, MICRO)):
        at_each_threshold = sum(table[row] for table in tables.values()).tolist()
        assert result.pooled(kind).f1 == max(Counts(*counts).f1 for counts in at_each_threshold)


def test_counts_are_pooled_over_subjects_and_then_over_kinds(tables):
    result = apply_protocol(Protocol.POOLED, tables, THRESHOLDS)

    assert result.pooled(MACRO) == Counts(9, 3, 3)
    assert result.pooled(MICRO) == Counts(6, 3, 0)
    assert result.overall == Counts(15, 6, 3)


def test_the_tables_are_left_alone(tables):
    before = {subject: table.copy() for subject, table in tables.items()}

    apply_protocol(Protocol.HONEST, tables, THRESHOLDS)

    assert all(np.array_equal(tables[subject], before[subject]) for subject in tables)


@pytest.mark.parametrize("protocol", [Protocol.FIXED, Protocol.AS_RELEASED])
def test_nothing_but_the_stated_threshold_is_taken_where_no_threshold_is_chosen(tables, protocol):
    result = apply_protocol(protocol, tables | {"b": GARBAGE}, THRESHOLDS)

    assert result.thresholds == {subject: {MACRO: 0.5, MICRO: 0.5} for subject in "abc"}
    assert result.pooled(MACRO) == Counts(1 + 0 + 1, 0 + 900 + 0, 3 + 900 + 3)
    assert result.pooled(MICRO) == Counts(2 + 0 + 2, 1 + 900 + 1, 0 + 900 + 0)


@pytest.mark.parametrize("protocol", [Protocol.FIXED, Protocol.AS_RELEASED])
def test_a_stated_threshold_that_was_not_counted_is_refused_and_named(tables, protocol):
    with pytest.raises(InvalidValueError, match=r"stated apex thresholds must be among those counted.*got \(0.5,\)"):
        apply_protocol(protocol, tables, (0.1, 0.3, 0.6))


@pytest.mark.parametrize("protocol", Protocol)
def test_a_kind_whose_threshold_is_fixed_gets_it_under_every_protocol(tables, protocol):
    thresholds = ApexThresholds(
        counted=THRESHOLDS, eligible={MACRO: (0.1,), MICRO: (0.1, 0.3)}, stated={MACRO: 0.1, MICRO: 0.5}
    )

    result = apply_protocol(protocol, tables, thresholds)

    # Of the two that may be chosen for micro-expressions, F1 is 1 / 4 at 0.1 and 1 / 3 at 0.3.
    micro = 0.3 if protocol in (Protocol.HONEST, Protocol.POOLED) else 0.5
    assert result.thresholds == {subject: {MACRO: 0.1, MICRO: micro} for subject in "abc"}
    assert result.counts["a"][MACRO] == Counts(2, 6, 2)


def test_a_threshold_that_is_counted_but_not_tried_is_never_chosen_whatever_it_scores(tables):
    without_best = ApexThresholds(
        counted=THRESHOLDS, eligible=dict.fromkeys((MACRO, MICRO), (0.1, 0.5)), stated={MACRO: 0.3, MICRO: 0.3}
    )

    honest, fixed = (apply_protocol(one, tables, without_best) for one in (Protocol.HONEST, Protocol.FIXED))

    assert honest.thresholds["a"] == {MACRO: 0.5, MICRO: 0.5}
    assert fixed.counts["a"] == {MACRO: Counts(3, 1, 1), MICRO: Counts(1, 3, 1)}
    table = np.stack(list(tables.values()))
    assert honest_counts(table, without_best.mask).tolist() == [[[1, 0, 3], [2, 1, 0]]] * 3


def test_the_more_thresholds_a_protocol_may_choose_the_more_it_scores():
    generator = np.random.default_rng(1)
    tables = {subject: generator.integers(0, 20, size=(2, 3, 3)) for subject in "abcdefgh"}

    f1 = {protocol: apply_protocol(protocol, tables, THRESHOLDS).overall.f1 for protocol in Protocol}

    assert f1[Protocol.HONEST] < f1[Protocol.POOLED]
    assert f1[Protocol.FIXED] == f1[Protocol.AS_RELEASED] <= f1[Protocol.POOLED]


def test_garbage_scores_of_a_subject_change_no_setting_that_is_honestly_chosen_for_it():
    """The planted leak: frame scores, not counts, so that nothing on the way from them can let a subject in."""
    generator = np.random.default_rng(0)
    truths = (
        Expression(onset=20, apex=35, offset=52, kind=MACRO),
        Expression(onset=80, apex=84, offset=88, kind=MICRO),
    )
    truth = label_scores(truths, 120)
    scores = {subject: (0.5 * truth + 0.5 * generator.random(truth.shape)).astype(np.float32) for subject in "abcdef"}
    grid = tuple(np.linspace(0.05, 0.95, 19).tolist())

    def thresholds(protocol: Protocol, given: dict[str, np.ndarray]) -> dict:
        tables = {name: threshold_counts([(one, truths)], grid, DecodingConfig()) for name, one in given.items()}
        return apply_protocol(protocol, tables, grid).thresholds

    garbage = scores | {"c": generator.random(truth.shape).astype(np.float32)}
    assert thresholds(Protocol.HONEST, garbage)["c"] == thresholds(Protocol.HONEST, scores)["c"]
    assert thresholds(Protocol.HONEST, garbage)["a"] != thresholds(Protocol.HONEST, scores)["a"]


@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize("subjects", [(), ("a",)])
def test_fewer_than_two_subjects_are_refused(protocol, subjects):
    message = f"number of subjects must be at least 2, got {len(subjects)}. Thresholds need other subjects"

    with pytest.raises(InvalidValueError, match=message):
        apply_protocol(protocol, dict.fromkeys(subjects, AGREED), THRESHOLDS)


@pytest.mark.parametrize(
    ("found", "index"),
    [
        ([1, 5, 1], 1),
        ([5, 1, 1], 0),
        ([1, 1, 5], 2),
        ([5, 5, 5], 1),
        ([1, 5, 5, 5, 1], 2),
        ([5, 5, 1], 1),
        ([0, 0, 0], 1),
    ],
)
def test_of_equally_good_thresholds_the_middle_one_is_best(found, index):
    counts = np.array([[value, 3, 3] for value in found])

    assert best_threshold(counts) == index


def test_f1_of_tables_equals_the_f1_of_counts():
    tables = np.random.default_rng(0).integers(0, 4, size=(2, 10, 3))
    tables[0, 0] = 0

    f1 = f1_of(tables)

    assert f1.shape == (2, 10)
    assert f1.tolist() == [[Counts(*row).f1 for row in rows] for rows in tables.tolist()]
