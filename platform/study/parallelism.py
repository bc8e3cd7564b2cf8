"""How many folds of a study can run at the same time; what more workers than that would do is wait."""

from platform.study.planning import Scheduling
from platform.study.racing import Racing, racing_rule


def folds_at_a_time(*, scheduling: Scheduling, lag: int, racing: Racing, num_subjects: int) -> int | None:
    """About how many folds can run at a time; None where every worker always has one.

    In reproducible scheduling `lag` configurations are open, and a race stops each of them at its next look; the first
    `lag` alone have nobody to be raced against. The looks after the first one are closer together, and it varies how
    far the open ones are: an average, not a limit.
    """
    if scheduling is Scheduling.FREE_RUNNING:
        return None
    rule = racing_rule(racing)
    return lag * (num_subjects if rule is None else min(rule.first_block, num_subjects))


def waiting_workers(
    num_workers: int, *, scheduling: Scheduling, lag: int, racing: Racing, num_subjects: int
) -> str | None:
    """A sentence for whoever gives a study more workers than it can use; None when it can use them."""
    at_a_time = folds_at_a_time(scheduling=scheduling, lag=lag, racing=racing, num_subjects=num_subjects)
    if at_a_time is None or num_workers <= at_a_time:
        return None
    return (
        f"with --lag {lag} about {at_a_time} folds can run at a time, so that some of the {num_workers} workers wait; "
        "a new study with --scheduling free-running keeps all of them busy, one with a larger --lag more of them "
        "(docs/racing.md)"
    )
