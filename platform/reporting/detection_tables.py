"""What a file of detections holds, in whichever of the known formats it is: recognised by its content.

detections CSV         video,onset,offset        and kind, score, emotion where they are known
MEGC submission        vid,pred_onset,pred_offset,type        or with onset and offset (MEGC2023)
STRS-Metric table      subject,video,onset,offset,emotion
ActivityNet JSON       {"results": {video: [{"segment": [onset, offset], "label": kind, "score": ...}]}}, in seconds
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spotformer_core.errors import InvalidValueError, echoed, echoed_text
from spotformer_core.limited_files import read_limited

MOST_FILE_BYTES = 256 << 20
"""Millions of detections."""
VIDEO, KIND, ONSET, OFFSET, SCORE, EMOTION, SUBJECT = (
    *("video", "kind", "onset", "offset"),
    *("score", "emotion", "subject"),
)
"""What cells are called here, whatever a format calls its columns."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DetectionFormat:
    """One format.

    Attributes:
        columns: what its columns stand for; these it must have.
        others: what columns that may be missing stand for.
        in_seconds: whether its numbers are seconds by definition.
    """

    name: str
    columns: Mapping[str, str]
    others: Mapping[str, str]
    in_seconds: bool = False


def _themselves(*names: str) -> dict[str, str]:
    return {name: name for name in names}


_MEGC = {"vid": VIDEO, "type": KIND}
OWN = DetectionFormat(
    name="detections CSV", columns=_themselves(VIDEO, ONSET, OFFSET), others=_themselves(KIND, SCORE, EMOTION)
)
ACTIVITY_NET = DetectionFormat(name="ActivityNet JSON", columns={}, others={}, in_seconds=True)
_CSV_FORMATS = (
    OWN,
    DetectionFormat(
        name="MEGC submission",
        columns=_MEGC | {"pred_onset": ONSET, "pred_offset": OFFSET},
        others=_themselves(SCORE, EMOTION),
    ),
    DetectionFormat(
        name="MEGC2023 submission", columns=_MEGC | _themselves(ONSET, OFFSET), others=_themselves(SCORE, EMOTION)
    ),
    DetectionFormat(
        name="STRS-Metric table",
        columns=_themselves(SUBJECT, VIDEO, ONSET, OFFSET, EMOTION),
        others=_themselves(KIND, SCORE),
    ),
)
_JSON_KEYS = {KIND: "label", SCORE: "score", EMOTION: "emotion"}
_HEADER = "video,kind,onset,offset[,score]"


@dataclass(frozen=True, kw_only=True, slots=True)
class DetectionRow:
    """One detection as it is written: text, and in JSON numbers too.

    Attributes:
        place: where it stands, for messages.
    """

    place: str
    cells: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class DetectionTable:
    """A file of detections.

    Attributes:
        given: which of the cells it has; every row has all of them, but for rows in `problems`.
        problems: what keeps rows from being read at all.
    """

    format: DetectionFormat
    given: frozenset[str]
    rows: Sequence[DetectionRow]
    problems: Sequence[str]


def read_detection_table(path: Path) -> DetectionTable:
    """The detections of a file in its order.

    Raises:
        InvalidValueError: when it is in none of the formats, or holds nothing.
    """
    text = _text(path)
    table = _read_json(text, path) if text.lstrip()[:1] in ("{", "[") else _read_csv(text, path)
    if not table.rows and not table.problems:
        raise InvalidValueError(
            f"a file of detections must have rows below its header, got none in {path}. "
            "A method that detects nothing needs no scoring: its recall and F1 are 0."
        )
    return table


