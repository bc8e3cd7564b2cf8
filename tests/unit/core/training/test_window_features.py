import dataclasses

import numpy as np
import pytest

from spotformer_core.config import FaceRegions, ModelConfig, MotionFeatures
from spotformer_core.errors import FlowStoreError
from spotformer_core.flow.windows import adjacent_flow, sw_mro
from spotformer_core.training.window_features import window_features

CONFIG = ModelConfig(window=9)


def band_of(num_regions: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(20, 8, num_regions, 2)).astype(np.float16)


@pytest.mark.parametrize(
    ("features", "cut"), [(MotionFeatures.SW_MRO, sw_mro), (MotionFeatures.ADJACENT, adjacent_flow)]
)
def test_windows_hold_the_features_of_the_configuration(features, cut):
    band = band_of(10)

    windows = window_features(band, dataclasses.replace(CONFIG, features=features))

    np.testing.assert_array_equal(windows, cut(band, 9))


def test_the_two_features_differ():
    adjacent = dataclasses.replace(CONFIG, features=MotionFeatures.ADJACENT)

    assert (window_features(band_of(10), adjacent) != window_features(band_of(10), CONFIG)).any()


def test_of_a_band_with_more_regions_the_first_ones_are_taken():
    band = band_of(14)

    np.testing.assert_array_equal(window_features(band, CONFIG), sw_mro(band[:, :, :10], 9))


def test_a_band_with_too_few_regions_is_refused():
    config = dataclasses.replace(CONFIG, regions=FaceRegions.NOSE_SIDES)

    with pytest.raises(
        FlowStoreError, match=r"'with-nose-sides' need .* 12 regions, got 10\. Extract again with --regions with-nose"
    ):
        window_features(band_of(10), config)
