import numpy as np
import pytest

from spotformer_core.flow.estimation.pyramid import COEFFICIENTS, Pyramid


@pytest.mark.parametrize(
    ("face_size", "levels", "sizes"),
    [
        (320, 3, (320, 160, 80, 40)),
        (320, 10, (320, 160, 80, 40)),
        (320, 1, (320, 160)),
        (160, 3, (160, 80, 40)),
        (150, 3, (150, 75, 38)),
        (128, 3, (128, 64, 32)),
        (64, 3, (64, 32)),
        (75, 1, (75, 38)),
    ],
)
def test_levels_are_halved_until_they_would_be_smaller_than_32_pixels(face_size, levels, sizes):
    assert Pyramid(face_size, levels).sizes == sizes


def test_levels_do_not_share_memory():
    pyramid = Pyramid(150, 3)
    expansions, flows = np.zeros(pyramid.expansion_length, int), np.zeros(pyramid.flow_length, int)

    for size, stride, expansion_at, flow_at in pyramid.table:
        assert stride >= size
        expansions[expansion_at : expansion_at + size * stride * COEFFICIENTS] += 1
        flows[flow_at : flow_at + 2 * size * stride] += 1

    assert expansions.max() == flows.max() == 1
    # The slack around the levels is there to be read: two rows in front and behind.
    assert pyramid.table[0, 2] >= 2 * COEFFICIENTS * 150
    assert not expansions[-2 * COEFFICIENTS * 150 :].any()
