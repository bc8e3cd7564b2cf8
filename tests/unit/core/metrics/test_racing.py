"""Is a configuration clearly worse on the same subjects? By hand, by an exact permutation of luck, and at its edges."""

import numpy as np
import pytest

from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics.protocols import Protocol, apply_protocol, f1_of, honest_counts
from spotformer_core.metrics.racing import clearly_worse, jackknife_error, left_out


def counts(*found, invented=1, truths=4):
    return np.array([[tp, invented, truths - tp] for tp in found])


ENDLESS = 10**9


def test_what_is_left_out_is_left_out():
    table = np.array([[3, 1, 0], [0, 4, 2], [5, 0, 5], [1, 1, 1]])

    expected = [float(f1_of(np.delete(table, subject, axis=0).sum(axis=0))) for subject in range(4)]

    assert left_out(table) == pytest.approx(expected, abs=1e-15)


def test_the_error_of_a_mean_is_the_usual_one():
    values = np.array([1.0, 4.0, 2.0, 7.0, 6.0])
    means_without_each = (values.sum() - values) / 4

    assert jackknife_error(means_without_each) == pytest.approx(values.std(ddof=1) / 5**0.5)


def test_the_threshold_is_that_of_students_t():
    one, other = counts(1, 2, 1, 2, 1, 3), counts(2, 3, 3, 2, 2, 3)
    difference = f1_of(one.sum(axis=0)) - f1_of(other.sum(axis=0))
    t = difference / jackknife_error(left_out(one) - left_out(other))

    # ORIGIN: tables of Student's t with 5 degrees of freedom: 2.015 at 0.05, 4.032 at 0.005.
    assert -4.032 < t < -2.015
    assert clearly_worse(one, other, level=0.05, num_subjects=ENDLESS)
    assert not clearly_worse(one, other, level=0.005, num_subjects=ENDLESS)


def test_the_fewer_subjects_are_left_the_surer_the_end():
    one, other = counts(1, 2, 1, 2, 1, 3), counts(2, 3, 3, 2, 2, 3)

    worse = [clearly_worse(one, other, level=0.005, num_subjects=number) for number in (6, 7, 8, 100)]

    # When all are in, the lower one is the worse one.
    assert worse == [True, True, True, False]


def test_the_better_one_and_an_equal_one_are_never_clearly_worse():
    one, other = counts(4, 4, 3, 4), counts(1, 1, 0, 1)

    assert clearly_worse(other, one, level=0.05, num_subjects=ENDLESS)
    assert not clearly_worse(one, other, level=0.05, num_subjects=ENDLESS)
    assert not clearly_worse(one, one, level=0.49, num_subjects=ENDLESS)


def test_one_hard_subject_alone_decides_nothing():
    one, other = counts(2, 2, 2, 2, 2, 0), counts(2, 2, 2, 2, 2, 4)

    assert not clearly_worse(one, other, level=0.05, num_subjects=ENDLESS)


def test_subjects_without_truths_and_proposals_are_no_evidence():
    nothing = np.zeros((6, 3), np.int64)

    assert not clearly_worse(nothing, nothing, level=0.05, num_subjects=ENDLESS)
    assert clearly_worse(
        np.vstack([nothing, counts(0, 0, 0, 1)]),
        np.vstack([nothing, counts(4, 4, 4, 3)]),
        level=0.05,
        num_subjects=ENDLESS,
    )


@pytest.mark.parametrize("num_subjects", [8, 30])
def test_equal_ones_are_called_worse_as_often_as_the_level_says(num_subjects):
    generator = np.random.default_rng(0)
    tables = generator.binomial(20, 0.5, size=(2000, 2, num_subjects))

    worse = [
        clearly_worse(counts(*one, truths=20), counts(*other, truths=20), level=0.05, num_subjects=ENDLESS)
        for one, other in tables
    ]

    # 2000 draws at 0.05 have a standard deviation of 0.005.
    assert 0.035 < np.mean(worse) < 0.065


@pytest.mark.parametrize("num_seen", [10, 30, 50])
def test_ones_that_end_equal_are_called_worse_as_often_as_the_level_says(num_seen):
    generator = np.random.default_rng(1)
    worse = []
    for _ in range(2000):
        one = counts(*generator.binomial(20, 0.5, 60), truths=20)
        other = generator.permutation(one)
        worse.append(clearly_worse(one[:num_seen], other[:num_seen], level=0.05, num_subjects=60))

    assert 0.035 < np.mean(worse) < 0.065


def test_more_subjects_than_there_are_is_refused():
    with pytest.raises(InvalidValueError, match=r"number of subjects must be at most the study's 2, got 3"):
        clearly_worse(counts(1, 2, 3), counts(2, 3, 3), level=0.05, num_subjects=2)


def test_one_subject_is_refused():
    with pytest.raises(InvalidValueError, match=r"number of subjects must be at least 2, got 1. One subject has no"):
        clearly_worse(counts(1), counts(2), level=0.05, num_subjects=ENDLESS)


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_a_level_that_decides_nothing_is_refused(level):
    with pytest.raises(InvalidValueError, match=rf"level must be in \(0, 0.5\), got {level}. A race uses"):
        clearly_worse(counts(1, 2), counts(2, 3), level=level, num_subjects=ENDLESS)


def test_honest_counts_are_those_of_the_honest_protocol():
    generator = np.random.default_rng(3)
    for num_subjects in (2, 3, 7, 22):
        # Few values, so that many thresholds are equally good.
        tables = generator.integers(0, 3, size=(num_subjects, 2, 19, 3))
        named = {f"s{number:02}": table for number, table in enumerate(tables)}

        result = apply_protocol(Protocol.HONEST, named, [0.05 * step for step in range(1, 20)])

        expected = [
            [list(counts.as_dict().values()) for counts in result.counts[name].values()] for name in sorted(named)
        ]
        assert honest_counts(tables).tolist() == expected


def test_honest_counts_of_one_subject_are_refused():
    with pytest.raises(InvalidValueError, match=r"number of subjects must be at least 2, got 1. Thresholds need"):
        honest_counts(np.zeros((1, 2, 3, 3), np.int64))
