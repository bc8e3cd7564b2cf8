"""Detections of any method as a dataset's own recordings, kinds and frame numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, isfinite
from pathlib import Path

from platform.reporting.detection_tables import (
    EMOTION,
    KIND,
    OFFSET,
    ONSET,
    SCORE,
    SUBJECT,
    VIDEO,
    DetectionRow,
    read_detection_table,
)
from platform.reporting.recording_names import RecordingNames
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import InvalidValueError, did_you_mean, echoed
from spotformer_core.metrics.conventions import Kinds
from spotformer_core.metrics.scoring import Span

MOST_NAMED = 10
"""Mistakes of one file that are told one by one."""
MOST_FRAMES_PER_SECOND = 100_000
_LARGEST_FRAME_NUMBER = 10**9
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?")
_SCORE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_KINDS = {
    ExpressionKind.MACRO: re.compile(r"mae|macro(?:[ _-]?expressions?)?"),
    ExpressionKind.MICRO: re.compile(r"me|micro(?:[ _-]?expressions?| - 1/2)?"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Detections:
    """The detections of a file.

    Attributes:
        spans: in the order of the file, in frame numbers of the dataset, both ends included.
        format: the name of the format that it was read as.
        have_kinds: whether all of them have a kind.
        have_emotions: whether all of them have an emotion.
        renamed: names of videos that are written otherwise than in the dataset, after their subject where it stands
            beside, to the recordings that they stand for.
        num_renamed: how many detections that concerns.
        clock: what made frame numbers of seconds; None where they were frame numbers.
    """

    spans: tuple[Span, ...]
    format: str
    have_kinds: bool
    have_emotions: bool
    renamed: dict[str, str]
    num_renamed: int
    clock: "FrameClock | None" = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FrameClock:
    """How seconds become frame numbers: `rate` frames per second, rounded half up, and second 0 is `first_frame`."""

    rate: float
    first_frame: int = 0

    def frame(self, seconds: float) -> int:
        """The number of the frame at a time."""
        return floor(seconds * self.rate + 0.5) + self.first_frame

    def __str__(self) -> str:
        return f"in seconds of {self.rate:g} frames, second 0 is frame {self.first_frame}"


def read_detections(
    path: Path, *, names: RecordingNames, kinds: Kinds = Kinds.APART, clock: FrameClock | None = None
) -> Detections:
    """The detections of a file in any of the known formats.

    Args:
        kinds: whether the kinds are needed; where they are not (`Kinds.ANY`), they are not looked at.
        clock: for numbers that are seconds; None where they are frame numbers.

    Raises:
        InvalidValueError: naming the lines that break a rule, or when the file holds no detections.
    """
    table = read_detection_table(path)
    if table.format.in_seconds and clock is None:
        raise InvalidValueError(
            f"{table.format.name} has seconds, so frames per second must be stated, got none for {path}. "
            "Give --detections-fps RATE: 200 for SAMM-LV, 30 for CAS(ME)^2 and CAS(ME)^3."
        )
    reader = _RowReader(names, with_kinds=kinds is not Kinds.ANY, clock=clock)
    spans: list[Span] = []
    problems = list(table.problems)
    for row in table.rows:
        try:
            spans.append(reader.span(row))
        except InvalidValueError as error:
            problems.append(str(error))
            # Looking for the likely name among a thousand takes milliseconds, and a file may have a million rows.
            reader.suggests_names = len(problems) < MOST_NAMED
    if problems:
        raise joined_problems(problems, where=str(path))
    return Detections(
        spans=tuple(spans),
        format=table.format.name,
        have_kinds=KIND in table.given and kinds is not Kinds.ANY,
        have_emotions=EMOTION in table.given,
        renamed=reader.renamed,
        num_renamed=reader.num_renamed,
        clock=clock,
    )


def joined_problems(problems: list[str], *, where: str) -> InvalidValueError:
    """One error that tells the first `MOST_NAMED` problems, one a line, and counts the others."""
    told = problems[:MOST_NAMED]
    if len(problems) > MOST_NAMED:
        told.append(f"{len(problems) - MOST_NAMED} problems more in {where}.")
    return InvalidValueError("\n".join(told))


class _RowReader:
    """Reads rows, and remembers which names were written otherwise."""

    def __init__(self, names: RecordingNames, *, with_kinds: bool, clock: FrameClock | None) -> None:
        self.renamed: dict[str, str] = {}
        self.num_renamed = 0
        self.suggests_names = True
        self._names = names
        self._with_kinds = with_kinds
        self._clock = clock

    def span(self, row: DetectionRow) -> Span:
        recording = self._recording(row)
        kind = _kind(row) if self._with_kinds and KIND in row.cells else None
        onset, offset = (self._frame_number(row, column) for column in (ONSET, OFFSET))
        if offset < onset:
            raise InvalidValueError(
                f"offset must not be before onset, got onset {onset} and offset {offset} in {row.place}. "
                "Swap or correct them."
            )
        if SCORE in row.cells:
            _number(row, SCORE, "a finite number", _SCORE)
        emotion = _text(row, EMOTION) if EMOTION in row.cells else None
        return Span(recording=recording, kind=kind, onset=onset, offset=offset, emotion=emotion)

    def _recording(self, row: DetectionRow) -> str:
        video, subject = _text(row, VIDEO), _text(row, SUBJECT) if SUBJECT in row.cells else ""
        recording = self._names.find(video, subject=subject)
        if recording is None:
            of_subject = f" of subject {echoed(subject)}" if subject else ""
            raise InvalidValueError(
                f"video must be a recording of the annotations, got {echoed(video)}{of_subject} in {row.place}. "
                f"{_closest(video, self._names.recordings) if self.suggests_names else ''}"
            )
        if recording != video:
            self.num_renamed += 1
            self.renamed.setdefault(f"{subject} {video}".strip(), recording)
        return recording

    def _frame_number(self, row: DetectionRow, column: str) -> int:
        if self._clock is not None:
            seconds = _number(row, column, "a time in seconds", _NUMBER)
            frame = self._clock.frame(max(-1e12, min(seconds, 1e12)))
            rule = "a time in seconds"
        else:
            rule = "a whole frame number of the dataset"
            number = _number(row, column, rule, _NUMBER)
            frame = int(number)
            if frame != number:
                raise InvalidValueError(
                    f"{column} must be {rule}, got {echoed(row.cells[column])} in {row.place}. Correct the line, or "
                    "give --detections-fps RATE where the numbers are seconds."
                )
        if abs(frame) > _LARGEST_FRAME_NUMBER:
            raise InvalidValueError(
                f"{column} must be {rule}, at most {_LARGEST_FRAME_NUMBER} frames, got {echoed(row.cells[column])} in "
                f"{row.place}. Correct the line."
            )
        return frame


def _kind(row: DetectionRow) -> ExpressionKind:
    text = row.cells[KIND]
    for kind, pattern in _KINDS.items():
        if isinstance(text, str) and pattern.fullmatch(text.strip().casefold()):
            return kind
    names = [str(kind) for kind in ExpressionKind]
    raise InvalidValueError(
        f"kind must be macro or micro (or mae, me, macro-expression, micro-expression), got {echoed(text)} in "
        f"{row.place}. {did_you_mean(text, names) if isinstance(text, str) else 'Correct it.'}"
    )


def _text(row: DetectionRow, column: str) -> str:
    text = row.cells[column]
    if not isinstance(text, str) or not text.strip():
        raise InvalidValueError(f"{column} must be text, got {echoed(text)} in {row.place}. Correct the line.")
    return text.strip()


def _closest(video: str, recordings: frozenset[str]) -> str:
    """The repair for an unknown video: its likely name, or a few that are known (a release has up to a thousand)."""
    suggestion, _, _ = did_you_mean(video, recordings).partition(" Known:")
    if suggestion.startswith("Did"):
        return suggestion
    return f"Names are as in the release, for instance {', '.join(sorted(recordings)[:3])}."


def _number(row: DetectionRow, column: str, rule: str, form: re.Pattern[str]) -> float:
    cell = row.cells[column]
    number = float("nan")
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        number = float(cell) if abs(cell) < 1e300 else float("nan")
    elif isinstance(cell, str) and len(cell) < 400 and form.fullmatch(cell):
        number = float(cell)
    if not isfinite(number):
        raise InvalidValueError(f"{column} must be {rule}, got {echoed(cell)} in {row.place}. Correct the line.")
    return number


def renamed_example(detections: Detections) -> Iterator[str]:
    """One line about names that were written otherwise, if any were."""
    if detections.renamed:
        written, recording = next(iter(detections.renamed.items()))
        yield f"names written otherwise in {detections.num_renamed} of them: {echoed(written)} is {recording}"
