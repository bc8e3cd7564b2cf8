"""Frame scores of any method, from Parquet or CSV: recording, frame and one score, or the ten probabilities of ours.

Frames are in the numbering of the release. What is no such table is refused with the row, the value and the repair.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.errors import InvalidValueError, echoed_text, require
from spotformer_core.limited_files import require_regular
from spotformer_core.shapes import Float, Int

RECORDING, FRAME, SCORE = "recording", "frame", "score"
PROBABILITIES = tuple(f"{kind}_{channel.name.casefold()}" for kind in KINDS for channel in Channel)
"""The columns of our own ten probabilities: macro_onset, macro_apex, ... micro_neutral."""
MOST_FILE_BYTES = 4 << 30
MOST_ROWS = 100_000_000
"""Of a Parquet file, which may be small and still hold any number of equal rows."""
_LARGEST_FRAME_NUMBER = 10**9
_LARGEST_SCORE = float(np.finfo(np.float32).max)
_Rows = Int[np.ndarray, "_"]
"""Of one recording; recordings differ in how many they have."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ScoredFrames:
    """The frame scores of one recording.

    Attributes:
        first: the release's number of the first frame.
        step: from one frame to the next.
        scores: one column, or the ten of `PROBABILITIES`.
    """

    first: int
    step: int
    scores: Float[np.ndarray, "frames columns"]


def read_score_table(path: Path) -> dict[str, ScoredFrames]:
    """The frame scores in a .parquet or .csv file, by recording in the order of the file.

    Raises:
        InvalidValueError: when the file is no such table, or a row breaks a rule: numbers that are not finite,
            probabilities outside [0, 1], frames that are repeated, left out or not in rising order.
    """
    table = _read(path)
    columns = [name for name in table.column_names if name not in {RECORDING, FRAME}]
    names = table[RECORDING].combine_chunks().dictionary_encode()
    numbers = table[FRAME].to_numpy()
    values = np.stack([table[name].to_numpy() for name in (columns if columns == [SCORE] else PROBABILITIES)], axis=1)
    _require_values(values, numbers, path)
    frames = numbers.astype(np.int64)
    index = names.indices.to_numpy()
    # A stable order: rows of a recording stay as they stand in the file.
    order = np.argsort(index, kind="stable")
    starts = np.searchsorted(index[order], np.arange(len(names.dictionary) + 1))
    rows = [order[first:stop] for first, stop in pairwise(starts)]
    recordings = names.dictionary.to_pylist()
    step = _common_step(recordings, rows, frames, path)
    return {
        name: ScoredFrames(first=int(frames[own[0]]), step=step, scores=values[own])
        for name, own in zip(recordings, rows, strict=True)
    }


def _read(path: Path) -> pa.Table:
    """The table with the columns that it must have, and their types."""
    try:
        require_regular(path, most_bytes=MOST_FILE_BYTES)
        if path.suffix.casefold() == ".csv":
            table = _read_csv(path)
        elif path.suffix.casefold() == ".parquet":
            table = _read_parquet(path)
        else:
            raise InvalidValueError(
                f"frame scores must be a .parquet or .csv file, got {path}. Write one, or rename it if it is one."
            )
        if not table.num_rows:
            raise InvalidValueError(f"a file of frame scores must have rows, got none in {path}. Check what wrote it.")
        for name in table.column_names:
            _require_no_gap(table[name], name, path)
        return table
    except (OSError, ValueError, pa.ArrowException) as error:
        raise InvalidValueError(
            f"frame scores must be a table of Parquet or of CSV in UTF-8, got {path}: "
            f"{echoed_text(' '.join(str(error).split()))}. Correct the file."
        ) from error


def _read_csv(path: Path) -> pa.Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file), [])
    names = _columns(header, path)
    # One thread, so that a message names the row.
    return pa_csv.read_csv(
        path,
        read_options=pa_csv.ReadOptions(use_threads=False, column_names=names, skip_rows=1),
        convert_options=pa_csv.ConvertOptions(column_types={name: _type(name) for name in names}),
    )


def _read_parquet(path: Path) -> pa.Table:
    with pq.ParquetFile(path) as file:
        most = f"at most {MOST_ROWS}"
        require(
            file.metadata.num_rows <= MOST_ROWS, f"the rows of {path}", most, file.metadata.num_rows, "Split the file."
        )
        names = _columns(file.schema_arrow.names, path)
        table = file.read().rename_columns(names)
    return pa.table({name: _converted(table[name], name, path) for name in names})


