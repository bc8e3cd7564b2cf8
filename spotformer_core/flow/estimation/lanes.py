"""Eight neighbouring pixels as one value inside compiled functions: `Lanes`, eight float32 side by side.

Left to the compiler, the inner steps of Farneback are not vectorised: a loop over ten arrays needs more proofs that
these do not overlap than LLVM is willing to check. A type of its own for eight pixels leaves nothing to be recognised;
LLVM maps it to what the processor has (AVX, SSE, NEON).

    +  -  *  /            lane by lane; `Flags & Flags` joins conditions
    load, store, gather   check no bounds: their callers keep `LANES` elements of slack around what is read
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.extending import intrinsic, models, overload, register_model

from spotformer_core.shapes import Float32

LANES = 8

Flat = Float32[np.ndarray, " _"]
"""Pixels of one or several planes, row after row."""

_FLOATS = ir.VectorType(ir.FloatType(), LANES)
_INTS = ir.VectorType(ir.IntType(32), LANES)
_FLAGS = ir.VectorType(ir.IntType(1), LANES)
_ELEMENT_BYTES = 4


class _LanesType(types.Type):
    """Eight float32."""


class _FlagsType(types.Type):
    """Eight truth values, one per lane."""


_lanes = _LanesType("Lanes")
_flags = _FlagsType("Flags")


@register_model(_LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, declared: Any) -> None:
        super().__init__(manager, declared, _FLOATS)  # type: ignore[no-untyped-call]


@register_model(_FlagsType)
class _FlagsModel(models.PrimitiveModel):
    def __init__(self, manager: Any, declared: Any) -> None:
        super().__init__(manager, declared, _FLAGS)  # type: ignore[no-untyped-call]


def _operation(declared: Callable[..., Any]) -> Callable[..., Any]:
    """An operation inside compiled functions; `declared` gives its signature and generates its code."""
    return intrinsic(declared)


def _call(builder: Any, name: str, *operands: Any) -> Any:
    kind = ir.FunctionType(_FLOATS, [operand.type for operand in operands])
    function = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
        builder.module, kind, f"llvm.{name}.v{LANES}f32"
    )
    return builder.call(function, operands)


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, at: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [at])


def _broadcast(builder: Any, scalar: Any, vector_type: Any) -> Any:
    vector = ir.Constant(vector_type, ir.Undefined)
    for lane in range(LANES):
        vector = builder.insert_element(vector, scalar, ir.Constant(ir.IntType(32), lane))
    return vector


@_operation
def load(_typing: Any, array: Any, _at: Any) -> Any:
    """Elements at, at + 1, ... of a flat float32 array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, signature.args[0], *arguments)
        loaded = builder.load(builder.bitcast(pointer, _FLOATS.as_pointer()), typ=_FLOATS)
        loaded.align = _ELEMENT_BYTES
        return loaded

    return _lanes(array, types.intp), generate


@_operation
def store(_typing: Any, array: Any, _at: Any, lanes: Any) -> Any:
    """Writes elements at, at + 1, ... of a flat float32 array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], builder.bitcast(pointer, _FLOATS.as_pointer()), align=_ELEMENT_BYTES)
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes), generate


@_operation
def gather(_typing: Any, array: Any, _start: Any, offsets: Any) -> Any:
    """The elements of a flat float32 array at start + offset; the offsets are lanes with whole numbers."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        base = _pointer(context, builder, signature.args[0], *arguments[:2])
        whole = builder.fptosi(arguments[2], _INTS)
        result = ir.Constant(_FLOATS, ir.Undefined)
        for lane in range(LANES):
            index = ir.Constant(ir.IntType(32), lane)
            offset = builder.sext(builder.extract_element(whole, index), ir.IntType(64))
            result = builder.insert_element(result, builder.load(builder.gep(base, [offset])), index)
        return result

    return _lanes(array, types.intp, offsets), generate


@_operation
def spread(_typing: Any, scalar: Any) -> Any:
    """A number in every lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        narrow = context.cast(builder, arguments[0], signature.args[0], types.float32)
        return _broadcast(builder, narrow, _FLOATS)

    return _lanes(scalar), generate


@_operation
def count_from(_typing: Any, scalar: Any) -> Any:
    """scalar, scalar + 1, ... scalar + 7."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        narrow = context.cast(builder, arguments[0], signature.args[0], types.float32)
        steps = ir.Constant(_FLOATS, [float(lane) for lane in range(LANES)])
        return builder.fadd(_broadcast(builder, narrow, _FLOATS), steps)

    return _lanes(scalar), generate


@_operation
def first_of(_typing: Any, lanes: Any) -> Any:
    """The number in the first lane."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.extract_element(arguments[0], ir.Constant(ir.IntType(32), 0))

    return types.float32(lanes), generate


@_operation
def multiply_add(_typing: Any, factor: Any, other: Any, addend: Any) -> Any:
    """Factor * other + addend, rounded once."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return _call(builder, "fma", *arguments)

    return _lanes(factor, other, addend), generate


@_operation
def floor(_typing: Any, lanes: Any) -> Any:
    """The largest whole numbers that are not larger."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return _call(builder, "floor", *arguments)

    return _lanes(lanes), generate


@_operation
def smaller(_typing: Any, lanes: Any, others: Any) -> Any:
    """The smaller number of each lane."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", *arguments), *arguments)

    return _lanes(lanes, others), generate


@_operation
def larger(_typing: Any, lanes: Any, others: Any) -> Any:
    """The larger number of each lane."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", *arguments), *arguments)

    return _lanes(lanes, others), generate


@_operation
def choose(_typing: Any, flags: Any, lanes: Any, others: Any) -> Any:
    """`lanes` where the flag is set, `others` elsewhere."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.select(*arguments)

    return _lanes(flags, lanes, others), generate


@_operation
def all_set(_typing: Any, flags: Any) -> Any:
    """Whether every flag is set."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        bits = builder.bitcast(arguments[0], ir.IntType(LANES))
        return builder.icmp_unsigned("==", bits, ir.Constant(bits.type, -1))

    return types.boolean(flags), generate


def _binary(emit: str, operand: types.Type, result: types.Type, *details: str) -> Any:
    @_operation
    def of_both(_typing: Any, _left: Any, _right: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return getattr(builder, emit)(*details, *arguments)

        return result(operand, operand), generate

    return of_both


def _define(symbol: Any, operand: types.Type, of_both: Any) -> None:
    # Lambdas: numba compares the annotations of an overload with those of its implementation.
    implement = lambda left, right: of_both(left, right)  # noqa: E731
    overload(symbol)(lambda left, right: implement if (left, right) == (operand, operand) else None)


for _symbol, _emit in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _define(_symbol, _lanes, _binary(_emit, _lanes, _lanes))
for _symbol, _relation in ((operator.lt, "<"), (operator.ge, ">="), (operator.eq, "==")):
    _define(_symbol, _lanes, _binary("fcmp_ordered", _lanes, _flags, _relation))
_define(operator.and_, _flags, _binary("and_", _flags, _flags))
