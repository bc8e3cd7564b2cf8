"""How sure figures are told: the winner's sentence, and probabilities that rest on few subjects."""

from dataclasses import replace

import pytest

from platform.reporting.comparison_report import shown_probability, worth
from platform.reporting.study_comparison import compare_configurations
from platform.study.state import StudyState
from spotformer_core.metrics.bootstrap import Estimate
from tests.unit.platform_package.reporting.test_study_comparison import records


@pytest.mark.parametrize(
    ("probability", "num_subjects", "shown"),
    [
        # 2 ** -4 = 0.0625, 2 ** -6 = 0.0156; with 30 subjects 3 / 2000 resamples = 0.0015 is what can be told.
        (1.0, 4, "> 0.93"),
        (0.95, 4, "> 0.93"),
        (0.93, 4, "0.93"),
        (0.0, 4, "< 0.07"),
        (1.0, 6, "> 0.98"),
        (0.0, 6, "< 0.02"),
        (0.5, 6, "0.50"),
        (1.0, 30, "> 0.99"),
        (0.0, 30, "< 0.01"),
    ],
)
def test_a_probability_from_few_subjects_is_never_shown_as_0_or_1(probability, num_subjects, shown):
    assert shown_probability(probability, num_subjects=num_subjects) == shown


def corrected_to(value: float, *, spread: float, num_uncounted: int = 0) -> str:
    made = records()
    comparison = compare_configurations(StudyState(made[0], made))
    estimate = Estimate(value=value, low=0.1, high=0.9)
    winner = replace(comparison.winner, apparent_f1=0.7755, corrected_f1=estimate, spread=spread, num_competitors=63)
    return worth(replace(comparison, winner=winner, num_uncounted_prior=num_uncounted))


def test_the_sentence_gives_a_corrected_f1_only_where_the_correction_is_told_and_lowers_it():
    told = corrected_to(0.7412, spread=0.003)
    assert told == (
        "Best of 3 and 60 of prior studies: c0001, honest overall F1 0.7755; "
        "selection-corrected F1 (BBC-CV) 0.7412 (0.100, 0.900)."
    )
    for value, verdict in ((0.7760, "has the wrong sign"), (0.7745, "cannot be told from none")):
        sentence = corrected_to(value, spread=0.003)
        assert f"{value - 0.7755:+.4f} with a resampling error of 0.0030, {verdict}, so no corrected" in sentence
        assert f"{value:.4f}" not in sentence


def test_prior_configurations_that_could_not_be_counted_are_said():
    assert corrected_to(0.7412, spread=0.003, num_uncounted=7).endswith(
        "7 of prior studies could not be counted: optimism remains."
    )
