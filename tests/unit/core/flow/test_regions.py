from itertools import pairwise

import pytest

from spotformer_core.config import FaceRegions
from spotformer_core.flow.regions import (
    NOSE_TIP_LANDMARKS,
    NUM_REGIONS,
    PART_LANDMARKS,
    REGION_LANDMARKS,
    FacialPart,
    facial_parts,
    region_landmarks,
)

MIRROR = {18: 25, 19: 24, 20: 23, 48: 54, 51: 51, 57: 57, 31: 35, 41: 46}
"""Landmarks of the left of the image and those that a mirror would put in their place."""


def test_the_ten_published_regions_are_those_of_the_brows_and_the_mouth_in_this_order():
    assert REGION_LANDMARKS == region_landmarks(FaceRegions.TEN) == (18, 19, 20, 23, 24, 25, 48, 51, 54, 57)
    assert NUM_REGIONS == 10


def test_extra_regions_follow_the_published_ones_nose_sides_before_lower_eyelids():
    assert region_landmarks(FaceRegions.NOSE_SIDES) == (*REGION_LANDMARKS, 31, 35)
    assert region_landmarks(FaceRegions.EYELIDS) == (*REGION_LANDMARKS, 31, 35, 41, 46)


def test_every_choice_begins_with_the_parts_of_the_one_before_and_the_last_has_all():
    parts = [facial_parts(regions) for regions in FaceRegions]

    for fewer, more in pairwise(parts):
        assert more[: len(fewer)] == fewer
        assert len(more) > len(fewer)
    assert parts[-1] == tuple(FacialPart)


@pytest.mark.parametrize("regions", FaceRegions)
def test_a_mirror_gives_the_same_regions_and_no_region_is_the_nose_tip(regions):
    landmarks = set(region_landmarks(regions))
    both_ways = MIRROR | {right: left for left, right in MIRROR.items()}

    assert {both_ways[landmark] for landmark in landmarks} == landmarks
    assert len(landmarks) == len(region_landmarks(regions))
    assert not landmarks & set(NOSE_TIP_LANDMARKS)


def test_every_part_has_landmarks_and_no_landmark_has_two_parts():
    landmarks = [landmark for part in FacialPart for landmark in PART_LANDMARKS[part]]

    assert len(set(landmarks)) == len(landmarks) == 14
