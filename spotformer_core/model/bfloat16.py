"""Numbers in compiled loops over tensors of float32 or of bfloat16, whose bits stand in arrays of uint16.

A bfloat16 is the upper half of a float32, so reading one is a shift. Writing rounds to the nearest, halves to even, as
PyTorch does.
"""

from typing import Any, no_type_check

import numba
import numpy as np
from numba import types
from numba.extending import overload


def as_float(stored: Any) -> Any:
    """An element of an array as float32."""
    return np.uint32(np.uint32(stored) << np.uint32(16)).view(np.float32) if isinstance(stored, np.uint16) else stored


def as_stored(number: Any, array: Any) -> Any:
    """A float32 as an element of `array`."""
    return _upper_half(number) if array.dtype == np.uint16 else number


@numba.njit(nogil=True)
@no_type_check
def _upper_half(number: np.float32) -> np.uint16:
    bits = np.float32(number).view(np.uint32)
    is_odd = np.uint32(np.uint32(bits >> np.uint32(16)) & np.uint32(1))
    rounded = np.uint16(np.uint32(bits + np.uint32(0x7FFF) + is_odd) >> np.uint32(16))
    # Adding to the bits of what is no number could make one of it.
    return np.uint16(0x7FC0) if np.isnan(number) else rounded


def _reading(stored: Any) -> Any:
    if isinstance(stored, types.Integer):
        return lambda stored: np.uint32(np.uint32(stored) << np.uint32(16)).view(np.float32)
    return lambda stored: stored


def _writing(array: Any) -> Any:
    if isinstance(array.dtype, types.Integer):
        return lambda number, array: _upper_half(number)  # noqa: ARG005  names must be those of `as_stored`
    return lambda number, array: number  # noqa: ARG005


# Lambdas: numba compares the annotations of an overload with those of its implementation.
overload(as_float)(lambda stored: _reading(stored))
overload(as_stored)(lambda number, array: _writing(array))  # noqa: ARG005
