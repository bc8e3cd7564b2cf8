"""Which folds of a configuration are trained side by side: fixed by the study, so that results are.

A fold comes out different beside others: sums are rounded otherwise, and training makes more of it, up to half a
percentage point of probability after a short one (docs/packing.md). So it always stands beside the same ones,
whatever is missing, runs or was killed: subjects in the study's order, in groups of `--stack-folds`. Groups end where
racing looks, so that no fold beyond an undecided look is run; a group there is smaller.
"""

from collections.abc import Sequence

from platform.study.racing import racing_rule
from platform.study.records import StudyRecord


def stacks(subjects: Sequence[str], *, racing: str, size: int) -> tuple[tuple[str, ...], ...]:
    """The held-out subjects of every stack, in the order of `subjects`.

    Args:
        racing: name of the study's rule, whose looks end stacks.
        size: folds of a stack at most.
    """
    rule = racing_rule(racing)
    ends = (*(() if rule is None else rule.looks(len(subjects))), len(subjects))
    starts = (0, *ends[:-1])
    return tuple(
        tuple(subjects[first : min(first + size, end)])
        for start, end in zip(starts, ends, strict=True)
        for first in range(start, end, size)
    )


def stacks_of(study: StudyRecord) -> tuple[tuple[str, ...], ...]:
    """The stacks of every configuration of a study."""
    return stacks(study.subjects, racing=study.racing, size=study.stack_folds)


def largest_stack(study: StudyRecord) -> int:
    """Folds of the largest stack; fewer than were asked for where racing looks more often."""
    return max(len(stack) for stack in stacks_of(study))
