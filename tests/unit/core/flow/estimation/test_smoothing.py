"""Smoothed images of all levels are those of OpenCV's blur and resize."""

import cv2
import numpy as np
import pytest

from spotformer_core.flow.estimation.compilation import compiled
from spotformer_core.flow.estimation.lanes import LANES
from spotformer_core.flow.estimation.pyramid import Pyramid
from spotformer_core.flow.estimation.smoothing import Smoothing, SmoothingOfLevel, as_floats, smooth


@compiled
def smoothed(sharp, face_size, size, starts, weights, num_taps, image):
    smooth(sharp, face_size, size, SmoothingOfLevel(starts, weights, num_taps), image)


def by_opencv(face, level, size):
    sigma = (2**level - 1) / 2
    side = max(round(5 * sigma) | 1, 3)
    smooth_face = cv2.GaussianBlur(face.astype(np.float32), (side, side), sigma, sigmaY=sigma)
    return cv2.resize(smooth_face, (size, size), interpolation=cv2.INTER_LINEAR)


@pytest.mark.parametrize("face_size", [64, 75, 150, 257])
def test_every_level_is_blurred_and_made_smaller(face_size):
    face = np.random.default_rng(0).integers(0, 256, (face_size, face_size)).astype(np.uint8)
    sizes = Pyramid(face_size, 3).sizes
    smoothing = Smoothing.of(sizes)

    for level, size in enumerate(sizes):
        image = np.full(size**2 + LANES, np.nan, np.float32)
        smoothed(
            *(as_floats(face), face_size, size),
            *(smoothing.starts[level], smoothing.weights[level], smoothing.num_taps[level], image),
        )
        expected = by_opencv(face, level, size)
        # Sums of num_taps products per axis, of numbers up to 255 and weights that sum to 1, ours and OpenCV's.
        rounding = 255 * np.finfo(np.float32).eps * 2 * 2 * (smoothing.num_taps[level] + 2)
        np.testing.assert_allclose(image[: size**2].reshape(size, size), expected, rtol=0, atol=rounding)


def test_no_row_reaches_beyond_the_face():
    smoothing = Smoothing.of((64, 32))

    for level, num_taps in enumerate(smoothing.num_taps):
        assert smoothing.starts[level].min() >= 0
        assert smoothing.starts[level].max() + num_taps <= 64
        np.testing.assert_allclose(smoothing.weights[level, :, : (64, 32)[level]].sum(axis=0), 1, atol=1e-6)
