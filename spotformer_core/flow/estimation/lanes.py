"""Eight neighbouring pixels as one value inside compiled functions: `Lanes`, eight float32 side by side.

Left to the compiler, the inner steps of Farneback are not vectorised: a loop over ten arrays needs more proofs that
these do not overlap than LLVM is willing to check. A type of its own for eight pixels leaves nothing to be recognised;
LLVM maps it to what the processor has (AVX, SSE, NEON). `WideLanes` are eight float64, for sums that later cancel.

    +  -  *  /            lane by lane; `Flags & Flags` joins conditions
    load, store, gather   check no bounds: their callers keep `LANES` elements of slack around what is read

What is not an operator and not about memory stands in `lane_functions`.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import types
from numba.extending import intrinsic, models, overload, register_model

from spotformer_core.shapes import Float, Float32

LANES = 8

Flat = Float32[np.ndarray, " _"]
"""Pixels of one or several planes, row after row."""
FlatWide = Float[np.ndarray, " _"]

FLOATS = ir.VectorType(ir.FloatType(), LANES)
DOUBLES = ir.VectorType(ir.DoubleType(), LANES)
FLAGS = ir.VectorType(ir.IntType(1), LANES)
_INTS = ir.VectorType(ir.IntType(32), LANES)


class _VectorType(types.Type):
    """A value of eight parts; `vector` is what LLVM calls it."""

    def __init__(self, name: str, vector: Any) -> None:
        super().__init__(name)
        self.vector = vector


class _LanesType(_VectorType):
    """Eight float32."""


class _WideLanesType(_VectorType):
    """Eight float64."""


class _FlagsType(_VectorType):
    """Eight truth values."""


LANES_TYPE = _LanesType("Lanes", FLOATS)
WIDE_LANES_TYPE = _WideLanesType("WideLanes", DOUBLES)
FLAGS_TYPE = _FlagsType("Flags", FLAGS)


@register_model(_LanesType)
@register_model(_WideLanesType)
@register_model(_FlagsType)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager: Any, declared: Any) -> None:
        super().__init__(manager, declared, declared.vector)  # type: ignore[no-untyped-call]


def operation(declared: Callable[..., Any]) -> Callable[..., Any]:
    """An operation inside compiled functions; `declared` gives its signature and generates its code."""
    return intrinsic(declared)


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, at: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [at])


def _element_bytes(array_type: Any) -> int:
    return int(array_type.dtype.bitwidth) // 8


def _broadcast(builder: Any, scalar: Any) -> Any:
    vector = ir.Constant(FLOATS, ir.Undefined)
    for lane in range(LANES):
        vector = builder.insert_element(vector, scalar, ir.Constant(ir.IntType(32), lane))
    return vector


@operation
def load(_typing: Any, array: Any, _at: Any) -> Any:
    """Elements at, at + 1, ... of a flat array: lanes of a float32 array, wide lanes of a float64 array."""
    result = LANES_TYPE if array.dtype == types.float32 else WIDE_LANES_TYPE

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, signature.args[0], *arguments)
        loaded = builder.load(builder.bitcast(pointer, result.vector.as_pointer()), typ=result.vector)
        loaded.align = _element_bytes(array)
        return loaded

    return result(array, types.intp), generate


@operation
def store(_typing: Any, array: Any, _at: Any, lanes: Any) -> Any:
    """Writes elements at, at + 1, ... of a flat array: lanes to a float32 array, wide lanes to a float64 array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, signature.args[0], *arguments[:2])
        pointer = builder.bitcast(pointer, lanes.vector.as_pointer())
        builder.store(arguments[2], pointer, align=_element_bytes(array))
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes), generate


@operation
def gather(_typing: Any, array: Any, _start: Any, offsets: Any) -> Any:
    """The elements of a flat float32 array at start + offset; the offsets are lanes with whole numbers."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        base = _pointer(context, builder, signature.args[0], *arguments[:2])
        whole = builder.fptosi(arguments[2], _INTS)
        result = ir.Constant(FLOATS, ir.Undefined)
        for lane in range(LANES):
            index = ir.Constant(ir.IntType(32), lane)
            offset = builder.sext(builder.extract_element(whole, index), ir.IntType(64))
            result = builder.insert_element(result, builder.load(builder.gep(base, [offset])), index)
        return result

    return LANES_TYPE(array, types.intp, offsets), generate


@operation
def spread(_typing: Any, scalar: Any) -> Any:
    """A number in every lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        narrow = context.cast(builder, arguments[0], signature.args[0], types.float32)
        return _broadcast(builder, narrow)

    return LANES_TYPE(scalar), generate


@operation
def count_from(_typing: Any, scalar: Any) -> Any:
    """scalar, scalar + 1, ... scalar + 7."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        narrow = context.cast(builder, arguments[0], signature.args[0], types.float32)
        steps = ir.Constant(FLOATS, [float(lane) for lane in range(LANES)])
        return builder.fadd(_broadcast(builder, narrow), steps)

    return LANES_TYPE(scalar), generate


@operation
def first_of(_typing: Any, lanes: Any) -> Any:
    """The number in the first lane."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.extract_element(arguments[0], ir.Constant(ir.IntType(32), 0))

    return types.float32(lanes), generate


@operation
def widened(_typing: Any, lanes: Any) -> Any:
    """The same numbers as float64."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.fpext(arguments[0], DOUBLES)

    return WIDE_LANES_TYPE(lanes), generate


@operation
def narrowed(_typing: Any, wide_lanes: Any) -> Any:
    """The same numbers rounded to float32."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.fptrunc(arguments[0], FLOATS)

    return LANES_TYPE(wide_lanes), generate


def _binary(emit: str, operand: types.Type, result: types.Type, *details: str) -> Any:
    @operation
    def of_both(_typing: Any, _left: Any, _right: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return getattr(builder, emit)(*details, *arguments)

        return result(operand, operand), generate

    return of_both


def _define(symbol: Any, operand: types.Type, of_both: Any) -> None:
    # Lambdas: numba compares the annotations of an overload with those of its implementation.
    implement = lambda left, right: of_both(left, right)  # noqa: E731
    overload(symbol)(lambda left, right: implement if (left, right) == (operand, operand) else None)


for _operand in (LANES_TYPE, WIDE_LANES_TYPE):
    for _symbol, _emit in {
        operator.add: "fadd",
        operator.sub: "fsub",
        operator.mul: "fmul",
        operator.truediv: "fdiv",
    }.items():
        _define(_symbol, _operand, _binary(_emit, _operand, _operand))
for _symbol, _relation in {operator.lt: "<", operator.ge: ">=", operator.eq: "=="}.items():
    _define(_symbol, LANES_TYPE, _binary("fcmp_ordered", LANES_TYPE, FLAGS_TYPE, _relation))
_define(operator.and_, FLAGS_TYPE, _binary("and_", FLAGS_TYPE, FLAGS_TYPE))
