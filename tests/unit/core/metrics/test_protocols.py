import numpy as np
import pytest

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_labels import label_scores
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.protocols import Protocol, apply_protocol, best_threshold, f1_of
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


@pytest.mark.parametrize("protocol", Protocol)
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


def test_what_a_subject_scores_leaks_into_its_own_thresholds_under_the_paper_protocol(tables):
    after = apply_protocol(Protocol.PAPER, tables | {"b": GARBAGE}, THRESHOLDS)

    assert after.thresholds == {subject: {MACRO: 0.1, MICRO: 0.1} for subject in "abc"}
    assert after.counts["b"] == {MACRO: Counts(900, 0, 0), MICRO: Counts(900, 0, 0)}


def test_no_choice_of_one_pair_of_thresholds_scores_more_than_the_paper_protocol():
    generator = np.random.default_rng(0)
    tables = {subject: generator.integers(0, 20, size=(2, 3, 3)) for subject in "abcde"}

    result = apply_protocol(Protocol.PAPER, tables, THRESHOLDS)

    for row, kind in enumerate((MACRO, MICRO)):
        at_each_threshold = sum(table[row] for table in tables.values()).tolist()
        assert result.pooled(kind).f1 == max(Counts(*counts).f1 for counts in at_each_threshold)


def test_counts_are_pooled_over_subjects_and_then_over_kinds(tables):
    result = apply_protocol(Protocol.PAPER, tables, THRESHOLDS)

    assert result.pooled(MACRO) == Counts(9, 3, 3)
    assert result.pooled(MICRO) == Counts(6, 3, 0)
    assert result.overall == Counts(15, 6, 3)


def test_the_tables_are_left_alone(tables):
    before = {subject: table.copy() for subject, table in tables.items()}

    apply_protocol(Protocol.HONEST, tables, THRESHOLDS)

    assert all(np.array_equal(tables[subject], before[subject]) for subject in tables)


def test_as_released_gives_every_subject_its_own_best_thresholds(tables):
    result = apply_protocol(Protocol.AS_RELEASED, tables | {"b": GARBAGE}, THRESHOLDS)

    assert result.thresholds == {
        "a": {MACRO: 0.3, MICRO: 0.5},
        "b": {MACRO: 0.1, MICRO: 0.1},
        "c": {MACRO: 0.3, MICRO: 0.5},
    }
    assert result.overall == Counts(10 + 1800, 4, 2)


def test_as_released_proposes_nothing_for_a_subject_without_truths(tables):
    nothing = np.array([[[0, 9, 0], [0, 2, 0], [0, 0, 0]]] * 2)

    result = apply_protocol(Protocol.AS_RELEASED, tables | {"b": nothing}, THRESHOLDS)

    assert result.thresholds["b"] == {MACRO: 0.5, MICRO: 0.5}
    assert result.counts["b"] == {MACRO: Counts(), MICRO: Counts()}


def test_the_more_a_protocol_sees_the_more_it_scores():
    generator = np.random.default_rng(1)
    tables = {subject: generator.integers(0, 20, size=(2, 3, 3)) for subject in "abcdefgh"}

    honest, paper, released = (apply_protocol(protocol, tables, THRESHOLDS).overall.f1 for protocol in Protocol)

    assert honest < paper < released


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
    assert thresholds(Protocol.AS_RELEASED, garbage)["c"] != thresholds(Protocol.AS_RELEASED, scores)["c"]
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
