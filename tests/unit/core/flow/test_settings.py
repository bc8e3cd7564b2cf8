import json
from dataclasses import fields, replace

import pytest

from spotformer_core.errors import InvalidValueError
from spotformer_core.flow.settings import ExtractionSettings

OTHER_VALUES = {
    "max_window": 9,
    "face_size": 96,
    "region_radius": 3,
    "farneback_levels": 1,
    "farneback_window": 21,
    "farneback_iterations": 1,
    "farneback_poly_n": 7,
    "farneback_poly_sigma": 1.5,
}


def test_a_band_has_one_step_less_than_its_largest_window():
    assert ExtractionSettings(max_window=17).num_steps == 16


@pytest.mark.parametrize("name", [field.name for field in fields(ExtractionSettings)])
def test_every_setting_changes_the_digest(name):
    usual = ExtractionSettings()

    other = replace(usual, **{name: OTHER_VALUES[name]})

    assert other.digest() != usual.digest()
    assert other.as_dict() | {name: getattr(usual, name)} == usual.as_dict()


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
        ("max_window", 7, "an odd number from 9 to 25"),
        ("max_window", 10, "an odd number from 9 to 25"),
        ("max_window", 27, "an odd number from 9 to 25"),
        ("face_size", 63, "from 64 to 1024"),
        ("face_size", 1025, "from 64 to 1024"),
        ("region_radius", 0, r"from 1 to face_size / 16 \(20\)"),
        ("region_radius", 21, r"from 1 to face_size / 16 \(20\)"),
        ("farneback_levels", 0, "at least 1"),
        ("farneback_window", 0, "at least 1"),
        ("farneback_iterations", 0, "at least 1"),
        ("farneback_poly_n", 0, "at least 1"),
    ],
)
def test_a_setting_that_breaks_its_rule_is_refused(name, value, rule):
    with pytest.raises(InvalidValueError, match=f"^{name} must be {rule}, got {value}"):
        ExtractionSettings(**{name: value})
