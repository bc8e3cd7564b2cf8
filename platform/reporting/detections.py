"""Detections of any method, from a csv file: video,kind,onset,offset[,score], one row per detection."""

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path

from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import InvalidValueError, did_you_mean
from spotformer_core.limited_files import require_regular
from spotformer_core.metrics.scoring import Span

COLUMNS = ("video", "kind", "onset", "offset")
SCORE = "score"
"""The one column that may be missing; it is checked, but no convention counts by it."""
_LARGEST_FRAME_NUMBER = 10**9
MOST_FILE_BYTES = 256 << 20
"""Millions of detections."""


def read_detections(path: Path, *, recordings: Collection[str]) -> tuple[Span, ...]:
    """The detections in the order of the file, in frame numbers of the release, both ends included.

    Args:
        recordings: names that a video may have.

    Raises:
        InvalidValueError: naming the line that breaks a rule, or when the file holds no detections.
    """
    known = frozenset(recordings)
    spans = tuple(_span(row, place=place, recordings=known) for place, row in _rows(path))
    if not spans:
        raise InvalidValueError(
            f"a file of detections must have rows below its header, got none in {path}. "
            "A method that detects nothing needs no scoring: its recall and F1 are 0."
        )
    return spans


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Every row that is not empty, by column, and where it stands."""
    try:
        require_regular(path, most_bytes=MOST_FILE_BYTES)
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = _header(next(reader, []), path)
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    place = f"line {reader.line_num} of {path}"
                    yield place, _by_column(header, cells, place)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidValueError(
            f"detections must be a csv file in UTF-8, got {path} ({error}). "
            f"Write it with the columns {','.join(COLUMNS)}[,{SCORE}]."
        ) from error


def _header(cells: Sequence[str], path: Path) -> list[str]:
    header = [cell.strip().casefold() for cell in cells]
    if not any(header):
        raise InvalidValueError(
            f"a file of detections must begin with the header {','.join(COLUMNS)}[,{SCORE}], got nothing in {path}. "
            "Write the header and one line per detection."
        )
    unknown = [name for name in header if name not in (*COLUMNS, SCORE)]
    missing = [name for name in COLUMNS if name not in header]
    if unknown or missing or len(set(header)) < len(header):
        raise InvalidValueError(
            f"the columns of detections must be {','.join(COLUMNS)}[,{SCORE}], got {','.join(header)} in {path}. "
            + (f"Missing: {', '.join(missing)}. " if missing else "")
            + (f"Unknown: {', '.join(map(repr, unknown))}. " if unknown else "")
            + "Rename or remove columns."
        )
    return header


def _by_column(header: Sequence[str], cells: Sequence[str], place: str) -> dict[str, str]:
    if len(cells) != len(header):
        raise InvalidValueError(
            f"a detection must have {len(header)} values ({','.join(header)}), got {len(cells)} in {place}. "
            "Correct the line."
        )
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _span(row: Mapping[str, str], *, place: str, recordings: frozenset[str]) -> Span:
    if row["video"] not in recordings:
        raise InvalidValueError(
            f"video must be a recording of the annotations, got {row['video']!r} in {place}. "
            f"{_closest(row['video'], recordings)}"
        )
    kinds = [str(kind) for kind in ExpressionKind]
    if row["kind"].casefold() not in kinds:
        raise InvalidValueError(
            f"kind must be {' or '.join(kinds)}, got {row['kind']!r} in {place}. {did_you_mean(row['kind'], kinds)}"
        )
    onset, offset = (_frame_number(row, column, place) for column in ("onset", "offset"))
    if offset < onset:
        raise InvalidValueError(
            f"offset must not be before onset, got onset {onset} and offset {offset} in {place}. Swap or correct them."
        )
    if SCORE in row:
        _number(row, SCORE, "a finite number", place)
    return Span(recording=row["video"], kind=ExpressionKind(row["kind"].casefold()), onset=onset, offset=offset)


def _closest(video: str, recordings: frozenset[str]) -> str:
    """The repair for an unknown video: its likely name, or a few that are known (a release has up to a thousand)."""
    suggestion, _, _ = did_you_mean(video, recordings).partition(" Known:")
    if suggestion.startswith("Did"):
        return suggestion
    return f"Names are as in the release, for instance {', '.join(sorted(recordings)[:3])}."


def _frame_number(row: Mapping[str, str], column: str, place: str) -> int:
    rule = "a frame number of the release, a whole number from 0"
    number = _number(row, column, rule, place)
    if not number.is_integer() or not 0 <= number <= _LARGEST_FRAME_NUMBER:
        raise InvalidValueError(f"{column} must be {rule}, got {row[column]!r} in {place}. Correct the line.")
    return int(number)


def _number(row: Mapping[str, str], column: str, rule: str, place: str) -> float:
    try:
        number = float(row[column])
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise InvalidValueError(f"{column} must be {rule}, got {row[column]!r} in {place}. Correct the line.")
    return number
