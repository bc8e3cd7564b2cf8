"""Named tensors and a few strings in one file, in the safetensors format: numbers only, nothing that can be executed.

    8 bytes           length n of the header, little-endian
    n bytes           JSON: name to {dtype, shape, data_offsets}, and "__metadata__" to strings
    the rest          the tensors one after another, little-endian, without gaps

The format is open and small; the tensors can be read by any other implementation of it. Written here because the core
needs nothing else of the safetensors package.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from spotformer_core.atomic_files import written_whole
from spotformer_core.errors import InvalidValueError, require
from spotformer_core.limited_files import read_limited

_LONGEST_HEADER = 100_000_000
"""Bytes; the bound that other readers of the format set."""

_MOST_FILE_BYTES = 4 << 30
"""A thousand times the weights of the published network."""

_METADATA = "__metadata__"
_DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}


@dataclass(frozen=True, slots=True)
class TensorFile:
    """What a file holds."""

    tensors: dict[str, Tensor]
    metadata: dict[str, str]


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Puts all of them at `path` in one step, in place of what was there.

    Raises:
        InvalidValueError: on a machine that is not little-endian, or for a type of number that the format lacks.
    """
    require(sys.byteorder == "little", "the byte order", "little-endian", sys.byteorder, "Use another machine.")
    header: dict[str, Any] = {_METADATA: dict(metadata)}
    offset = 0
    for name, tensor in tensors.items():
        require(tensor.dtype in _NAMES, f"the type of {name}", f"one of {sorted(_DTYPES)}", tensor.dtype, "Convert it.")
        size = tensor.numel() * tensor.element_size()
        header[name] = {
            "dtype": _NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + size],
        }
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with written_whole(path) as temporary, temporary.open("wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for tensor in tensors.values():
            file.write(_bytes(tensor).numpy().tobytes())


def read_tensors(path: Path) -> TensorFile:
    """What `write_tensors` wrote, on the CPU.

    Raises:
        InvalidValueError: when the file is damaged or of another format.
        OSError: when it cannot be read, is no regular file or has more than 4 GiB.
    """
    content = read_limited(path, most_bytes=_MOST_FILE_BYTES)
    length = int.from_bytes(content[:8], "little")
    _require_whole(len(content) >= 8 and length <= min(len(content) - 8, _LONGEST_HEADER), path, "its header")
    try:
        header = json.loads(content[8 : 8 + length])
        metadata = {str(key): str(value) for key, value in header.pop(_METADATA, {}).items()}
        entries = {name: (_DTYPES[e["dtype"]], tuple(e["shape"]), *e["data_offsets"]) for name, e in header.items()}
        ends = [0, *(stop for *_, stop in entries.values())]
        sizes = [_num_bytes(dtype, shape) for dtype, shape, *_ in entries.values()]
        starts = [start for *_, start, _ in entries.values()]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(path, "its header") from error
    data = content[8 + length :]
    fits = starts == ends[:-1] and sizes == [stop - start for start, stop in zip(starts, ends[1:], strict=True)]
    _require_whole(fits and ends[-1] == len(data), path, "its tensors")
    tensors = {
        name: torch.frombuffer(bytearray(data[start:stop]), dtype=torch.uint8).view(dtype).view(shape)
        if stop > start
        else torch.empty(shape, dtype=dtype)
        for name, (dtype, shape, start, stop) in entries.items()
    }
    return TensorFile(tensors, metadata)


def _bytes(tensor: Tensor) -> Tensor:
    return tensor.detach().cpu().contiguous().view(-1).view(torch.uint8)


def _num_bytes(dtype: torch.dtype, shape: tuple[Any, ...]) -> int:
    if not all(isinstance(size, int) and size >= 0 for size in shape):
        raise ValueError(shape)
    return int(np.prod(shape, dtype=np.int64)) * dtype.itemsize


def _require_whole(condition: bool, path: Path, part: str) -> None:  # noqa: FBT001  reads as a sentence
    if not condition:
        raise _damaged(path, part)


def _damaged(path: Path, part: str) -> InvalidValueError:
    return InvalidValueError(f"{path} must be a whole safetensors file, got a damaged one ({part}). Delete it.")
