"""The polynomial expansion of an image, Sec. 2 of [Farneback2003]: each neighbourhood as a polynomial of second degree.

    f(x, y) ~ r0 y + r1 x + r2 y^2 + r3 x^2 + r4 x y + constant

fitted with a Gaussian weight. The order of the coefficients is OpenCV's.
"""

from dataclasses import dataclass

import numpy as np

from spotformer_core.flow.estimation.compilation import compiled, compiled_in_place
from spotformer_core.flow.estimation.lanes import LANES, Flat, FlatWide, load, narrowed, spread, store, widened
from spotformer_core.flow.estimation.pyramid import COEFFICIENTS, Level
from spotformer_core.shapes import Float32


@dataclass(frozen=True, eq=False)
class Fit:
    """What the weighted fit of a polynomial comes down to.

    Attributes:
        kernels: the Gaussian g(k), k g(k) and k^2 g(k) for k = 0 .. poly_n.
        inverse: the elements of the inverse normal matrix by which moments become coefficients: that of the linear
            terms, that which couples a square with the constant, that of a square, that of x y; each for eight lanes.
    """

    kernels: Float32[np.ndarray, "3 taps"]
    inverse: FlatWide

    @classmethod
    def of(cls, poly_n: int, poly_sigma: float) -> "Fit":
        """The fit to 2 poly_n + 1 pixels a side under a Gaussian of `poly_sigma` pixels."""
        places = np.arange(-poly_n, poly_n + 1)
        gaussian = np.exp(-(places**2) / (2 * poly_sigma**2)).astype(np.float32).astype(float)
        gaussian = (gaussian / gaussian.sum()).astype(np.float32).astype(float)
        y, x = np.meshgrid(places, places, indexing="ij")
        basis = np.stack([np.ones_like(x), x, y, x**2, y**2, x * y]).reshape(6, -1).astype(float)
        inverse = np.linalg.inv(basis * np.outer(gaussian, gaussian).reshape(-1) @ basis.T)
        moments = np.stack([gaussian, places * gaussian, places**2 * gaussian])[:, poly_n:]
        elements = np.array([inverse[1, 1], inverse[0, 3], inverse[3, 3], inverse[5, 5]])
        return cls(kernels=moments.astype(np.float32), inverse=np.repeat(elements, LANES))


@compiled
def expand(
    image: Flat,
    kernels: Float32[np.ndarray, "3 taps"],
    inverse: FlatWide,
    level: Level,
    expansions: Flat,
) -> None:
    """Writes the expansion of one level.

    Args:
        image: the level's pixels row by row, flat, with slack behind them.
        kernels, inverse: of the `Fit`.
        expansions: flat, of all levels.
    """
    poly_n = kernels.shape[1] - 1
    padded = level.stride + 2 * poly_n + LANES
    sums = np.zeros(3 * padded, np.float32)
    for y in range(level.size):
        _sum_columns(image, kernels, level.size, y, sums, poly_n, padded)
        _extend_both_ways(sums, poly_n, level.size, padded)
        at = level.expansion_at + y * COEFFICIENTS * level.stride
        for x in range(0, level.size, LANES):
            _fit(sums, poly_n + x, padded, kernels, inverse, expansions, at + x, level.stride)


@compiled
def _sum_columns(
    image: Flat, kernels: Float32[np.ndarray, "3 taps"], size: int, y: int, sums: Flat, at: int, padded: int
) -> None:
    """The moments of every column: weighted with g, k g and k^2 g."""
    for x in range(0, size, LANES):
        even = load(image, y * size + x) * spread(kernels[0, 0])
        odd, square = spread(0.0), spread(0.0)
        for k in range(1, kernels.shape[1]):
            above, below = load(image, max(y - k, 0) * size + x), load(image, min(y + k, size - 1) * size + x)
            both = above + below
            even = even + spread(kernels[0, k]) * both
            odd = odd + spread(kernels[1, k]) * (below - above)
            square = square + spread(kernels[2, k]) * both
        store(sums, at + x, even)
        store(sums, padded + at + x, odd)
        store(sums, 2 * padded + at + x, square)


@compiled
def _extend_both_ways(sums: Flat, begin: int, size: int, padded: int) -> None:
    for start in range(0, 3 * padded, padded):
        for step in range(begin):
            sums[start + step] = sums[start + begin]
            sums[start + begin + size + step] = sums[start + begin + size - 1]


@compiled_in_place
def _fit(
    sums: Flat,
    at: int,
    padded: int,
    kernels: Float32[np.ndarray, "3 taps"],
    inverse: FlatWide,
    expansions: Flat,
    to: int,
    stride: int,
) -> None:
    """Eight pixels of one row: their moments, then their coefficients."""
    odd_at, square_at = at + padded, at + 2 * padded
    weight = spread(kernels[0, 0])
    one, y = widened(load(sums, at) * weight), widened(load(sums, odd_at) * weight)
    yy = widened(load(sums, square_at) * weight)
    x, xx, xy = widened(spread(0.0)), widened(spread(0.0)), widened(spread(0.0))
    for k in range(1, kernels.shape[1]):
        weight, odd, square = spread(kernels[0, k]), spread(kernels[1, k]), spread(kernels[2, k])
        left, right = load(sums, at - k), load(sums, at + k)
        both = widened(left + right)
        one = one + both * widened(weight)
        xx = xx + both * widened(square)
        x = x + widened((right - left) * odd)
        left, right = load(sums, odd_at - k), load(sums, odd_at + k)
        y = y + widened((left + right) * weight)
        xy = xy + widened((right - left) * odd)
        yy = yy + widened((load(sums, square_at - k) + load(sums, square_at + k)) * weight)
    constant = one * load(inverse, LANES)
    store(expansions, to, narrowed(y * load(inverse, 0)))
    store(expansions, to + stride, narrowed(x * load(inverse, 0)))
    store(expansions, to + 2 * stride, narrowed(constant + yy * load(inverse, 2 * LANES)))
    store(expansions, to + 3 * stride, narrowed(constant + xx * load(inverse, 2 * LANES)))
    store(expansions, to + 4 * stride, narrowed(xy * load(inverse, 3 * LANES)))
