"""How sure each rule of racing is before it drops a configuration; the chances are computed here, from the counts."""

from math import sqrt

import numpy as np
import pytest
from scipy import stats

from platform.study.racing import Racing, lost_race, racing_rule
from platform.study.records import ConfigurationRecord, FoldRecord, StudyRecord
from platform.study.state import StudyState

NUM_SUBJECTS, NUM_SEEN, TRUTHS, INVENTED = 14, 8, 4, 1


def f1(found: list[int]) -> float:
    """Pooled over subjects of whom this many of four expressions are found and one more is invented."""
    tp, fp, fn = sum(found), INVENTED * len(found), TRUTHS * len(found) - sum(found)
    return 2 * tp / (2 * tp + fp + fn)


def chance_of_luck(own: list[int], best: list[int]) -> float:
    """One-sided p-value that `own` will end as good as `best`, with the formulas written out.

    The jackknife's error of the difference, sqrt((n - 1) / n sum (d_i - mean d)^2) with d_i the difference without
    subject i; the correction for a sample from a finite population, sqrt(1 - n / N); Student's t with n - 1 degrees.
    """
    n = len(own)
    without = [f1(own[:i] + own[i + 1 :]) - f1(best[:i] + best[i + 1 :]) for i in range(n)]
    mean = sum(without) / n
    error = sqrt((n - 1) / n * sum((one - mean) ** 2 for one in without)) * sqrt(1 - n / NUM_SUBJECTS)
    return float(stats.t.cdf((f1(own) - f1(best)) / error, n - 1))


def study_of(*found: list[int]) -> StudyState:
    """Configurations of which as many folds are in as there are numbers of expressions found."""
    study = StudyRecord(
        dataset="toy",
        dataset_digest="",
        space={"apex_thresholds": [0.5]},
        seed=0,
        scheduling="reproducible",
        lag=1,
        subjects=[str(subject) for subject in range(NUM_SUBJECTS)],
        extraction={},
        versions={},
    )
    state = StudyState(study)
    for number, of_configuration in enumerate(found):
        state.apply(ConfigurationRecord(configuration=f"c{number:04d}", params={}))
        for subject, tp in enumerate(of_configuration):
            counts = {"macro": [[tp, INVENTED, TRUTHS - tp]], "micro": [[0, 0, 0]]}
            state.apply(
                FoldRecord(
                    configuration=f"c{number:04d}",
                    subject=str(subject),
                    seed=0,
                    counts=counts,
                    final_loss=0.0,
                    seconds={},
                )
            )
    return state


ALL_FOUND = [4] * NUM_SUBJECTS


@pytest.mark.parametrize(
    ("found", "chance", "dropped_by"),
    [
        ([1, 3, 3, 3, 3, 4, 4, 4], 0.00494, {Racing.CAREFUL, Racing.AGGRESSIVE}),
        ([1, 1, 3, 3, 3, 4, 4, 4], 0.00527, {Racing.AGGRESSIVE}),
        ([1, 1, 3, 4, 4, 4, 4, 4], 0.01852, {Racing.AGGRESSIVE}),
        ([1, 3, 3, 4, 4, 4, 4, 4], 0.02269, set()),
    ],
    ids=["below 0.005", "above 0.005", "below 0.02", "above 0.02"],
)
def test_careful_racing_drops_at_one_chance_in_200_and_aggressive_at_one_in_50(found, chance, dropped_by):
    state = study_of(ALL_FOUND, found)

    dropped = {
        racing
        for racing in (Racing.CAREFUL, Racing.AGGRESSIVE)
        if lost_race(state, racing_rule(racing), configuration="c0001", reference="c0000", num_subjects=NUM_SEEN)
    }

    assert round(chance_of_luck(found, ALL_FOUND[:NUM_SEEN]), 5) == chance
    assert dropped == dropped_by


def test_the_order_of_the_subjects_seen_and_the_count_of_the_others_do_not_move_the_level():
    found = [1, 1, 3, 3, 3, 4, 4, 4]
    generator = np.random.default_rng(0)
    for _ in range(5):
        state = study_of(ALL_FOUND, [*generator.permutation(found).tolist(), *[0] * 3])
        for racing, is_dropped in ((Racing.CAREFUL, False), (Racing.AGGRESSIVE, True)):
            record = lost_race(
                state, racing_rule(racing), configuration="c0001", reference="c0000", num_subjects=NUM_SEEN
            )
            assert (record is not None) == is_dropped
