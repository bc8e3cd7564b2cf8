"""Frame scores on disk: one Arrow file per finished fold, so that decoding never needs training again."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from spotformer_core.atomic_files import written_whole
from spotformer_core.errors import StudyError
from spotformer_core.shapes import Float32

_SCORES = "scores"
_RECORDING = "recording"


def write_scores(path: Path, scores: Mapping[str, Float32[np.ndarray, "frames kinds channels"]]) -> None:
    """Writes the frame scores of several recordings, by name; the file appears whole or not at all."""
    shape = next(iter(scores.values())).shape[1:]
    kind = pa.fixed_shape_tensor(pa.float32(), shape)
    schema = pa.schema([(_RECORDING, pa.string()), (_SCORES, kind)])
    with (
        written_whole(path) as temporary,
        pa.OSFile(str(temporary), "wb") as sink,
        pa.ipc.new_file(sink, schema) as file,
    ):
        for name, values in scores.items():
            flat = pa.array(np.ascontiguousarray(values, np.float32).reshape(-1))
            storage = pa.FixedSizeListArray.from_arrays(flat, int(np.prod(shape)))
            column = pa.ExtensionArray.from_storage(kind, storage)
            file.write_batch(pa.record_batch([pa.array([name] * len(values)), column], schema=schema))


def read_scores(path: Path) -> dict[str, Float32[np.ndarray, "frames kinds channels"]]:
    """The frame scores that `write_scores` wrote, memory-mapped.

    Raises:
        StudyError: when the file is missing or damaged, or holds a score that is no finite number.
    """
    try:
        file = pa.ipc.open_file(pa.memory_map(str(path), "r"))
        batches = [file.get_batch(index) for index in range(file.num_record_batches)]
    except (pa.ArrowInvalid, OSError) as error:
        raise _unusable(path, str(error)) from error
    scores = {batch.column(0)[0].as_py(): batch.column(1).to_numpy_ndarray() for batch in batches}
    for name, values in scores.items():
        if not np.isfinite(values).all():
            raise _unusable(path, f"scores of {name} that are no finite numbers")
    return scores


def _unusable(path: Path, got: str) -> StudyError:
    return StudyError(
        f"{path} must hold the frame scores of a finished fold, got: {got}. "
        "Delete the journal's line of that fold to train it again."
    )
