"""Small plans and rendered frames that several tests of this folder look at."""

from collections.abc import Callable

import pytest

from platform.rendering.actions import Action
from platform.rendering.plan import PlannedEvent, RecordingPlan
from platform.rendering.trees import Layout
from spotformer_core.datasets.recording import ExpressionKind


@pytest.fixture
def smile() -> PlannedEvent:
    """A macro-expression of 6 pixels with its apex at frame 10."""
    return PlannedEvent(
        kind=ExpressionKind.MACRO, onset=2, apex=10, offset=18, action=Action.SMILE, amplitude_pixels=6.0
    )


@pytest.fixture
def make_plan() -> Callable[..., RecordingPlan]:
    """Makes a plan of s15_0101 with 20 frames and no expression; any field can be given."""

    def make(**fields: object) -> RecordingPlan:
        usual = {
            "layout": Layout.CAS_ME_2,
            "subject": "s15",
            "name": "s15_0101",
            "frames_per_second": 30.0,
            "first_frame_number": 1,
            "num_frames": 20,
            "events": (),
            "face_seed": 0,
            "seed": 7,
        }
        return RecordingPlan(**usual | fields)

    return make
