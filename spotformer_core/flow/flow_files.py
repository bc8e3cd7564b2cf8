"""The Arrow file that holds the flow of a recording, or of a stretch of it.

One fixed-shape tensor column `flow` (S, R, 2) float16 in one record batch, so that it can be mapped into memory as one
array; what the flow was made from stands as JSON in the schema's metadata. Equal flow and metadata give equal bytes.
"""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa

from spotformer_core import __version__
from spotformer_core.atomic_files import written_whole
from spotformer_core.errors import FlowStoreError
from spotformer_core.shapes import Float16

_METADATA_KEY = b"spotformer"
_FLOW = "flow"


def write_flow(path: Path, flow: Float16[np.ndarray, "frames steps regions 2"], metadata: dict[str, Any]) -> None:
    """Writes the file at `path`; it appears whole or not at all.

    Raises:
        OSError: when it cannot be written, for instance on a full disk.
    """
    kind = pa.fixed_shape_tensor(pa.float16(), flow.shape[1:])
    values = pa.array(np.ascontiguousarray(flow).reshape(-1), pa.float16())
    storage = pa.FixedSizeListArray.from_arrays(values, int(np.prod(flow.shape[1:])))
    schema = pa.schema([(_FLOW, kind)], metadata={_METADATA_KEY: json.dumps(metadata, sort_keys=True)})
    column = pa.ExtensionArray.from_storage(kind, storage)
    with (
        written_whole(path) as temporary,
        pa.OSFile(str(temporary), "wb") as sink,
        pa.ipc.new_file(sink, schema) as writer,
    ):
        writer.write_batch(pa.record_batch([column], schema=schema))


def map_flow(path: Path) -> Float16[np.ndarray, "frames steps regions 2"]:
    """The flow in the file, memory-mapped and read-only: nothing is copied until it is used.

    Raises:
        FlowStoreError: when the file is missing or damaged.
    """
    try:
        flow: np.ndarray = _open(path).get_batch(0).column(_FLOW).to_numpy_ndarray()
    except (pa.ArrowException, ValueError, KeyError, AttributeError) as error:
        raise _damaged(path, error) from error
    return flow


def read_metadata(path: Path) -> dict[str, Any]:
    """What was written beside the flow.

    Raises:
        FlowStoreError: when the file is missing or damaged.
    """
    metadata = _open(path).schema.metadata or {}
    try:
        return dict(json.loads(metadata[_METADATA_KEY]))
    except (KeyError, ValueError) as error:
        raise _damaged(path, error) from error


def versions() -> dict[str, str]:
    """The versions that decide, or help to explain, the numbers of flow made now."""
    return {"spotformer_core": __version__, "opencv": cv2.__version__, "numpy": np.__version__}


def _open(path: Path) -> pa.ipc.RecordBatchFileReader:
    try:
        return pa.ipc.open_file(pa.memory_map(str(path), "r"))
    except FileNotFoundError:
        raise FlowStoreError(
            f"the flow store must hold {path.name}, but {path.parent} does not. "
            "Run `python -m platform.extract` for this dataset first."
        ) from None
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> FlowStoreError:
    return FlowStoreError(f"{path} must be an Arrow file of a flow store, got: {error}. Delete it and extract again.")
