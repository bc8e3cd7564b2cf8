"""Leave-one-subject-out: one fold per subject ([Deng2024] Sec. 4.1)."""

from collections.abc import Iterable
from dataclasses import dataclass

from spotformer_core.errors import InvalidValueError, require
from spotformer_core.flow.band import FlowBand


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Fold:
    """One held-out subject and the recordings of all others.

    Raises:
        InvalidValueError: when a training recording shows the held-out subject, or a testing recording another one.
    """

    held_out: str
    training: tuple[FlowBand, ...]
    testing: tuple[FlowBand, ...]

    def __post_init__(self) -> None:
        misplaced = [band.recording.name for band in self.training if band.recording.subject == self.held_out]
        misplaced += [band.recording.name for band in self.testing if band.recording.subject != self.held_out]
        if misplaced:
            raise InvalidValueError(
                f"a fold must test on subject {self.held_out!r} alone and train without it, got {misplaced} on the "
                "wrong side. Make folds with leave_one_subject_out."
            )


def leave_one_subject_out(bands: Iterable[FlowBand]) -> tuple[Fold, ...]:
    """One fold per subject, sorted by the subject's name; recordings keep their order.

    Raises:
        InvalidValueError: when there are fewer than two subjects.
    """
    bands = tuple(bands)
    subjects = sorted({band.recording.subject for band in bands})
    require(
        len(subjects) >= 2,
        "subjects",
        "two or more to hold one of them out",
        subjects,
        "Add recordings of another subject.",
    )
    return tuple(
        Fold(
            held_out=subject,
            training=tuple(band for band in bands if band.recording.subject != subject),
            testing=tuple(band for band in bands if band.recording.subject == subject),
        )
        for subject in subjects
    )
