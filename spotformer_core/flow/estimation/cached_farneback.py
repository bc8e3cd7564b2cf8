"""Our Farneback: what belongs to one face is computed once, and flow only where it is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spotformer_core.flow.areas import Areas
from spotformer_core.flow.estimation.averaging import Memory
from spotformer_core.flow.estimation.compilation import entry_point
from spotformer_core.flow.estimation.expansion import Fit, expand
from spotformer_core.flow.estimation.full_pyramid import copy_areas, estimate, memory_for
from spotformer_core.flow.estimation.lanes import LANES, Flat, FlatWide
from spotformer_core.flow.estimation.matrices import border_weights
from spotformer_core.flow.estimation.parameters import FarnebackParameters
from spotformer_core.flow.estimation.pyramid import Pyramid, level_of
from spotformer_core.flow.estimation.smoothing import Smoothing, SmoothingOfLevel, as_floats, smooth
from spotformer_core.flow.estimation.tiles import plan_tiles
from spotformer_core.shapes import Float32, Int64, UInt8


class CachedFarneback:
    """[Farneback2003] as OpenCV computes it: equal within rounding, for every parameter and size.

    Where texture has one direction only, rounding decides about the motion along it; there ours differs from OpenCV's
    as much as OpenCV's does from itself without its optimizations.

    Args:
        face_size: side of the face in pixels.
    """

    def __init__(self, parameters: FarnebackParameters, face_size: int) -> None:
        self.parameters = parameters
        self.pyramid = Pyramid(face_size, parameters.levels)
        self._fit = Fit.of(parameters.poly_n, parameters.poly_sigma)
        self._smoothing = Smoothing.of(self.pyramid.sizes)
        self._num_taps = np.array(self._smoothing.num_taps, np.int64)
        self._sizes = np.array(self.pyramid.sizes, np.int64)
        self.weights = np.ones((len(self._sizes), face_size + LANES), np.float32)
        for level, size in enumerate(self._sizes):
            self.weights[level, : size + LANES] = border_weights(int(size))

    def prepare(self, face: UInt8[np.ndarray, "size size"]) -> Flat:
        """The polynomial expansions of all levels."""
        smoothing, fit = self._smoothing, self._fit
        expansions = np.zeros(self.pyramid.expansion_length, np.float32)
        _expand_all(
            *(as_floats(face), smoothing.starts, smoothing.weights, self._num_taps),
            *(fit.kernels, fit.inverse, self.pyramid.table, expansions),
        )
        return expansions

    def flow(self, first: Flat, later: Sequence[Flat], areas: Areas) -> Float32[np.ndarray, "pairs pixels 2"]:
        """Horizontal and vertical motion of the pixels of `areas`, from `first` to each of `later`, in pixels."""
        work = self.work_for(areas.rectangles, areas.rectangles)
        motion = np.empty((len(later), int(areas.starts[-1]), 2), np.float32)
        for pair, face in enumerate(later):
            self.estimate(first, face, work)
            copy_areas(work.flows, self.pyramid.table, areas.rectangles, motion[pair])
        return motion

    def work_for(self, boxes: Int64[np.ndarray, "boxes 4"], areas: Int64[np.ndarray, "areas 4"]) -> "Work":
        """The plan for the flow of `boxes` of the face, and memory for it.

        Args:
            areas: inside the boxes; their texture is noted.
        """
        parameters, pyramid = self.parameters, self.pyramid
        return Work(
            tiles=plan_tiles(boxes, self._sizes, parameters.reach, parameters.iterations),
            areas=areas,
            flows=np.zeros(pyramid.flow_length, np.float32),
            texture=np.zeros(len(areas), np.float32),
            memory=memory_for(pyramid.face_size, parameters.window),
        )

    def boxes_for_one_iteration(self, rectangles: Int64[np.ndarray, "areas 4"]) -> Int64[np.ndarray, "boxes 4"]:
        """The boxes of the finest level in which one iteration over these rectangles is least work."""
        return np.ascontiguousarray(plan_tiles(rectangles, self._sizes[:1], self.parameters.reach, 1)[:, 1:])

    def estimate(self, first: Flat, later: Flat, work: "Work") -> float:
        """Writes the flow of one pair to `work`; returns the most by which the last iteration changed it, in pixels."""
        parameters = self.parameters
        return float(
            estimate(
                *(first, later, self.pyramid.table, self.weights, work.tiles, work.areas),
                *(parameters.reach, parameters.iterations, work.flows, work.texture, work.memory),
            )
        )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Work:
    """What all pairs of one frame share.

    Attributes:
        tiles: level and box of every rectangle to be worked on, the coarsest level first.
        flows: flow of all levels.
        texture: of every area, as `note_texture` writes it.
        memory: to work in.
    """

    tiles: Int64[np.ndarray, "tiles 5"]
    areas: Int64[np.ndarray, "areas 4"]
    flows: Flat
    texture: Flat
    memory: Memory


@entry_point
def _expand_all(
    sharp: Flat,
    starts: Float32[np.ndarray, "levels side"],
    smoothing_weights: Float32[np.ndarray, "levels taps side"],
    num_taps: Int64[np.ndarray, " levels"],
    kernels: Float32[np.ndarray, "3 taps"],
    inverse: FlatWide,
    table: Int64[np.ndarray, "levels 4"],
    expansions: Flat,
) -> None:
    face_size = table[0, 0]
    image = np.empty(face_size**2 + LANES, np.float32)
    for number in range(len(table)):
        level = level_of(table, number)
        of_level = SmoothingOfLevel(starts[number], smoothing_weights[number], num_taps[number])
        smooth(sharp, face_size, level.size, of_level, image)
        expand(image, kernels, inverse, level, expansions)
