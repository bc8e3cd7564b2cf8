"""The files of features that the authors of [Deng2024] released, and how they come into a flow store.

    <folder>/<subject>/<video>.npy      (frames, 17, columns, 2): one window per frame, see `released_windows`

Their `.npz` files hold the same windows again, cut into segments for training; they are not needed.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from tokenize import TokenError

import numpy as np

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import DatasetError
from spotformer_core.flow.released_settings import WINDOW, ReleasedSettings
from spotformer_core.flow.released_windows import band_of_windows
from spotformer_core.flow.store import FlowSource, FlowStore, SourceKind
from spotformer_core.shapes import Float

SUFFIX = ".npy"
_UNREADABLE = (OSError, ValueError, TypeError, ArithmeticError, SyntaxError, TokenError, RecursionError, MemoryError)
"""What NumPy raises for headers of any bytes; pickled objects are refused with ValueError."""
_NAME_LENGTH = 13
"""The released code takes the first 13 characters of a file's name for the name of the video."""


def find_features(folder: Path, names: Iterable[str]) -> dict[str, Path]:
    """The file of each recording in `names`, whatever its depth in `folder`; names without a file are absent.

    A file belongs to the recording that has its name, else to the one that has the first 13 characters of it.

    Raises:
        DatasetError: when the folder holds no such file at all, or a recording has several.
    """
    paths_of: defaultdict[str, list[Path]] = defaultdict(list)
    for path in sorted(path for path in folder.rglob(f"*{SUFFIX}") if path.is_file()):
        paths_of[path.stem].append(path)
        if len(path.stem) > _NAME_LENGTH:
            paths_of[path.stem[:_NAME_LENGTH]].append(path)
    found = {name: paths_of[name] for name in names if name in paths_of}
    for name, paths in found.items():
        if len(paths) > 1:
            raise DatasetError(
                f"each recording must have one file of features, got {paths[0]} and {paths[1]} for {name}. "
                "Remove the one that does not belong there."
            )
    if not found:
        raise DatasetError(
            f"released features must be {SUFFIX} files named by their recordings, got {len(paths_of)} with other names "
            f"in {folder}. Name the folder of <subject>/<video>.npy; .npz segments for training cannot be imported."
        )
    return {name: paths[0] for name, paths in found.items()}


def read_windows(path: Path) -> Float[np.ndarray, "frames 17 columns 2"]:
    """The windows in a file, memory-mapped.

    Raises:
        DatasetError: when the file is no array of windows.
    """
    try:
        windows = np.lib.format.open_memmap(path, mode="r")
    except _UNREADABLE as error:
        raise DatasetError(f"released features must be a NumPy array, got {path} ({error}). Get it again.") from error
    is_shaped = windows.ndim == 4 and len(windows) > 0 and windows.shape[1::2] == (WINDOW, 2)
    if not is_shaped or not np.issubdtype(windows.dtype, np.floating):
        raise DatasetError(
            f"released features must be numbers in the shape (frames, {WINDOW}, columns, 2), got {windows.dtype} "
            f"{windows.shape} in {path}. Get the file again, or leave it out with --missing-recordings skip."
        )
    return np.asanyarray(windows)


def import_recording(recording: Recording, path: Path, store: FlowStore, settings: ReleasedSettings) -> bool:
    """Puts the features of a recording into the store; False when they are there already.

    Raises:
        DatasetError: when the file is no array of windows, has another number of them than the recording has frames,
            or contradicts `settings`.
        OSError: when the store cannot be written.
    """
    listing = _listing(path)
    if is_imported(recording, path, store):
        return False
    windows = read_windows(path)
    if len(windows) != recording.num_frames:
        raise DatasetError(
            f"released features must have one window per frame, got {len(windows)} for the {recording.num_frames} "
            f"frames of {recording.name} in {path}. Give the features and the annotations of one release."
        )
    band = band_of_windows(windows, settings, name=recording.name)
    source = FlowSource(kind=SourceKind.RELEASED_FEATURES, listing=listing, content=_content(path), landmarks="")
    store.write(recording, band, source)
    return True


def is_imported(recording: Recording, path: Path, store: FlowStore) -> bool:
    """Whether the store holds the features of a recording as they stand in its file.

    Raises:
        DatasetError: when the file cannot be read.
    """
    kept = store.source_of(recording)
    if kept is None or kept.kind is not SourceKind.RELEASED_FEATURES:
        return False
    return kept.listing == _listing(path) or kept.content == _content(path)


def _listing(path: Path) -> str:
    try:
        state = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return hashlib.blake2b(f"{path.name}\0{state.st_size}\0{state.st_mtime_ns}".encode(), digest_size=16).hexdigest()


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> DatasetError:
    return DatasetError(f"released features must be readable, but {path} gives: {error.strerror}. Get the file again.")
