import json
from dataclasses import fields, replace

import pytest

from spotformer_core.config import FaceRegions
from spotformer_core.errors import InvalidValueError
from spotformer_core.flow.estimation.parameters import EstimatorName
from spotformer_core.flow.head_motion import HeadMotion
from spotformer_core.flow.pooling import Pooling
from spotformer_core.flow.settings import EXTRACTION_VERSION, ExtractionSettings, FlowStrategy

OTHER_VALUES = {
    "max_window": 9,
    "strategy": FlowStrategy.LARGE_WINDOW,
    "estimator": EstimatorName.OPENCV_FARNEBACK,
    "head_motion": HeadMotion.REALIGN,
    "pooling": Pooling.MEAN,
    "face_size": 96,
    "region_radius": 3,
    "regions": FaceRegions.EYELIDS,
    "farneback_levels": 1,
    "farneback_window": 21,
    "farneback_iterations": 1,
    "farneback_poly_n": 7,
    "farneback_poly_sigma": 1.5,
}


def test_a_band_has_one_step_less_than_its_largest_window():
    assert ExtractionSettings(max_window=17).num_steps == 16


@pytest.mark.parametrize(("regions", "num_regions"), list(zip(FaceRegions, (10, 12, 14), strict=True)))
def test_a_band_has_these_many_regions(regions, num_regions):
    assert ExtractionSettings(regions=regions).num_regions == num_regions


def test_the_ten_regions_keep_the_digest_of_the_time_when_there_were_no_others():
    assert "regions" not in ExtractionSettings().as_dict()


SERVES_ONE_STRATEGY = "large_window"


@pytest.mark.parametrize("name", sorted({field.name for field in fields(ExtractionSettings)} - {SERVES_ONE_STRATEGY}))
def test_every_setting_changes_the_digest(name):
    usual = ExtractionSettings()

    other = replace(usual, **{name: OTHER_VALUES[name]})

    assert other.digest() != usual.digest()
    assert other.as_dict()[name] == OTHER_VALUES[name]


def test_the_large_window_counts_for_its_strategy_only():
    sliding, large = ExtractionSettings(), ExtractionSettings(strategy=FlowStrategy.LARGE_WINDOW)

    assert replace(sliding, large_window=64).digest() == sliding.digest()
    assert replace(large, large_window=64).digest() != large.digest()


def test_equal_settings_have_equal_digests_of_eight_hexadecimal_digits():
    digest = ExtractionSettings(face_size=96).digest()

    assert digest == ExtractionSettings(face_size=96).digest()
    assert len(digest) == 8
    assert int(digest, 16) >= 0


def test_settings_survive_json():
    settings = ExtractionSettings(max_window=9).as_dict()

    assert json.loads(json.dumps(settings)) == settings
    assert settings["extraction_version"] >= 1


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("max_window", 3, "an odd number from 5 to 25"),
        ("max_window", 10, "an odd number from 5 to 25"),
        ("max_window", 27, "an odd number from 5 to 25"),
        ("face_size", 63, "from 64 to 1024"),
        ("face_size", 1025, "from 64 to 1024"),
        ("region_radius", 0, r"from 1 to face_size / 16 \(20\)"),
        ("region_radius", 21, r"from 1 to face_size / 16 \(20\)"),
        ("large_window", 1, "at least 2 frames"),
    ],
)
def test_a_setting_that_breaks_its_rule_is_refused(name, value, rule):
    with pytest.raises(InvalidValueError, match=f"^{name} must be {rule}, got {value}"):
        ExtractionSettings(**{name: value})


@pytest.mark.parametrize("name", ["farneback_levels", "farneback_window", "farneback_iterations", "farneback_poly_n"])
def test_a_parameter_of_farneback_that_breaks_its_rule_is_refused(name):
    with pytest.raises(InvalidValueError, match=f"^{name.removeprefix('farneback_')} must be .*, got 0"):
        ExtractionSettings(**{name: 0})


@pytest.mark.parametrize("strategy", FlowStrategy)
def test_settings_come_back_from_what_they_are_stored_as(strategy):
    settings = replace(
        ExtractionSettings(), strategy=strategy, estimator=EstimatorName.OPENCV_DIS, farneback_poly_sigma=1.5
    )

    assert ExtractionSettings.from_dict(json.loads(json.dumps(settings.as_dict()))) == settings


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"extraction_version": 1}, rf"extraction_version must be {EXTRACTION_VERSION}, got 1. Flow of other versions"),
        ({"zoom": 3}, r"must be among .*, got \['zoom'\]. Leave them out"),
        ({"strategy": "sideways"}, "must be those of its fields, got .*sideways"),
    ],
)
def test_settings_of_others_are_refused(changes, message):
    with pytest.raises(InvalidValueError, match=message):
        ExtractionSettings.from_dict(ExtractionSettings().as_dict() | changes)