def _type(name: str) -> pa.DataType:
    # Frame numbers too are read as numbers of any kind: some programs write 5.0 for 5.
    return pa.string() if name == RECORDING else pa.float64()


def _converted(column: pa.ChunkedArray, name: str, path: Path) -> pa.ChunkedArray:
    """A column of Parquet as text or numbers."""
    stored = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    is_text = pa.types.is_string(stored) or pa.types.is_large_string(stored)
    is_number = pa.types.is_integer(stored) or pa.types.is_floating(stored)
    if not (is_text if name == RECORDING else is_number):
        wanted = "text" if name == RECORDING else "numbers"
        raise InvalidValueError(f"column {name} must hold {wanted}, got {column.type} in {path}. Convert it.")
    return column.cast(_type(name))


def _columns(header: Sequence[str], path: Path) -> list[str]:
    """The names of the columns in lower case, when they are those of one score or of ten probabilities."""
    names = [name.strip().casefold() for name in header]
    for values in ((SCORE,), PROBABILITIES):
        if sorted(names) == sorted((RECORDING, FRAME, *values)):
            return names
    raise InvalidValueError(
        f"the columns of frame scores must be {RECORDING},{FRAME},{SCORE}, or {RECORDING},{FRAME} and the ten "
        f"probabilities {','.join(PROBABILITIES)}, got {echoed_text(','.join(header))} in {path}. "
        "Rename or remove columns."
    )


def _require_no_gap(column: pa.ChunkedArray, name: str, path: Path) -> None:
    if column.null_count:
        row = pc.index(pc.is_null(column), value=True).as_py() + 1
        raise InvalidValueError(
            f"{name} must have a value, got none in row {row} below the header of {path}. Complete it."
        )


def _require_values(values: Float[np.ndarray, "rows columns"], frames: Float[np.ndarray, " rows"], path: Path) -> None:
    """Raises InvalidValueError, naming the row below the header, unless all values are ones that can be."""
    if values.shape[1] == 1:
        name, rule, wrong = SCORE, "a finite number of single precision", ~(np.abs(values) <= _LARGEST_SCORE)
    else:
        name, rule, wrong = "a probability", "from 0 to 1", ~((values >= 0) & (values <= 1))
    for row, column in np.argwhere(wrong)[:1]:
        _refuse(name, rule, float(values[row, column]), int(row), path)
    whole = (frames >= 0) & (frames <= _LARGEST_FRAME_NUMBER) & (frames == np.round(frames))
    for row in np.flatnonzero(~whole)[:1]:
        _refuse(FRAME, f"a whole number from 0 to {_LARGEST_FRAME_NUMBER}", float(frames[row]), int(row), path)


def _refuse(name: str, rule: str, value: float, row: int, path: Path) -> None:
    raise InvalidValueError(
        f"{name} must be {rule}, got {value:g} in row {row + 1} below the header of {path}. Correct the row."
    )


def _common_step(recordings: Sequence[str], rows: Sequence[_Rows], frames: Int[np.ndarray, " rows"], path: Path) -> int:
    """The step from frame to frame, the same in all recordings; 1 where no recording has two frames."""
    steps = [np.diff(frames[own]) for own in rows]
    smallest = min((int(one[one > 0].min(initial=_LARGEST_FRAME_NUMBER)) for one in steps if len(one)), default=1)
    for name, own, one in zip(recordings, rows, steps, strict=True):
        wrong = np.flatnonzero((one <= 0) | (one != smallest))
        if not len(wrong):
            continue
        before, after = (int(frames[own[wrong[0] + ahead]]) for ahead in (0, 1))
        rule, repair = "one score for every frame, at the same step everywhere", "Give every frame a score."
        if after == before:
            rule, repair = "one score for each frame", "Remove the repeated row."
        elif after < before:
            rule, repair = "its frames in rising order", "Sort the file by recording and frame."
        raise InvalidValueError(
            f"a recording must have {rule}, got frame {after} after frame {before} of {echoed_text(name)} in row "
            f"{own[wrong[0] + 1] + 1} below the header of {path}. {repair}"
        )
    return smallest
