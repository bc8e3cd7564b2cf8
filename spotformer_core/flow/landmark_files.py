"""68-point landmarks of a recording as a CSV file in the format of OpenFace, one row per frame.

    frame, face_id, timestamp, confidence, success, x_0, ..., x_67, y_0, ..., y_67
    1, 0, 0.000, 0.98, 1, 207.3, ..., 251.0, 190.2, ..., 302.8

Only x_0 to x_67 and y_0 to y_67 must be there. Positions are in pixels of the frame, from its left and upper edge.

A row tells that the face was lost by success 0, by a confidence below `SMALLEST_CONFIDENCE`, or by holding no position.
"""

import csv
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from spotformer_core.atomic_files import written_whole
from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import LandmarkError
from spotformer_core.limited_files import require_regular
from spotformer_core.shapes import Bool, Float, Float32, Int

NUM_LANDMARKS = 68
COLUMNS = tuple(f"{axis}_{index}" for axis in "xy" for index in range(NUM_LANDMARKS))
"""Those that must be there, in the order that they are written in."""
SMALLEST_CONFIDENCE = 0.7
"""Just below the 0.725 from which OpenFace itself speaks of success; its files round to two decimals."""
_MOST_FILE_BYTES = 8 << 30
"""Three days at 30 frames per second."""
_OPTIONAL_COLUMNS = ("frame", "success", "confidence")
_NUM_NAMED = 5


def landmark_path(folder: Path, *, recording: str) -> Path:
    """Where the landmarks of the recording called `recording` are read from and written to."""
    return folder / f"{recording}.csv"


def read_landmarks(folder: Path, recording: Recording) -> Float32[np.ndarray, "frames 68 2"]:
    """Landmarks (x, y) of every frame of `recording`, in pixels, from `<folder>/<recording name>.csv`; NaN where lost.

    With a column `frame`, rows are chosen by `recording.frame_numbers`, so that the file may hold more frames; without
    it the file must have one row per frame of the recording, in its order. The frames of a video may be counted from 0
    or, as OpenFace does, from 1.

    Raises:
        LandmarkError: when the file is missing, no CSV file or without a column; when a frame is missing or stands
            there twice; when a row in which the face was found has a value that is no finite number.
    """
    path = landmark_path(folder, recording=recording.name)
    columns = _read_columns(path)
    rows = _chosen_rows(columns.get("frame"), num_rows=len(columns[COLUMNS[0]]), recording=recording, path=path)
    values = np.stack([columns[name][rows] for name in COLUMNS])
    lost = lost_rows(columns, rows, values)
    _require_finite(np.isfinite(values).all(axis=0) | lost, recording=recording, path=path)
    values[:, lost] = np.nan
    return np.ascontiguousarray(values.reshape(2, NUM_LANDMARKS, -1).transpose(2, 1, 0), np.float32)


def write_landmarks(path: Path, landmarks: Float[np.ndarray, "frames 68 2"], frame_numbers: Sequence[int]) -> None:
    """Writes what `read_landmarks` reads, to 0.001 pixel; `path` holds the whole file or is as it was before.

    Raises:
        LandmarkError: when the numbers of frames and of landmarks differ.
    """
    if len(frame_numbers) != len(landmarks):
        raise LandmarkError(
            f"each frame must have landmarks, got {len(landmarks)} for {len(frame_numbers)} frame numbers in {path}. "
            "Give one frame number for each."
        )
    values = np.round(landmarks.astype(np.float64), 3).transpose(2, 1, 0).reshape(2 * NUM_LANDMARKS, -1)
    table = pa.table(
        [pa.array(list(frame_numbers), pa.int64()), *(pa.array(column) for column in values)],
        names=["frame", *COLUMNS],
    )
    with written_whole(path) as partial_path:
        arrow_csv.write_csv(table, partial_path, arrow_csv.WriteOptions(quoting_style="none", quoting_header="none"))


def _read_columns(path: Path) -> dict[str, Float[np.ndarray, " rows"]]:
    """The columns that matter, under their names without spaces; empty cells are NaN."""
    with damage_named(path):
        wanted = wanted_columns(path)
        table = arrow_csv.read_csv(path, convert_options=as_numbers(wanted))
    return {name: table[written].to_numpy() for name, written in wanted.items()}


