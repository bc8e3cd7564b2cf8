"""The simulation rests on the real plan: both ways to replay a race come to the same, and figures follow from them."""

import numpy as np
import pytest

from benchmarks.racing import CANDIDATES, NUM_CONFIGURATIONS, Drawn, of_plan, of_test, raced, searches
from benchmarks.replay import Replay
from benchmarks.synthetic_counts import ALIKE, CAS_ME_3, EXPRESSIONS_OF_SUBJECTS, MIXED, synthetic_search
from platform.study.planning import Scheduling
from platform.study.racing import Racing, racing_rule
from platform.study.savings import SIMULATED_CONFIGURATIONS, expected_saving

CAREFUL, AGGRESSIVE = CANDIDATES[:2]


def test_the_rules_of_the_platform_are_those_that_were_compared():
    assert CAREFUL.rule == racing_rule(Racing.CAREFUL)
    assert AGGRESSIVE.rule == racing_rule(Racing.AGGRESSIVE)
    assert not CAREFUL.shared_out
    assert not AGGRESSIVE.shared_out
    assert NUM_CONFIGURATIONS == SIMULATED_CONFIGURATIONS


@pytest.mark.parametrize("field", [ALIKE, MIXED])
@pytest.mark.parametrize(("racing", "candidate"), [(Racing.CAREFUL, CAREFUL), (Racing.AGGRESSIVE, AGGRESSIVE)])
def test_the_plan_runs_as_many_folds_as_the_bare_rule_and_returns_the_same_configuration(field, racing, candidate):
    for seed in range(3):
        counts = synthetic_search(field, num_configurations=30, num_subjects=30, generator=np.random.default_rng(seed))

        replayed = Replay(counts=counts, num_configurations=30, num_workers=4, racing=racing).run()

        assert (replayed.num_folds, replayed.best) == raced(counts, candidate)


def test_without_racing_the_best_of_the_table_is_returned_after_all_folds():
    counts = synthetic_search(MIXED, num_configurations=12, num_subjects=22, generator=np.random.default_rng(2))

    replayed = Replay(counts=counts, num_configurations=12, racing=Racing.OFF).run()

    found, invented, missed = counts.sum(axis=1).T
    assert replayed.num_folds == 12 * 22
    assert replayed.best == int(np.argmax(2 * found / (2 * found + invented + missed)))
    assert replayed.seconds == 12 * 22


def test_a_search_ends_early_when_it_has_enough():
    counts = synthetic_search(MIXED, num_configurations=12, num_subjects=22, generator=np.random.default_rng(2))

    replayed = Replay(counts=counts, num_configurations=12, enough=lambda state: bool(state.ranking())).run()

    assert replayed.num_folds == 22


def test_truths_of_synthetic_subjects_are_those_of_the_dataset():
    for num_subjects in (22, 30):
        (counts,) = searches(MIXED, num_subjects, Drawn(num_studies=1))
        truths = counts[:, :, 0] + counts[:, :, 2]
        assert (np.sort(truths, axis=1) == sorted(EXPRESSIONS_OF_SUBJECTS[num_subjects])).all()
    # ORIGIN: the annotation table of CAS(ME)^3 part A has 4206 rows of 98 subjects.
    assert (len(CAS_ME_3), sum(CAS_ME_3)) == (98, 4206)


def test_figures_of_a_test_and_of_the_plan_agree():
    of_rule = of_test(CAREFUL, MIXED, 22, Drawn(num_studies=2))
    by_plan = of_plan(Racing.CAREFUL, Scheduling.REPRODUCIBLE, MIXED, 22, 8, Drawn(num_studies=2))

    assert (by_plan.saved, by_plan.lost, by_plan.loss) == (of_rule.saved, of_rule.lost, of_rule.loss)
    assert 0 < by_plan.busy <= 1


def test_what_is_quoted_is_that_of_the_nearest_simulated_number_of_subjects():
    assert [expected_saving(number)[2] for number in (10, 22, 29, 30, 93, 94, 247)] == [22, 22, 22, 30, 30, 94, 94]
    for number in (22, 30, 94):
        low, high, _, configurations = expected_saving(number)
        assert 0 < low < high < 1
        assert configurations == 60
