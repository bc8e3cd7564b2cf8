"""Files of frame scores beside the truths of a release: which recordings are counted for which kind, and which not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np

from platform.reporting.recording_names import RecordingNames
from platform.reporting.truths import Truths
from spotformer_core.datasets import cas_me_2, cas_me_3, samm_lv
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.decoding.frame_score_tables import PROBABILITIES, ScoredFrames, read_score_table
from spotformer_core.decoding.score_files import read_scores
from spotformer_core.errors import InvalidValueError, did_you_mean, echoed, echoed_text, require
from spotformer_core.metrics.conventions import Convention
from spotformer_core.metrics.frame_score_counts import JudgedRecording
from spotformer_core.metrics.scoring import Span, annotated_span

NUMBERING: Mapping[str, tuple[int, int]] = {
    samm_lv.NAME: (samm_lv.FIRST_FRAME_NUMBER, samm_lv.FRAME_STEP),
    cas_me_2.NAME: (cas_me_2.FIRST_FRAME_NUMBER, 1),
    cas_me_3.NAME: (cas_me_3.FIRST_FRAME_NUMBER, 1),
}
"""The release's number of the first frame that a reader of ours takes, and the step to the next one."""


class WithoutScores(StrEnum):
    """What becomes of the truths of a recording that has no frame scores."""

    MISSED = "missed"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class GivenScores:
    """The frame scores of all files, by kind and recording.

    Attributes:
        ours: whether they are ten probabilities, in which each kind has its five.
    """

    ours: bool
    recordings: dict[ExpressionKind, dict[str, ScoredFrames]]

    @property
    def decoding_name(self) -> str:
        """Of the way in which they become intervals: Sec. 3.4 of [Deng2024] on probabilities, or peaks."""
        return "probabilities" if self.ours else "peaks"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class JudgedKind:
    """What is counted of one kind, and what is not.

    Attributes:
        recordings: those that are counted, in the order of their names.
        missed: without frame scores; their truths count as missed.
        left_out: without frame scores, and left out with their truths because that was asked for.
        without_truths: with frame scores, and left out because the convention counts no recording without a truth.
        not_judged: annotated, but with neither frame scores nor a truth of this kind.
    """

    recordings: tuple[JudgedRecording, ...]
    missed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    without_truths: tuple[str, ...] = ()
    not_judged: tuple[str, ...] = ()
    subjects: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "subjects", tuple(sorted({one.subject for one in self.recordings})))

    @property
    def num_truths(self) -> int:
        """Truths that count."""
        return sum(len(one.truths) for one in self.recordings)


def read_frame_scores(files: Sequence[str], *, names: RecordingNames, dataset: str) -> GivenScores:
    """The frame scores of files that are named as KIND=FILE, one score each, or as FILE, ten probabilities.

    Args:
        names: that a recording may have, in any spelling that means it.

    Raises:
        InvalidValueError: when both forms are mixed, a file does not fit its form or holds an unknown recording, or a
            recording stands in two files.
        StudyError: when an .arrow file is no file of frame scores.
    """
    named = [_kind_and_path(text) for text in files]
    ours = named[0][0] is None
    if any((kind is None) is not ours for kind, _ in named):
        raise InvalidValueError(
            "--frame-scores must be KIND=FILE for every file or for none, got both. "
            "Name the kind of files with one score; leave it out of files with ten probabilities."
        )
    found: dict[ExpressionKind, dict[str, ScoredFrames]] = {}
    for kind, path in named:
        table = _arrow_table(path, dataset) if path.suffix.casefold() == ".arrow" else read_score_table(path)
        _require_form(table, ours=ours, path=path)
        named_table = _by_recording(table, names, path)
        for one in KINDS if kind is None else (kind,):
            own = found.setdefault(one, {})
            for name, frames in named_table:
                require(name not in own, f"a recording of {one} scores", "given once", name, f"Remove it from {path}.")
                own[name] = frames
    return GivenScores(ours=ours, recordings={kind: found[kind] for kind in KINDS if kind in found})


def _kind_and_path(text: str) -> tuple[ExpressionKind | None, Path]:
    kind, equals, file = text.partition("=")
    kinds = [str(one) for one in ExpressionKind]
    if equals and kind.casefold() in kinds:
        return ExpressionKind(kind.casefold()), Path(file)
    if equals and not Path(text).is_file():
        raise InvalidValueError(
            f"--frame-scores must be KIND=FILE or FILE, got the kind {echoed(kind)}. {did_you_mean(kind, kinds)}"
        )
    return None, Path(text)


def _arrow_table(path: Path, dataset: str) -> dict[str, ScoredFrames]:
    """A file of frame scores that a search left; its rows are the frames that a reader of ours takes."""
    if dataset not in NUMBERING:
        raise InvalidValueError(
            f"an .arrow file must be of one of {', '.join(NUMBERING)}, whose frame numbers are known, got {dataset}. "
            "Write its scores as Parquet, with the frame numbers of the annotations."
        )
    first, step = NUMBERING[dataset]
    return {
        name: ScoredFrames(first=first, step=step, scores=values.reshape(len(values), -1).astype(np.float64))
        for name, values in read_scores(path).items()
    }


