"""Smooth displacement of a face: sums of Gaussian bumps with prescribed values at chosen points.

    field(q) = sum over bumps k of  weight_k * exp(-|q - centre_k|^2 / (2 sigma^2))

A Gaussian of two coordinates is a product of two Gaussians of one, so a field on the pixel grid is one small matrix
product per component rather than one image per bump.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spotformer_core.shapes import Float, Float32


@dataclass(frozen=True, kw_only=True, slots=True)
class BumpField:
    """A field of displacements in pixels.

    Attributes:
        centres: of the bumps, (x, y) in pixels.
        weights: (x, y) in pixels; not the value at the centre, to which the other bumps add.
        sigma_pixels: radius of every bump.
    """

    centres: Float[np.ndarray, "bumps 2"]
    weights: Float[np.ndarray, "bumps 2"]
    sigma_pixels: float

    def at(self, points: Float[np.ndarray, "points 2"]) -> Float[np.ndarray, "points 2"]:
        """The displacement in pixels at each of `points`."""
        heights = _bump_heights(points, centres=self.centres, sigma_pixels=self.sigma_pixels)
        return np.asarray(heights @ self.weights)

    def factors(self, coordinates: Float[np.ndarray, " side"], *, axis: int) -> Float[np.ndarray, "side bumps"]:
        """The height of every bump along one axis (0 x, 1 y); the height in a pixel is the product of both."""
        return _bell(coordinates[:, None] - self.centres[None, :, axis], sigma_pixels=self.sigma_pixels)

    def on_grid(self, coordinates: Float[np.ndarray, " side"]) -> Float32[np.ndarray, "2 side side"]:
        """The x and the y component at every pixel of a square whose rows and columns lie at `coordinates`."""
        along_x, along_y = self.factors(coordinates, axis=0), self.factors(coordinates, axis=1)
        components = [(along_y * self.weights[:, axis]) @ along_x.T for axis in (0, 1)]
        return np.stack(components).astype(np.float32)


def bump_field_through(
    points: Float[np.ndarray, "points 2"], *, values: Float[np.ndarray, "points 2"], sigma_pixels: float
) -> BumpField:
    """The field with a bump at each of `points` that has there exactly the value asked for.

    Putting the values themselves on the bumps would overshoot where points lie closer than sigma, as on a brow; the
    weights are therefore solved for.
    """
    heights = _bump_heights(points, centres=points, sigma_pixels=sigma_pixels)
    return BumpField(centres=points, weights=np.linalg.solve(heights, values), sigma_pixels=sigma_pixels)


def carried_points(
    points: Float[np.ndarray, "points 2"],
    *,
    displacement_at: Callable[[Float[np.ndarray, "points 2"]], Float[np.ndarray, "points 2"]],
    num_iterations: int = 8,
) -> Float[np.ndarray, "points 2"]:
    """Where `points` of an image are seen after it is redrawn as new(q) = old(q - displacement(q)).

    A point p is seen at the q with q = p + displacement(q), found by iteration. It converges because the
    displacements of a face change by far less than one pixel per pixel.
    """
    seen = points
    for _ in range(num_iterations):
        seen = points + displacement_at(seen)
    return seen


def _bump_heights(
    points: Float[np.ndarray, "points 2"], *, centres: Float[np.ndarray, "bumps 2"], sigma_pixels: float
) -> Float[np.ndarray, "points bumps"]:
    along_x, along_y = (
        _bell(points[:, None, axis] - centres[None, :, axis], sigma_pixels=sigma_pixels) for axis in (0, 1)
    )
    return np.asarray(along_x * along_y)


def _bell(distances: Float[np.ndarray, "points bumps"], *, sigma_pixels: float) -> Float[np.ndarray, "points bumps"]:
    return np.exp(-(distances**2) / (2 * sigma_pixels**2))
