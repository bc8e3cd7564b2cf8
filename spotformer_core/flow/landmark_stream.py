"""Landmarks of a recording of any length, from its CSV file, a block of rows at a time.

The format is that of `landmark_files`, with the column `frame` and rows by rising frame, as OpenFace writes them.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pyarrow import csv as arrow_csv

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import LandmarkError
from spotformer_core.flow.landmark_files import (
    COLUMNS,
    NUM_LANDMARKS,
    as_numbers,
    damage_named,
    landmark_path,
    lost_rows,
    wanted_columns,
)
from spotformer_core.shapes import Float32

_BLOCK_BYTES = 1 << 17
"""About 130 rows. pyarrow reads some 30 blocks ahead."""


def stream_landmarks(folder: Path, recording: Recording) -> Iterator[Float32[np.ndarray, "68 2"]]:
    """Yields what `read_landmarks` returns row by row: landmarks (x, y) of every frame in pixels; NaN where lost.

    Raises:
        LandmarkError: when the file is missing, no CSV file or without a column; when its rows do not rise; when a
            frame is missing; when a row in which the face was found has a value that is no finite number.
    """
    path = landmark_path(folder, recording=recording.name)
    missing = iter(recording.frame_numbers)
    wanted = next(missing, None)
    latest = -np.inf
    for number, points in _rows(path, counts_from_one=recording.video_path is not None):
        if wanted is None or number > wanted:
            break
        if number <= latest:
            raise LandmarkError(
                f"landmarks of a long recording must be in the order of its frames, got frame {number:g} after "
                f"{latest:g} in {path}. Sort its rows by the column frame, one row for each."
            )
        latest = number
        if number == wanted and np.isinf(points).any():
            raise LandmarkError(
                f"every landmark must be a finite number, got another in frame {wanted} of {recording.name} in {path}. "
                "Correct the row, give it success 0, or detect the landmarks again."
            )
        while number == wanted:
            yield points
            wanted = next(missing, None)
    if wanted is not None:
        raise LandmarkError(
            f"every frame of {recording.name} must have landmarks, got none for frame {wanted} in {path}. "
            "Detect the landmarks of all frames."
        )


def _rows(path: Path, *, counts_from_one: bool) -> Iterator[tuple[float, Float32[np.ndarray, "68 2"]]]:
    """Number and landmarks of every row; all NaN where the face was lost, infinite where a position is no number.

    Args:
        counts_from_one: whether frames may be counted from 1, as OpenFace does, when the first row says so.
    """
    with damage_named(path):
        wanted = wanted_columns(path)
        if "frame" not in wanted:
            raise LandmarkError(
                f"landmarks of a recording to be spotted must have the column frame, got none in {path}. Add it: the "
                "position of each frame in the video, or the number in the name of its image."
            )
        blocks = arrow_csv.open_csv(
            path,
            read_options=arrow_csv.ReadOptions(block_size=_BLOCK_BYTES),
            convert_options=as_numbers(wanted),
        )
        first: float | None = None
        for block in blocks:
            columns = {name: block[written].to_numpy(zero_copy_only=False) for name, written in wanted.items()}
            values = np.stack([columns[name] for name in COLUMNS])
            lost = lost_rows(columns, np.arange(values.shape[1]), values)
            values = np.where(np.isfinite(values), values, np.inf)
            values[:, lost] = np.nan
            points = values.reshape(2, NUM_LANDMARKS, -1).transpose(2, 1, 0).astype(np.float32)
            for number, row in zip(columns["frame"].tolist(), points, strict=True):
                first = number if first is None else first
                yield number - (counts_from_one and first == 1), row
