"""Recordings as a study noted them when it began: enough to judge, train and draw by, without the dataset at hand."""

from platform.study.records import StudyRecord
from spotformer_core.datasets.recording import Expression, ExpressionKind, Recording
from spotformer_core.errors import StudyError, did_you_mean


def noted_recording(study: StudyRecord, name: str, *, num_frames: int) -> Recording:
    """A recording without files; its frame rate is 0 where the study did not note it.

    Raises:
        StudyError: when the study has no such recording, or began before recordings were noted.
    """
    if name not in study.recordings:
        hint = did_you_mean(name, study.recordings) if study.recordings else "It noted none; search again to have them."
        raise StudyError(f"a recording must be one of the study's, got {name!r}. {hint}")
    noted = study.recordings[name]
    return Recording(
        dataset=study.dataset,
        subject=str(noted["subject"]),
        name=name,
        frame_paths=(),
        frame_numbers=tuple(range(num_frames)),
        frames_per_second=float(noted.get("frames_per_second", 0.0)),
        expressions=noted_expressions(study, name),
    )


def noted_expressions(study: StudyRecord, name: str) -> tuple[Expression, ...]:
    """The annotated expressions of a recording that the study has."""
    return tuple(
        Expression(kind=ExpressionKind(kind), onset=onset, apex=apex, offset=offset)
        for kind, onset, apex, offset in study.recordings[name]["expressions"]
    )


def telling_recording(study: StudyRecord) -> str:
    """The recording that shows most: both kinds of expression, then many; the first of equals. Empty without any."""

    def worth(name: str) -> tuple[int, int]:
        expressions = noted_expressions(study, name)
        return len({one.kind for one in expressions}), len(expressions)

    return max(sorted(study.recordings), key=worth, default="")
