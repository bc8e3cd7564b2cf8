"""The images of a pyramid: smoothed by a Gaussian and made smaller, as OpenCV's Farneback does it.

Both steps are weighted sums of neighbouring pixels, so that together they are one for each pixel of the smaller image;
what would be smoothed and thrown away is not computed.
"""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from spotformer_core.flow.estimation.compilation import compiled
from spotformer_core.flow.estimation.lane_functions import all_set, multiply_add
from spotformer_core.flow.estimation.lanes import LANES, Flat, count_from, first_of, gather, load, spread, store
from spotformer_core.shapes import Float, Float32, UInt8


@dataclass(frozen=True, eq=False)
class Smoothing:
    """How rows (and columns) of a face become those of all levels.

    Attributes:
        starts: per level and row, the first row of the face that counts.
        weights: per level, tap and row, the weight of the row that lies so many behind the first.
        num_taps: per level; weights of later taps are zero.
    """

    starts: Float32[np.ndarray, "levels side"]
    weights: Float32[np.ndarray, "levels taps side"]
    num_taps: tuple[int, ...]

    @classmethod
    def of(cls, sizes: tuple[int, ...]) -> "Smoothing":
        """For levels of these sides in pixels, the face's own first."""
        tables = [_sums_of_rows(sizes[0], size, level) for level, size in enumerate(sizes)]
        spans = [max(int(np.ptp(np.flatnonzero(row))) + 1 for row in table) for table in tables]
        starts = np.zeros((len(sizes), sizes[0] + LANES), np.float32)
        weights = np.zeros((len(sizes), max(spans), sizes[0] + LANES), np.float32)
        for level, (table, span) in enumerate(zip(tables, spans, strict=True)):
            for row, sums in enumerate(table):
                start = min(int(np.flatnonzero(sums)[0]), sizes[0] - span)
                starts[level, row] = start
                weights[level, :span, row] = sums[start : start + span]
        return cls(starts=starts, weights=weights, num_taps=tuple(spans))


class SmoothingOfLevel(NamedTuple):
    """The part of a `Smoothing` that belongs to one level, inside compiled code."""

    starts: Flat
    weights: Float32[np.ndarray, "taps side"]
    num_taps: int


def _sums_of_rows(face_size: int, size: int, level: int) -> Float[np.ndarray, "side face"]:
    """The weight of every row of the face in every row of a level."""
    sigma = (2.0**level - 1) / 2
    side = max(round(5 * sigma) | 1, 3)
    kernel = cv2.getGaussianKernel(side, sigma)[:, 0]
    places = (np.arange(size) + 0.5) * (face_size / size) - 0.5
    sums = np.zeros((size, face_size))
    for row, place in enumerate(places):
        for cell, share in ((int(place), 1 - place % 1), (int(place) + 1, place % 1)):
            for tap, weight in enumerate(kernel if share > 0 else ()):
                # OpenCV mirrors the image at its border, whose pixels it does not repeat.
                mirrored = abs(cell + tap - side // 2)
                sums[row, min(mirrored, 2 * (face_size - 1) - mirrored)] += share * weight
    return sums


@compiled
def smooth(sharp: Flat, face_size: int, size: int, of_level: SmoothingOfLevel, image: Flat) -> None:
    """Writes the image of one level, row by row, from that of the face; both have slack behind them."""
    line = np.zeros(face_size + 2 * LANES, np.float32)
    for y in range(size):
        start = int(of_level.starts[y])
        for x in range(0, face_size, LANES):
            total = spread(0.0)
            for tap in range(of_level.num_taps):
                pixels = load(sharp, (start + tap) * face_size + x)
                total = multiply_add(spread(of_level.weights[tap, y]), pixels, total)
            store(line, x, total)
        _smooth_line(line, size, of_level, image, y * size)


@compiled
def _smooth_line(line: Flat, size: int, of_level: SmoothingOfLevel, image: Flat, at: int) -> None:
    weights = of_level.weights.reshape(-1)
    stride = of_level.weights.shape[1]
    for x in range(0, size, LANES):
        starts = load(of_level.starts, x)
        begin = int(first_of(starts))
        are_neighbours = all_set(starts == count_from(begin))
        total = spread(0.0)
        for tap in range(of_level.num_taps):
            pixels = load(line, begin + tap) if are_neighbours else gather(line, tap, starts)
            total = multiply_add(load(weights, tap * stride + x), pixels, total)
        store(image, at + x, total)


def as_floats(face: UInt8[np.ndarray, "size size"]) -> Flat:
    """The pixels of a face, row by row, with slack behind them."""
    pixels = np.empty(face.size + LANES, np.float32)
    pixels[: face.size] = face.reshape(-1)
    pixels[face.size :] = 0
    return pixels
