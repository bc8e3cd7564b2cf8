import numpy as np
import pytest

from spotformer_core.flow.farneback import farneback_flow
from spotformer_core.flow.settings import ExtractionSettings

SETTINGS = ExtractionSettings(max_window=9, face_size=96, region_radius=3)


@pytest.mark.parametrize(("x", "y"), [(1.0, 0.0), (0.0, -1.0), (0.5, 0.25), (-2.0, 1.5)])
def test_flow_is_the_motion_from_the_first_image_to_the_second_horizontal_before_vertical(face, x, y):
    flow = farneback_flow(face.frame, face.shifted(x, y), SETTINGS)

    assert flow.shape == (*face.frame.shape, 2)
    assert flow.dtype == np.float32
    np.testing.assert_allclose(flow[30:-30, 30:-30].mean(axis=(0, 1)), [x, y], atol=0.05)


def test_there_is_no_flow_between_equal_images_away_from_the_border(face):
    flow = farneback_flow(face.frame, face.frame, SETTINGS)

    # OpenCV weighs pixels down within some of the border and invents up to 0.2 px there.
    assert np.abs(flow[30:-30, 30:-30]).max() < 1e-4
