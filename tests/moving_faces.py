"""Squares of texture that move by known amounts, as faces for flow estimators."""

from collections.abc import Sequence

import cv2
import numpy as np

from spotformer_core.flow.areas import Areas

_MARGIN = 24


def textured_faces(
    size: int,
    places: Sequence[tuple[float, float]],
    *,
    seed: int = 0,
    smoothness: float = 2.0,
    contrast: float = 35.0,
    noise: float = 1.0,
) -> list[np.ndarray]:
    """One face of `size` pixels a side per place (x, y), its texture moved there; each with noise of its own."""
    random = np.random.default_rng(seed)
    texture = cv2.GaussianBlur(random.normal(size=(size + 2 * _MARGIN,) * 2), (0, 0), smoothness)
    texture = 128 + contrast * texture / texture.std()
    faces = []
    for x, y in places:
        transform = np.array([[1, 0, x - _MARGIN], [0, 1, y - _MARGIN]], float)
        moved = cv2.warpAffine(texture, transform, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        faces.append(np.clip(moved + random.normal(scale=noise, size=moved.shape), 0, 255).astype(np.uint8))
    return faces


def areas_of(*rectangles: tuple[int, int, int, int]) -> Areas:
    """Areas from (top, left, bottom, right)."""
    return Areas(np.array(rectangles, np.int64))


def area_means(motion: np.ndarray, areas: Areas) -> np.ndarray:
    """The mean motion of every area: pairs, areas, x and y."""
    bounds = zip(areas.starts, areas.starts[1:], strict=False)
    return np.stack([motion[:, begin:end].mean(axis=1) for begin, end in bounds], axis=1)
