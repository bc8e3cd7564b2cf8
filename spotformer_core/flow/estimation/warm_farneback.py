"""Our Farneback with a temporal warm start: from the flow of the pairs before, where that is safe."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from spotformer_core.flow.areas import Areas
from spotformer_core.flow.estimation.cached_farneback import CachedFarneback, Work
from spotformer_core.flow.estimation.full_pyramid import copy_areas
from spotformer_core.flow.estimation.lanes import Flat
from spotformer_core.flow.estimation.parameters import FarnebackParameters
from spotformer_core.flow.estimation.warm_start import Bounds, Known, follow
from spotformer_core.shapes import Float32, Int64, UInt8

MARGIN_PIXELS = 3
"""Around the areas, where the first iteration computes flow for the second; more brings nothing nearer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Guard:
    """When a pair is done anew by the full pyramid.

    The bounds were found by experiment: heads moving by 0.3 to 5 pixels a frame, turning, jumping and shaking, blinks,
    noise, cuts, occlusion, flicker, loss of focus and of contrast, under seven sets of parameters. With all of them the
    worst error was 0.011 px. A bound on the step alone let 0.1 px through where the full pyramid itself had not come to
    rest, after cuts and in faint or blurred texture.
    """

    step_pixels: float = 1.0
    """The most by which the first iteration may change any pixel; beyond, it may have found other texture."""
    contraction: float = 0.3
    """The largest ratio of the second change to the first; nearer to 1, both results may be far from where they go."""
    remainder_pixels: float = 0.01
    """The most that is still to come when changes go on to shrink in this ratio."""
    damping: float = 0.4
    """The largest share of OpenCV's regularization in a determinant: faint texture lets iterations creep."""
    start_pixels: float = 0.05
    """The most by which the last iteration of a full pyramid to start from may have changed any pixel."""
    texture_change: float = 1.5
    """The largest factor by which the texture of an area may differ from that at the last full pyramid."""
    drift_per_face: float = 1 / 160
    """How far, as a share of the face's side, flow may get away from that of the last full pyramid."""


class WarmFarneback:
    """Farneback's method, within 0.02 px of `CachedFarneback` in the mean of every area.

    Motion from frame a to a + s starts from those to a + s - 1 and a + s - 2 and takes two iterations of the finest
    level. The first pair, and every pair that the guard refuses, is done by the full pyramid.
    """

    def __init__(self, parameters: FarnebackParameters, face_size: int, guard: Guard | None = None) -> None:
        guard = guard or Guard()
        self._exact = CachedFarneback(parameters, face_size)
        self._bounds = Bounds(
            *(guard.step_pixels, guard.contraction, guard.remainder_pixels, guard.damping, guard.texture_change)
        )
        self._largest_start = guard.start_pixels
        self._largest_drift = guard.drift_per_face * face_size

    def prepare(self, face: UInt8[np.ndarray, "size size"]) -> Flat:
        """The polynomial expansions of all levels."""
        return self._exact.prepare(face)

    def flow(self, first: Flat, later: Sequence[Flat], areas: Areas) -> Float32[np.ndarray, "pairs pixels 2"]:
        """Horizontal and vertical motion of the pixels of `areas`, from `first` to each of `later`, in pixels."""
        return self.guarded_flow(first, later, areas)[0]

    def guarded_flow(
        self, first: Flat, later: Sequence[Flat], areas: Areas
    ) -> tuple[Float32[np.ndarray, "pairs pixels 2"], list[bool]]:
        """As `flow`, and for each pair whether it was done by warm start."""
        boxes = self._exact.boxes_for_one_iteration(self._with_margin(areas.rectangles))
        work = self._exact.work_for(boxes, areas.rectangles)
        # Flow to the frame before the last one, to the last one (before the first pair nothing has moved), and room.
        before, last, now = (replace(work, flows=np.zeros_like(work.flows)) for _ in range(3))
        motion = np.empty((len(later), int(areas.starts[-1]), 2), np.float32)
        was_warm: list[bool] = []
        origin, is_at_rest = 0, False
        for pair, face in enumerate(later):
            is_safe = is_at_rest and self._follow(first, face, boxes, before, last, now)
            if is_safe:
                self._copy(now, motion[pair])
                is_safe = bool(np.abs(motion[pair] - motion[origin]).max() <= self._largest_drift)
            if not is_safe:
                is_at_rest = self._exact.estimate(first, face, now) <= self._largest_start
                self._copy(now, motion[pair])
                origin = pair
            was_warm.append(is_safe)
            before, last, now = last, now, before
        return motion, was_warm

    def _with_margin(self, rectangles: Int64[np.ndarray, "areas 4"]) -> Int64[np.ndarray, "areas 4"]:
        low = np.maximum(rectangles[:, :2] - MARGIN_PIXELS, 0)
        high = np.minimum(rectangles[:, 2:] + MARGIN_PIXELS, self._exact.pyramid.face_size)
        return np.concatenate([low, high], axis=1)

    def _follow(
        self, first: Flat, face: Flat, boxes: Int64[np.ndarray, "boxes 4"], before: Work, last: Work, now: Work
    ) -> bool:
        exact = self._exact
        known = Known(last.flows, before.flows, now.texture)
        return bool(
            follow(
                *(first, face, exact.pyramid.table, exact.weights, boxes, now.areas, MARGIN_PIXELS),
                *(exact.parameters.reach, self._bounds, known, now.flows, now.memory),
            )
        )

    def _copy(self, work: Work, motion: Float32[np.ndarray, "pixels 2"]) -> None:
        copy_areas(work.flows, self._exact.pyramid.table, work.areas, motion)
