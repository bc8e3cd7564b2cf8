"""The warm start stays within 0.02 px of the full pyramid whatever happens, and is used where faces move calmly."""

from dataclasses import fields, replace
from math import inf

import cv2
import numpy as np
import pytest

from spotformer_core.flow.estimation.cached_farneback import CachedFarneback
from spotformer_core.flow.estimation.parameters import FarnebackParameters
from spotformer_core.flow.estimation.warm_farneback import Guard, WarmFarneback
from tests.moving_faces import area_means, areas_of, textured_faces

SIZE = 128
AREAS = areas_of((30, 20, 43, 33), (32, 38, 45, 51), (34, 80, 47, 93), (60, 55, 80, 72), (95, 58, 108, 71))
BOUND_PIXELS = 0.02
NO_GUARD = Guard(**dict.fromkeys((field.name for field in fields(Guard)), inf))
FRAMES = np.arange(14)


def along(pixels_per_frame):
    return [(0.8 * pixels_per_frame * frame, -0.6 * pixels_per_frame * frame) for frame in FRAMES]


def swaying(pixels):
    return [(pixels * np.sin(frame), pixels * np.cos(frame / 2)) for frame in FRAMES]


def jumping(x, y, at=6):
    return [(x, y) if frame >= at else (0.1 * frame, 0.0) for frame in FRAMES]


def put(faces, others):
    """`faces` with those at the given positions exchanged."""
    return [others.get(position, face) for position, face in enumerate(faces)]


def noise_faces(*positions):
    noise = np.random.default_rng(5).integers(0, 256, (SIZE, SIZE)).astype(np.uint8)
    return put(textured_faces(SIZE, along(0.2)), dict.fromkeys(positions, noise))


def cut_faces():
    return textured_faces(SIZE, along(0.2))[:7] + textured_faces(SIZE, along(0.2), seed=8)[7:]


def occluded_faces():
    faces = [face.copy() for face in textured_faces(SIZE, along(0.2))]
    for frame, face in enumerate(faces):
        face[25:60, 12 * frame : 12 * frame + 20] = 60
    return faces


def defocused_faces():
    blurs = 0.5 + 3 * np.abs(np.sin(FRAMES / 3))
    return [
        cv2.GaussianBlur(face, (0, 0), blur) for face, blur in zip(textured_faces(SIZE, along(0.3)), blurs, strict=True)
    ]


HAPPENINGS = {
    **{f"{speed} px a frame": textured_faces(SIZE, along(speed)) for speed in (0.1, 0.3, 0.6, 1.0, 1.5)},
    **{f"sway of {pixels} px": textured_faces(SIZE, swaying(pixels)) for pixels in (1.0, 3.0, 8.0)},
    "small jump": textured_faces(SIZE, jumping(2.0, -1.0)),
    "large jump": textured_faces(SIZE, jumping(9.0, 6.0)),
    "there and back": put(textured_faces(SIZE, along(0.1)), dict.fromkeys((5, 6), textured_faces(SIZE, [(11, 0)])[0])),
    "fine texture jumps": textured_faces(SIZE, jumping(5.0, 0.0), smoothness=1.2),
    "faint texture": textured_faces(SIZE, along(0.4), contrast=3.0, noise=0.3),
    "noisy": textured_faces(SIZE, along(0.3), noise=20.0),
    "noise": noise_faces(4, 9),
    "noise at once": noise_faces(1),
    "cut": cut_faces(),
    "occlusion": occluded_faces(),
    "loss of focus": defocused_faces(),
}
every_happening = pytest.mark.parametrize("faces", HAPPENINGS.values(), ids=HAPPENINGS)


def compared(faces, parameters=None, guard=None):
    """The largest error of an area's mean in pixels, of the pairs done by warm start, and which these were."""
    parameters = parameters or FarnebackParameters()
    warm, exact = WarmFarneback(parameters, SIZE, guard), CachedFarneback(parameters, SIZE)
    first, *later = [exact.prepare(face) for face in faces]
    motion, was_warm = warm.guarded_flow(first, later, AREAS)
    errors = np.abs(area_means(motion, AREAS) - area_means(exact.flow(first, later, AREAS), AREAS)).max(axis=(1, 2))
    return errors, np.array(was_warm)


@every_happening
def test_the_warm_start_stays_within_its_bound(faces):
    errors, _ = compared(faces)

    assert errors.max() <= BOUND_PIXELS


@pytest.mark.parametrize(
    "parameters",
    [
        FarnebackParameters(levels=2, iterations=2),
        FarnebackParameters(iterations=1),
        FarnebackParameters(window=9),
        FarnebackParameters(window=25),
    ],
    ids=str,
)
def test_the_bound_holds_for_other_parameters(parameters):
    worst = {name: compared(faces, parameters)[0].max() for name, faces in HAPPENINGS.items()}

    assert {name: error for name, error in worst.items() if error > BOUND_PIXELS} == {}


def test_calm_motion_is_followed_from_the_second_pair_on():
    _, was_warm = compared(textured_faces(SIZE, swaying(0.3)))

    assert was_warm.tolist() == [False] + [True] * (len(FRAMES) - 2)


def test_steady_motion_is_taken_to_go_on():
    pixels_per_frame = 1.2
    faces = textured_faces(SIZE, along(pixels_per_frame))[:8]

    errors, was_warm = compared(faces, guard=replace(Guard(), drift_per_face=inf))

    assert pixels_per_frame > Guard().step_pixels
    assert was_warm[2:].all()
    assert errors.max() <= BOUND_PIXELS


def test_a_pair_that_was_not_followed_is_that_of_the_full_pyramid():
    errors, was_warm = compared(HAPPENINGS["large jump"])

    assert not was_warm[5]
    # The plans differ by the surroundings that a warm start needs, hence roundings.
    assert errors[~was_warm].max() < 1e-5


@pytest.mark.parametrize("name", ["large jump", "fine texture jumps", "there and back", "cut", "occlusion", "noise"])
def test_without_the_guard_the_bound_would_not_hold(name):
    errors, was_warm = compared(HAPPENINGS[name], guard=NO_GUARD)

    assert was_warm[1:].all()
    assert errors.max() > BOUND_PIXELS


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("step_pixels", "large jump"),
        ("remainder_pixels", "noise"),
        ("contraction", "loss of focus"),
        ("damping", "faint texture"),
        ("start_pixels", "noise at once"),
        ("texture_change", "loss of focus"),
        ("drift_per_face", "1.0 px a frame"),
    ],
)
def test_every_bound_refuses_by_itself(field, name):
    alone = replace(NO_GUARD, **{field: getattr(Guard(), field)})

    _, was_warm = compared(HAPPENINGS[name], guard=alone)

    assert not was_warm[1:].all()