def _require_form(table: Mapping[str, ScoredFrames], *, ours: bool, path: Path) -> None:
    columns = {one.scores.shape[1] for one in table.values()}
    wanted = len(KINDS) * len(Channel) if ours else 1
    if columns == {wanted}:
        return
    if ours:
        raise InvalidValueError(
            f"a file of one score needs the kind that it is about, got --frame-scores {path}. "
            f"Write --frame-scores macro={path} or micro={path}."
        )
    raise InvalidValueError(
        f"a file that is named as KIND=FILE must have one score per frame, got {len(PROBABILITIES)} probabilities in "
        f"{path}. Write --frame-scores {path}."
    )


def _by_recording(
    table: Mapping[str, ScoredFrames], names: RecordingNames, path: Path
) -> list[tuple[str, ScoredFrames]]:
    """The frame scores with the names of recordings as the dataset has them."""
    found = {written: names.find(written) for written in table}
    strange = [written for written, name in found.items() if name is None]
    if strange:
        suggestion, _, _ = did_you_mean(strange[0], names.recordings).partition(" Known:")
        examples = f"For instance {', '.join(sorted(names.recordings)[:3])}."
        repair = suggestion if suggestion.startswith("Did") else examples
        raise InvalidValueError(
            f"recordings must be named as in the annotations, got {len(strange)} of {len(table)} in {path} that are "
            f"not: {listed(strange)}. {repair}"
        )
    return [(name, table[written]) for written, name in found.items() if name is not None]


def listed(names: Sequence[str], *, most: int = 5) -> str:
    """The first of some names, and how many more there are."""
    shown = ", ".join(echoed_text(name) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def judged_kinds(
    scores: GivenScores,
    k: Mapping[ExpressionKind, Mapping[str, int]],
    truths: Truths,
    convention: Convention,
    *,
    without_scores: WithoutScores,
    fewest_subjects: int = 2,
) -> dict[ExpressionKind, JudgedKind]:
    """What is counted of every kind that has frame scores.

    Args:
        fewest_subjects: that must be left; thresholds that are chosen need others.

    Raises:
        AnnotationError: when a row of the annotations breaks a rule.
        InvalidValueError: when fewer subjects are left.
    """
    spans = [annotated_span(row, convention) for row in truths.rows]
    judged = {}
    for kind, own in scores.recordings.items():
        one = _judged_kind(
            own,
            k.get(kind, {}),
            truths,
            [span for span in spans if span.kind is kind],
            truths_needed=convention.truths_needed,
            missed=without_scores is WithoutScores.MISSED,
        )
        enough = f"of at least {fewest_subjects} subjects with something to count for {kind}"
        require(len(one.subjects) >= fewest_subjects, "frame scores", enough, len(one.subjects), "Add recordings.")
        judged[kind] = one
    return judged


def _judged_kind(
    scored: Mapping[str, ScoredFrames],
    k: Mapping[str, int],
    truths: Truths,
    spans: Sequence[Span],
    *,
    truths_needed: bool,
    missed: bool,
) -> JudgedKind:
    of_recording: dict[str, list[Span]] = {}
    for span in spans:
        of_recording.setdefault(span.recording, []).append(span)
    unscored = sorted(name for name in of_recording if name not in scored)
    without_truths = sorted(name for name in scored if name not in of_recording) if truths_needed else []
    counted = sorted({*scored, *(unscored if missed else ())} - {*without_truths})
    return JudgedKind(
        recordings=tuple(
            JudgedRecording(
                name=name,
                subject=truths.subject(name),
                frames=scored.get(name),
                k=k.get(name, 1),
                truths=tuple(of_recording.get(name, ())),
            )
            for name in counted
        ),
        missed=tuple(unscored) if missed else (),
        left_out=() if missed else tuple(unscored),
        without_truths=tuple(without_truths),
        not_judged=tuple(sorted(truths.subject_of.keys() - scored.keys() - of_recording.keys())),
    )


def not_counted(kind: ExpressionKind, judged: JudgedKind, convention: str) -> Iterator[str]:
    """Which recordings are not counted as others are, and why: one sentence each."""
    for names, what in (
        (judged.missed, "without frame scores, so that their expressions count as missed"),
        (judged.left_out, "without frame scores, left out with their expressions"),
        (judged.without_truths, f"without a {kind}-expression, left out by convention {convention}"),
        (
            judged.not_judged,
            f"with neither {kind} scores nor {kind}-expressions: a false positive there is not counted",
        ),
    ):
        if names:
            recordings = "1 recording" if len(names) == 1 else f"{len(names)} recordings"
            yield f"{kind}: {recordings} {what} ({listed(names)})"
