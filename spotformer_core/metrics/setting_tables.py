"""Counts under many settings: an epoch whose frame scores are stored, a decoding, and an apex threshold of each kind.

Table and settings of a fold lie in one .npz file beside its frame scores, so that a journal stays small.
"""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from spotformer_core.atomic_files import written_whole
from spotformer_core.config import DecodingConfig
from spotformer_core.errors import StudyError
from spotformer_core.metrics.conventions import STRICT, Convention
from spotformer_core.metrics.protocols import Setting
from spotformer_core.metrics.threshold_counts import Scored, threshold_counts
from spotformer_core.shapes import Int


def all_settings(epochs: Sequence[int], *, num_decodings: int) -> tuple[Setting, ...]:
    """Every decoding of every epoch: epochs in the order given, decodings rising."""
    return tuple(Setting(epoch=epoch, decoding=decoding) for epoch in epochs for decoding in range(num_decodings))


def setting_table(
    recordings_by_epoch: Mapping[int, Sequence[Scored]],
    settings: Sequence[Setting],
    *,
    decodings: Sequence[DecodingConfig],
    thresholds: Sequence[float],
    convention: Convention = STRICT,
) -> Int[np.ndarray, "settings kinds thresholds 3"]:
    """TP, FP and FN of each kind under each setting at each apex threshold, summed over recordings.

    Args:
        recordings_by_epoch: the same recordings with the frame scores of every epoch that a setting names.
        decodings: by the number that settings give them; their apex thresholds are not used.
    """
    return np.stack(
        [
            threshold_counts(recordings_by_epoch[one.epoch], thresholds, decodings[one.decoding], convention)
            for one in settings
        ]
    )


def write_setting_table(
    path: Path, settings: Sequence[Setting], table: Int[np.ndarray, "settings kinds thresholds 3"]
) -> None:
    """Writes the table of a fold; the file appears whole or not at all."""
    numbers = np.array([(one.epoch, one.decoding) for one in settings], np.int32)
    with written_whole(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, settings=numbers, counts=table.astype(np.int32))


def read_setting_table(
    path: Path, settings: Sequence[Setting]
) -> Int[np.ndarray, "settings kinds thresholds 3"] | None:
    """The table that `write_setting_table` wrote, or None where there is none or it is one of other settings.

    Raises:
        StudyError: when the file is damaged.
    """
    if not path.is_file():
        return None
    try:
        # Opened here, since NumPy leaves a damaged file open.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            numbers, table = file["settings"], file["counts"]
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise StudyError(
            f"{path} must hold the counts of a finished fold, got: {error}. "
            "Delete it: it is made anew from the frame scores beside it."
        ) from error
    same = numbers.tolist() == [[one.epoch, one.decoding] for one in settings]
    return table.astype(np.int64) if same else None
