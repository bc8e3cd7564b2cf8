"""A spotter gives from frames what the stored flow of the same frames gives."""

from dataclasses import replace

import numpy as np
import pytest

from spotformer_core.config import MotionFeatures
from spotformer_core.decoding.proposals import decode
from spotformer_core.errors import LandmarkError, ModelError, RecordingError
from spotformer_core.flow.band import FlowBand
from spotformer_core.flow.extraction import extract_flow
from spotformer_core.spotting.model_files import StoredModel, write_model
from spotformer_core.spotting.spotter import Spotter, load_spotter, needed_settings


@pytest.fixture
def spotter(tmp_path, network, description) -> Spotter:
    write_model(tmp_path / "model", network, description)
    return load_spotter(tmp_path / "model")


@pytest.fixture
def moving(face, make_recording):
    frames = [face.moved_at(48, 0, float(-1.5 * np.sin(t / 6))) for t in range(24)]
    return make_recording(frames), np.repeat(face.landmarks[None], 24, axis=0)


def test_frames_give_what_their_stored_flow_gives(spotter, moving, description):
    recording, landmarks = moving
    # The store serves windows up to 17, the network looks at 9.
    flow = extract_flow(recording, landmarks, description.extraction_settings())

    from_frames = spotter.spot(recording, iter(landmarks))

    from_flow = spotter.spot_flow(FlowBand(recording=recording, flow=flow))
    assert from_frames.scores.tobytes() == from_flow.scores.tobytes()
    assert from_frames.proposals == from_flow.proposals
    assert len(from_frames.proposals) > 0


def test_proposals_are_made_at_the_thresholds_of_the_model(spotter, moving):
    spotted = spotter.spot(*moving)

    assert spotted.proposals == decode(spotted.scores, spotter.description.configuration.decoding)


def test_a_recording_without_frames_is_refused(spotter, make_recording):
    with pytest.raises(RecordingError, match=r"must have frames to be spotted, got none in 006_1. Copy it again"):
        spotter.spot(make_recording([]), iter([]))


def test_landmarks_must_be_there_for_every_frame(spotter, moving):
    recording, landmarks = moving

    with pytest.raises(LandmarkError, match=r"has 24 frames and 23 rows"):
        spotter.spot(recording, iter(landmarks[:-1]))


def test_a_model_of_imported_features_does_not_spot_frames(network, description, moving):
    spotter = Spotter(
        StoredModel(network=network, description=replace(description, extraction={"importer": "x"}), digest="")
    )

    with pytest.raises(ModelError, match=r"only if its flow can be extracted here"):
        spotter.spot(*moving)


@pytest.mark.parametrize(("features", "window"), [(MotionFeatures.SW_MRO, 9), (MotionFeatures.ADJACENT, 5)])
def test_no_more_steps_are_measured_than_the_network_looks_at(description, features, window):
    model = replace(description.configuration.model, features=features)

    assert needed_settings(description.extraction_settings(), model).max_window == window
