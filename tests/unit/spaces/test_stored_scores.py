"""What a space may search on stored frame scores: decoding and epochs."""

import json

import pytest

from search_spaces import Choice, Float, Integer, Space
from search_spaces.vocabulary import DECODING_FIELDS
from spotformer_core.errors import InvalidValueError


def space_of(**changes) -> Space:
    return Space(**{"name": "made", "description": "for a test"} | changes)


def test_a_space_that_names_neither_declares_neither():
    assert not {"decoding", "num_decodings", "stored_epochs"} & set(space_of().as_dict())


def test_what_is_declared_survives_json():
    space = space_of(
        decoding={"overlap_threshold": Float(0.2, 0.8), "boundary_consistency": Choice((False, True))},
        num_decodings=8,
        stored_epochs=(30, 60),
    )

    declared = json.loads(json.dumps(space.as_dict()))

    assert declared == space.as_dict()
    assert declared["decoding"]["overlap_threshold"] == {"kind": "Float", "ends": [0.2, 0.8]}
    assert (declared["num_decodings"], declared["stored_epochs"]) == (8, [30, 60])


def test_every_field_of_the_decoding_but_the_apex_thresholds_may_be_searched():
    assert set(DECODING_FIELDS) == {
        "overlap_threshold",
        "suppression_length",
        "macro_duration",
        "macro_min_duration",
        "micro_duration",
        "micro_min_duration",
        "boundary_consistency",
        "max_proposals_per_recording",
    }


@pytest.mark.parametrize(
    ("name", "meant"),
    [("overlap_treshold", "overlap_threshold"), ("macro_apex_threshold", ""), ("window", "")],
)
def test_any_other_name_is_refused(name, meant):
    message = f"field of the decoding other than apex thresholds, got '{name}' in 'made'. "
    message += rf"Did you mean '{meant}'\?" if meant else ""

    with pytest.raises(InvalidValueError, match=message):
        space_of(decoding={name: Float(0.2, 0.8)})


def test_a_decoding_varies_in_one_place_only():
    both = {"overlap_threshold": Float(0.2, 0.8)}

    with pytest.raises(InvalidValueError, match=r"overlap_threshold must vary in one place, .*Take it out"):
        space_of(dimensions=both, decoding=both)


@pytest.mark.parametrize(
    ("decoding", "message"),
    [
        ({"overlap_threshold": Float(0.2, 1.5)}, r"overlap_threshold must be in \[0, 1\], got 1.5"),
        ({"macro_duration": Float(20, 60)}, "macro_duration must be a whole number, got 20.0"),
        ({"boundary_consistency": Choice((0, 1))}, "boundary_consistency must be true or false, got 0"),
        (
            {"macro_duration": Integer(20, 60), "macro_min_duration": Integer(4, 30)},
            r"macro_min_duration must be from 2 to macro_duration \(20\), got 30",
        ),
    ],
)
def test_what_could_be_drawn_must_obey_the_rules_of_its_fields(decoding, message):
    with pytest.raises(InvalidValueError, match=message):
        space_of(decoding=decoding)


def test_a_decoding_is_judged_beside_the_dimensions():
    with pytest.raises(InvalidValueError, match=r"macro_min_duration must be from 2 to macro_duration \(20\), got 30"):
        space_of(dimensions={"macro_duration": Integer(20, 60)}, decoding={"macro_min_duration": Integer(4, 30)})


def test_at_least_one_decoding_is_drawn():
    with pytest.raises(InvalidValueError, match="num_decodings must be at least 1, got 0"):
        space_of(decoding={"overlap_threshold": Float(0.2, 0.8)}, num_decodings=0)


@pytest.mark.parametrize("epochs", [(0,), (5,), (3, 2), (2, 2), (1, 7)])
def test_stored_epochs_rise_and_come_before_the_last(epochs):
    with pytest.raises(InvalidValueError, match=r"stored_epochs must be .*below the fewest num_epochs \(5\), got"):
        space_of(fixed={"num_epochs": 5}, stored_epochs=epochs)


def test_stored_epochs_come_before_the_last_of_every_configuration():
    assert space_of(dimensions={"num_epochs": Integer(4, 9)}, stored_epochs=(1, 3)).stored_epochs == (1, 3)

    with pytest.raises(InvalidValueError, match=r"below the fewest num_epochs \(4\), got \(4,\)"):
        space_of(dimensions={"num_epochs": Integer(4, 9)}, stored_epochs=(4,))