def wanted_columns(path: Path) -> dict[str, str]:
    """The columns that matter, to their names as written in the file, which OpenFace begins with a space.

    Raises:
        LandmarkError: when one that must be there is missing.
    """
    require_regular(path, most_bytes=_MOST_FILE_BYTES)
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file), [])
    written_as = {name.strip(): name for name in header}
    _require_columns(written_as.keys(), path=path)
    return {name: written_as[name] for name in (*_OPTIONAL_COLUMNS, *COLUMNS) if name in written_as}


def as_numbers(wanted: dict[str, str]) -> arrow_csv.ConvertOptions:
    """How pyarrow reads the wanted columns, and no others."""
    names = list(wanted.values())
    return arrow_csv.ConvertOptions(include_columns=names, column_types=dict.fromkeys(names, pa.float64()))


@contextmanager
def damage_named(path: Path) -> Iterator[None]:
    """Says which file of landmarks it was that could not be read.

    Raises:
        LandmarkError: when the block fails because the file is missing, or no CSV file of numbers.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise LandmarkError(
            f"every recording needs a file of landmarks, got none at {path}. Detect its landmarks or copy them there."
        ) from error
    except (OSError, UnicodeDecodeError, csv.Error, pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise LandmarkError(
            f"landmarks must be a CSV file of numbers, got {path} ({error}). Write it again."
        ) from error


def _require_columns(names: Collection[str], *, path: Path) -> None:
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise LandmarkError(
            f"landmarks must have the columns x_0 to x_67 and y_0 to y_67, got a header without {_first_few(missing)} "
            f"in {path}. Write all 68 landmarks, as OpenFace does with -2Dfp."
        )


def _chosen_rows(
    frames: Float[np.ndarray, " rows"] | None, *, num_rows: int, recording: Recording, path: Path
) -> Int[np.ndarray, " frames"]:
    """The row of every frame of `recording`."""
    if frames is None:
        if num_rows != recording.num_frames:
            raise LandmarkError(
                f"landmarks without a column frame must have one row for each of the {recording.num_frames} frames of "
                f"{recording.name}, got {num_rows} in {path}. Add the column frame or write the missing rows."
            )
        return np.arange(num_rows)
    if recording.video_path is not None and frames.min(initial=1) == 1:
        # OpenFace counts the frames of a video from 1, a recording from 0.
        frames = frames - 1
    row_of = {number: row for row, number in enumerate(frames.tolist())}
    if len(row_of) != num_rows:
        repeated = next(number for number, count in Counter(frames.tolist()).items() if count > 1)
        raise LandmarkError(
            f"each frame must have one row of landmarks, got several for frame {repeated:g} in {path}. "
            "Keep the face of the subject."
        )
    missing = [number for number in recording.frame_numbers if number not in row_of]
    if missing:
        raise LandmarkError(
            f"every frame of {recording.name} must have landmarks, got none for {len(missing)} frames: "
            f"{_first_few(missing)} in {path}. Detect the landmarks of all frames."
        )
    return np.array([row_of[number] for number in recording.frame_numbers], np.int64)


def lost_rows(
    columns: dict[str, Float[np.ndarray, " rows"]],
    rows: Int[np.ndarray, " frames"],
    values: Float[np.ndarray, "coordinates frames"],
) -> Bool[np.ndarray, " frames"]:
    """Whether the chosen `rows` say that the face was lost; `values` are their positions."""
    lost = np.isnan(values).all(axis=0)
    if "success" in columns:
        lost |= columns["success"][rows] != 1
    if "confidence" in columns:
        # A confidence that is no number is none.
        lost |= ~(columns["confidence"][rows] >= SMALLEST_CONFIDENCE)
    return np.asarray(lost)


def _require_finite(is_finite: Bool[np.ndarray, " frames"], *, recording: Recording, path: Path) -> None:
    """Raises LandmarkError for the first frame with other values."""
    if not is_finite.all():
        wrong = np.flatnonzero(~is_finite)
        raise LandmarkError(
            f"every landmark must be a finite number, got others in {len(wrong)} of {len(is_finite)} frames of "
            f"{recording.name}, first in frame {recording.frame_numbers[wrong[0]]} in {path}. "
            "Correct these rows, give them success 0, or detect the landmarks again."
        )


def _first_few(values: Sequence[object]) -> str:
    return ", ".join(map(str, values[:_NUM_NAMED])) + (", ..." if len(values) > _NUM_NAMED else "")
