"""The expansion of an image that is a polynomial is that polynomial."""

import numpy as np
import pytest

from spotformer_core.flow.estimation.compilation import compiled
from spotformer_core.flow.estimation.expansion import Fit, expand
from spotformer_core.flow.estimation.lanes import LANES
from spotformer_core.flow.estimation.pyramid import COEFFICIENTS, Pyramid, level_of


@compiled
def expand_finest(image, kernels, inverse, table, expansions):
    expand(image, kernels, inverse, level_of(table, 0), expansions)


def expansion_of(image, poly_n, poly_sigma):
    """Rows, coefficients, columns."""
    size = len(image)
    pyramid, fit = Pyramid(size, 1), Fit.of(poly_n, poly_sigma)
    expansions = np.zeros(pyramid.expansion_length, np.float32)
    pixels = np.concatenate([image.ravel(), np.zeros(LANES)]).astype(np.float32)
    expand_finest(pixels, fit.kernels, fit.inverse, pyramid.table, expansions)
    _, stride, at, _ = pyramid.table[0]
    return expansions[at : at + size * stride * COEFFICIENTS].reshape(size, COEFFICIENTS, stride)[:, :, :size]


@pytest.mark.parametrize(("poly_n", "poly_sigma"), [(1, 0.5), (2, 0.8), (5, 1.2), (7, 1.5)])
def test_the_coefficients_of_a_parabola_are_found(poly_n, poly_sigma):
    y, x = np.mgrid[:48, :48] / 10
    image = 3 + 2 * x - y + 0.5 * x**2 - 0.25 * y**2 + 0.125 * x * y

    expansion = expansion_of(image, poly_n, poly_sigma)

    inner = slice(poly_n, 48 - poly_n)
    per_pixel = np.array([0.1, 0.1, 0.01, 0.01, 0.01])[:, None, None]
    slope_y, slope_x = -1 - 0.5 * y + 0.125 * x, 2 + x + 0.125 * y
    expected = np.stack([slope_y, slope_x, 0 * y - 0.25, 0 * y + 0.5, 0 * y + 0.125]) * per_pixel
    np.testing.assert_allclose(expansion.transpose(1, 0, 2)[:, inner, inner], expected[:, inner, inner], atol=2e-4)


def test_beyond_the_border_the_last_pixels_repeat():
    image = np.repeat(np.linspace(0, 255, 64)[None], 64, axis=0)

    expansion = expansion_of(image, 5, 1.2)

    # Nothing changes from row to row, up to the first and the last.
    np.testing.assert_allclose(expansion, np.broadcast_to(expansion[:1], expansion.shape), atol=1e-5)
    assert np.abs(expansion[:, 0]).max() < 1e-4
