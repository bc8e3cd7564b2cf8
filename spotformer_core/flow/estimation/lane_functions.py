"""Functions of eight pixels side by side, inside compiled functions; see `lanes`."""

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types

from spotformer_core.flow.estimation.lanes import LANES, WIDE_LANES_TYPE, operation


def _call(builder: Any, name: str, operand_type: Any, operands: Any) -> Any:
    """Calls one of LLVM's functions that exist for every type."""
    kind = ir.FunctionType(operand_type.vector, [operand_type.vector for _ in operands])
    width = "f64" if operand_type == WIDE_LANES_TYPE else "f32"
    function = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
        builder.module, kind, f"llvm.{name}.v{LANES}{width}"
    )
    return builder.call(function, operands)


@operation
def multiply_add(_typing: Any, factor: Any, other: Any, addend: Any) -> Any:
    """Factor * other + addend, rounded once."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return _call(builder, "fma", factor, arguments)

    return factor(factor, other, addend), generate


@operation
def floor(_typing: Any, lanes: Any) -> Any:
    """The largest whole numbers that are not larger."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return _call(builder, "floor", lanes, arguments)

    return lanes(lanes), generate


@operation
def smaller(_typing: Any, lanes: Any, others: Any) -> Any:
    """The smaller number of each lane."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", *arguments), *arguments)

    return lanes(lanes, others), generate


@operation
def larger(_typing: Any, lanes: Any, others: Any) -> Any:
    """The larger number of each lane."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", *arguments), *arguments)

    return lanes(lanes, others), generate


@operation
def choose(_typing: Any, flags: Any, lanes: Any, others: Any) -> Any:
    """`lanes` where the flag is set, `others` elsewhere."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.select(*arguments)

    return lanes(flags, lanes, others), generate


@operation
def all_set(_typing: Any, flags: Any) -> Any:
    """Whether every flag is set."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        bits = builder.bitcast(arguments[0], ir.IntType(LANES))
        return builder.icmp_unsigned("==", bits, ir.Constant(bits.type, -1))

    return types.boolean(flags), generate