def _text(path: Path) -> str:
    try:
        return read_limited(path, most_bytes=MOST_FILE_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> InvalidValueError:
    return InvalidValueError(
        f"detections must be a csv file in UTF-8, got {path} ({echoed_text(str(error))}). "
        f"Write it with the columns {_HEADER}, or as a submission to MEGC or ActivityNet JSON."
    )


def _read_csv(text: str, path: Path) -> DetectionTable:
    rows: list[DetectionRow] = []
    problems: list[str] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = [cell.strip().casefold() for cell in next(reader, [])]
        found = _format_of(header, path)
        cell_of = {**found.columns, **found.others}
        names = [cell_of[column] for column in header]
        for cells in reader:
            place = f"line {reader.line_num} of {path}"
            if len(cells) == len(header) and any(cell.strip() for cell in cells):
                row = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
                rows.append(DetectionRow(place=place, cells=row))
            elif any(cell.strip() for cell in cells):
                problems.append(
                    f"a detection must have {len(header)} values ({','.join(header)}), got {len(cells)} in {place}. "
                    "Correct the line."
                )
    except csv.Error as error:
        raise _unreadable(path, error) from error
    return DetectionTable(format=found, given=frozenset(names), rows=rows, problems=problems)


def _format_of(header: Sequence[str], path: Path) -> DetectionFormat:
    if not any(header):
        raise InvalidValueError(
            f"a file of detections must begin with the header {_HEADER}, got nothing in {path}. "
            "Write the header and one line per detection."
        )
    for one in _CSV_FORMATS:
        if one.columns.keys() <= set(header) <= {*one.columns, *one.others} and len(set(header)) == len(header):
            return one
    nearest = max(_CSV_FORMATS, key=lambda one: len(one.columns.keys() & set(header)) - len(one.columns.keys()))
    known = {*nearest.columns, *nearest.others}
    missing = [name for name in nearest.columns if name not in header]
    unknown = [name for name in header if name not in known]
    twice = sorted({name for name in header if header.count(name) > 1 and name in known})
    listed = (("Missing", missing), ("Unknown", list(map(repr, unknown))), ("More than once", twice))
    raise InvalidValueError(
        f"the columns of detections must be {_HEADER}, or those of a submission to MEGC, got "
        f"{echoed_text(','.join(header))} in {path}. "
        + "".join(f"{title}: {echoed_text(', '.join(names))}. " for title, names in listed if names)
        + "Rename or remove columns."
    )


def _read_json(text: str, path: Path) -> DetectionTable:
    try:
        document = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise InvalidValueError(
            f"detections that begin with a bracket must be ActivityNet JSON, got {path} ({echoed_text(str(error))}). "
            "Write the file again."
        ) from error
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, dict):
        raise InvalidValueError(
            f'ActivityNet JSON must be an object with "results", which holds a list for each video, got another in '
            f'{path}. Write {{"results": {{"006_1": [{{"segment": [1.5, 2.5], "label": "micro"}}]}}}}.'
        )
    rows: list[DetectionRow] = []
    problems: list[str] = []
    for video, detections in results.items():
        for place, one in _numbered(detections, video, path):
            cells = _of_json(video, one) if isinstance(one, dict) else {}
            if cells:
                rows.append(DetectionRow(place=place, cells=cells))
            else:
                problems.append(
                    f'a detection must be an object with "segment": [onset, offset], got another in {place}. '
                    "Correct the file."
                )
    given = frozenset.intersection(*(frozenset(row.cells) for row in rows)) if rows else frozenset()
    for name, key in _JSON_KEYS.items():
        without = [row for row in rows if name not in row.cells]
        if 0 < len(without) < len(rows):
            problems.append(
                f'every detection or none must have "{key}", got {len(without)} of {len(rows)} without it, '
                f"the first {without[0].place}. Correct the file."
            )
    return DetectionTable(format=ACTIVITY_NET, given=given, rows=rows, problems=problems)


def _numbered(detections: object, video: str, path: Path) -> Iterable[tuple[str, object]]:
    name = echoed(video)
    if not isinstance(detections, list):
        return [(f"the detections of {name} in {path}", None)]
    return [(f"detection {number} of {name} in {path}", one) for number, one in enumerate(detections, start=1)]


def _of_json(video: str, detection: Mapping[str, object]) -> dict[str, object]:
    """The cells of a detection; none when it has no segment of two numbers."""
    segment = detection.get("segment")
    if not isinstance(segment, list) or len(segment) != 2:
        return {}
    return {VIDEO: video.strip(), ONSET: segment[0], OFFSET: segment[1]} | {
        name: detection[key] for name, key in _JSON_KEYS.items() if key in detection
    }


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) < len(pairs):
        (name, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"{echoed(name)} stands twice in an object")
    return document
