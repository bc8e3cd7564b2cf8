"""What racing saved in simulated searches: the figures of docs/racing.md, for `--dry-run` to quote."""

SIMULATED_CONFIGURATIONS = 60

# ORIGIN: docs/racing.md: share of folds that careful racing did not run, of configurations that differ little ("alike")
# and much ("mixed"), by subjects.
_SAVED = {22: (0.26, 0.46), 30: (0.31, 0.55), 94: (0.51, 0.75)}


def expected_saving(num_subjects: int) -> tuple[float, float, int, int]:
    """Shares saved where configurations differ little and much, and the subjects and configurations of the simulation.

    Of the simulated numbers of subjects the largest is taken that is not larger, else the smallest.
    """
    subjects = max((known for known in _SAVED if known <= num_subjects), default=min(_SAVED))
    return (*_SAVED[subjects], subjects, SIMULATED_CONFIGURATIONS)
