import numpy as np
import pytest

from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics.bootstrap import draw_subjects, f1_interval, interval_of, resampled_f1

COUNTS = np.random.default_rng(0).integers(0, 9, size=(12, 3))


def test_the_value_is_the_pooled_f1_and_lies_in_its_interval():
    estimate = f1_interval(COUNTS)

    tp, fp, fn = COUNTS.sum(axis=0)
    assert estimate.value == 2 * tp / (2 * tp + fp + fn)
    assert estimate.low < estimate.value < estimate.high


def test_counts_are_pooled_before_they_are_divided():
    # The mean of the subjects' F1 is 0.5, whatever is drawn; the pooled F1 is near 1.
    counts = np.array([[1000, 0, 0], [0, 1, 1]])

    values = resampled_f1(counts[None], draw_subjects(2, num_resamples=200))

    assert set(np.round(values[:, 0], 3)) == {0.0, 0.999, 1.0}


def test_every_resample_is_as_large_as_the_study():
    resamples = draw_subjects(7, num_resamples=500)

    assert resamples.shape == (500, 7)
    assert (resamples.sum(axis=1) == 7).all()
    assert resamples.mean(axis=0) == pytest.approx(np.ones(7), abs=0.15)


def test_resampled_values_equal_those_of_the_subjects_drawn():
    counts = np.random.default_rng(1).integers(0, 9, size=(3, 5, 3))
    resamples = draw_subjects(5, num_resamples=20)

    values = resampled_f1(counts, resamples)

    for row, times in enumerate(resamples):
        drawn = np.repeat(np.arange(5), times)
        tp, fp, fn = counts[:, drawn].sum(axis=1).T
        assert values[row].tolist() == (2 * tp / (2 * tp + fp + fn)).tolist()


def test_equal_seeds_give_equal_intervals():
    assert f1_interval(COUNTS, seed=3) == f1_interval(COUNTS, seed=3)
    assert f1_interval(COUNTS, seed=3) != f1_interval(COUNTS, seed=4)


def test_subjects_that_are_all_alike_leave_no_doubt():
    estimate = f1_interval(np.tile([3, 1, 1], (10, 1)))

    assert (estimate.value, estimate.low, estimate.high) == (0.75, 0.75, 0.75)


def test_more_subjects_give_a_narrower_interval():
    few, many = (f1_interval(np.tile(COUNTS, (times, 1))) for times in (1, 16))

    # Four times as narrow by the root of 16, and a little more by Student's t.
    assert 3.5 < (few.high - few.low) / (many.high - many.low) < 6


@pytest.mark.parametrize(
    # ORIGIN: shares of a normal distribution beyond t(0.975, n - 1) * sqrt(n / (n - 1)), from scipy 1.17.
    ("num_subjects", "tail"),
    [(6, 0.0024318), (22, 0.0166456), (30, 0.0187539), (94, 0.0229425)],
)
def test_the_tails_are_those_of_student(num_subjects, tail):
    values = np.linspace(0, 1, 100001)

    estimate = interval_of(values, 0.5, num_subjects)

    assert (estimate.value, estimate.low, estimate.high) == (
        0.5,
        pytest.approx(tail, abs=1e-6),
        pytest.approx(1 - tail, abs=1e-6),
    )


@pytest.mark.parametrize("num_subjects", [0, 1])
def test_a_single_subject_has_no_interval(num_subjects):
    message = f"number of subjects must be at least 2, got {num_subjects}. One subject has no spread"

    with pytest.raises(InvalidValueError, match=message):
        f1_interval(COUNTS[:num_subjects])
