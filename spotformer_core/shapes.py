"""The one legend of array shapes.

Axis names, the same everywhere:

    frames    positions in a recording
    steps     s = 1..S of a flow band: flow from frame a to frame a + s
    regions   the regions of the facial graph (ten, or more with extras), in the order of `flow.regions`
    window    w frames around the judged frame
    batch     windows in one batch
    width     hidden dimension D of [Deng2024]
    kinds     macro, micro: the order of `ExpressionKind`
    channels  onset, apex, offset, expression, neutral: the order of `datasets.frame_channels.Channel`

Shapes stand in signatures as jaxtyping types and are checked under pytest only (`--jaxtyping-packages` in
pyproject.toml). jaxtyping is not needed to run the core: without it the annotations mean just the array type.
"""

try:
    from jaxtyping import Bool, Float, Float16, Float32, Int, Int64, UInt8
except ImportError:

    class _Unchecked:
        def __class_getitem__(cls, item: tuple[type, str]) -> type:
            return item[0]

    Bool = Float = Float16 = Float32 = Int = Int64 = UInt8 = _Unchecked  # type: ignore[assignment]

__all__ = ["Bool", "Float", "Float16", "Float32", "Int", "Int64", "UInt8"]
