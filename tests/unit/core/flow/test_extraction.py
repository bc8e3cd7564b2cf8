"""The flow band of a textured face that moves by known amounts."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numba.core import event

from spotformer_core.errors import LandmarkError, RecordingError
from spotformer_core.flow.estimation.parameters import EstimatorName
from spotformer_core.flow.extraction import compile_ahead, extract_flow, stream_flow
from spotformer_core.flow.face_box import face_boxes
from spotformer_core.flow.head_motion import HeadMotion
from spotformer_core.flow.regions import REGION_LANDMARKS
from spotformer_core.flow.settings import ExtractionSettings, FlowStrategy

# The face box has 96 pixels a side, so that the crop of 96 pixels has the scale of the frames.
SETTINGS = ExtractionSettings(max_window=9, face_size=96, region_radius=3)
LEFT_MOUTH_CORNER = 48
MOVED = REGION_LANDMARKS.index(LEFT_MOUTH_CORNER)
BROWS = slice(0, 6)


def still_landmarks(face, num_frames: int) -> np.ndarray:
    return np.repeat(face.landmarks[None], num_frames, axis=0)


@pytest.fixture
def moving_head(face, make_recording):
    """Eleven frames in which the whole face moves, far enough for the box to be taken anew."""
    shifts = np.array([(1.5 * t, -0.8 * t) for t in range(11)], np.float32)
    recording = make_recording([face.shifted(x, y) for x, y in shifts])
    return recording, (face.landmarks + shifts[:, None]).astype(np.float32)


@pytest.fixture
def mouth_twitch(face, make_recording):
    """At rest, left corner of the mouth up by 1.2 pixels, at rest, at rest."""
    frames = [face.frame, face.moved_at(LEFT_MOUTH_CORNER, 0, -1.2), face.frame, face.frame]
    return make_recording(frames), still_landmarks(face, 4)


def test_the_motion_of_the_whole_head_is_removed(moving_head):
    recording, landmarks = moving_head
    assert len(set(face_boxes(landmarks))) > 1

    band = extract_flow(recording, landmarks, SETTINGS)

    # The head moves by 1.7 pixels per frame; Farneback follows it for four steps at this size.
    assert np.abs(band[:, :4]).max() < 0.1


def test_a_twitch_of_the_mouth_appears_there_with_its_sign_and_size(mouth_twitch):
    band = extract_flow(*mouth_twitch, SETTINGS)

    np.testing.assert_allclose(band[0, 0, MOVED], [0, -1.2], atol=0.1)
    np.testing.assert_allclose(band[1, 0, MOVED], [0, 1.2], atol=0.1)
    np.testing.assert_allclose(band[0, 1, MOVED], [0, 0], atol=0.01)


def test_a_twitch_of_the_mouth_does_not_move_the_brows(mouth_twitch):
    band = extract_flow(*mouth_twitch, SETTINGS)

    assert np.abs(band[:, :, BROWS]).max() < 0.05


def test_head_motion_does_not_hide_a_twitch(face, make_recording):
    twitched = face.moved_at(LEFT_MOUTH_CORNER, 0, -1.2)
    matrix = np.array([[1, 0, 2.0], [0, 1, 1.0]])
    recording = make_recording([face.frame, cv2.warpAffine(twitched, matrix, twitched.shape, flags=cv2.INTER_CUBIC)])

    band = extract_flow(recording, still_landmarks(face, 2), SETTINGS)

    np.testing.assert_allclose(band[0, 0, MOVED], [0, -1.2], atol=0.1)
    assert np.abs(band[0, 0, BROWS]).max() < 0.05


def test_flow_is_measured_in_pixels_of_the_crop(mouth_twitch):
    smaller = ExtractionSettings(max_window=9, face_size=64, region_radius=2)

    band = extract_flow(*mouth_twitch, smaller)

    np.testing.assert_allclose(band[0, 0, MOVED], [0, -1.2 * 64 / 96], atol=0.2)


def test_steps_beyond_the_end_repeat_the_flow_to_the_last_frame(mouth_twitch):
    band = extract_flow(*mouth_twitch, SETTINGS)

    assert band.shape == (4, 8, 10, 2)
    assert band.dtype == np.float16
    for first, steps in ((0, 3), (1, 2), (2, 1)):
        np.testing.assert_array_equal(band[first, steps:], np.repeat(band[first, steps - 1][None], 8 - steps, axis=0))
    assert not np.array_equal(band[1, 0], np.zeros((10, 2)))


def test_the_last_frame_has_no_flow(moving_head):
    band = extract_flow(*moving_head, SETTINGS)

    assert not band[-1].any()


def test_a_single_frame_has_no_flow(face, make_recording):
    band = extract_flow(make_recording([face.frame]), still_landmarks(face, 1), SETTINGS)

    assert band.shape == (1, 8, 10, 2)
    assert not band.any()


@pytest.mark.parametrize("frames", [range(4), range(4, 9), range(9, 11), range(10, 11)])
def test_a_chunk_holds_the_rows_of_the_whole_band(moving_head, frames):
    recording, landmarks = moving_head

    chunk = extract_flow(recording, landmarks, SETTINGS, frames)

    np.testing.assert_array_equal(chunk, extract_flow(recording, landmarks, SETTINGS)[frames.start : frames.stop])


def test_realigning_and_subtracting_remove_the_same_shift(moving_head):
    recording, landmarks = moving_head

    realigned = extract_flow(recording, landmarks, replace(SETTINGS, head_motion=HeadMotion.REALIGN))

    # The nose is followed for four steps, as above; the moved box leaves less than a pixel to the flow.
    assert np.abs(realigned[:, :4]).max() < 0.1


def test_a_large_window_measures_from_its_first_frame(face, make_recording):
    offsets = (0, 0, -0.6, -1.2, -1.2, -1.2)
    recording = make_recording([face.moved_at(LEFT_MOUTH_CORNER, 0, offset) for offset in offsets])
    settings = replace(SETTINGS, strategy=FlowStrategy.LARGE_WINDOW, large_window=4)

    band = extract_flow(recording, still_landmarks(face, 6), settings)

    # Row a, step s: from frame 0 (or 4) to frame a + s. Frame 5 as seen from frame 4 has not moved.
    for row in range(4):
        for step in range(1, 9):
            expected = offsets[min(row + step, 5)]
            np.testing.assert_allclose(band[row, step - 1, MOVED], [0, expected], atol=0.1)
    np.testing.assert_allclose(band[4:, :, MOVED], 0, atol=0.05)


@pytest.mark.parametrize("frames", [range(3), range(3, 5), range(5, 6)])
def test_a_chunk_of_large_windows_holds_the_rows_of_the_whole_band(face, make_recording, frames):
    recording = make_recording([face.moved_at(LEFT_MOUTH_CORNER, 0, -0.3 * t) for t in range(6)])
    landmarks = still_landmarks(face, 6)
    settings = replace(SETTINGS, strategy=FlowStrategy.LARGE_WINDOW, large_window=4)

    chunk = extract_flow(recording, landmarks, settings, frames)

    np.testing.assert_array_equal(chunk, extract_flow(recording, landmarks, settings)[frames.start : frames.stop])


def test_every_frame_is_decoded_once_and_no_earlier_than_needed(moving_head, monkeypatch):
    recording, landmarks = moving_head
    decode, decoded, seen = cv2.imdecode, [], []
    monkeypatch.setattr(cv2, "imdecode", lambda data, flags: (decoded.append(1), decode(data, flags))[1])

    extract_flow(recording, landmarks, SETTINGS, report=lambda done: seen.append((done, len(decoded))))

    # For frame a, the frames up to a + 8 are needed.
    assert seen == [(done, min(done + 8, 11)) for done in range(1, 12)]


@pytest.mark.parametrize("num_rows", [0, 3, 5])
def test_landmarks_of_another_number_of_frames_are_refused(face, make_recording, num_rows):
    recording = make_recording([face.frame] * 4)

    with pytest.raises(LandmarkError, match=f"006_1 has 4 frames and {num_rows} rows. Detect the landmarks again"):
        extract_flow(recording, still_landmarks(face, num_rows), SETTINGS)


def test_a_frame_that_cannot_be_read_stops_the_extraction(face, make_recording):
    recording = make_recording([face.frame] * 4)
    recording.frame_paths[2].write_bytes(b"no image")

    with pytest.raises(RecordingError, match=r"0002.png of recording 006_1 \(8 bytes\)"):
        extract_flow(recording, still_landmarks(face, 4), SETTINGS)


@pytest.mark.parametrize("estimator", EstimatorName)
def test_nothing_is_left_to_compile_after_compiling_ahead(mouth_twitch, estimator):
    settings = replace(SETTINGS, estimator=estimator)

    compile_ahead(settings)
    with event.install_recorder("numba:compile") as compiled:
        extract_flow(*mouth_twitch, settings)

    assert compiled.buffer == []


@pytest.mark.parametrize(
    "settings",
    [SETTINGS, replace(SETTINGS, strategy=FlowStrategy.LARGE_WINDOW, large_window=4)],
    ids=lambda settings: str(settings.strategy),
)
def test_a_stream_yields_the_rows_of_the_whole_band(moving_head, settings):
    recording, landmarks = moving_head

    rows = list(stream_flow(recording, iter(landmarks), settings))

    np.testing.assert_array_equal(np.stack(rows), extract_flow(recording, landmarks, settings))


def test_a_stream_takes_landmarks_as_it_needs_them(moving_head):
    recording, landmarks = moving_head
    taken = []
    rows = stream_flow(recording, (taken.append(1) or points for points in landmarks), SETTINGS)

    next(rows)
    next(rows)

    assert len(taken) == 2


def test_a_stream_refuses_to_end_before_the_recording_does(moving_head):
    recording, landmarks = moving_head

    with pytest.raises(LandmarkError, match=r"006_1 has 11 frames and 7 rows. Detect the landmarks again"):
        list(stream_flow(recording, iter(landmarks[:7]), SETTINGS))


def test_the_first_steps_are_the_same_in_a_shorter_band(moving_head):
    recording, landmarks = moving_head

    short = extract_flow(recording, landmarks, replace(SETTINGS, max_window=5))

    np.testing.assert_array_equal(short, extract_flow(recording, landmarks, SETTINGS)[:, :4])
