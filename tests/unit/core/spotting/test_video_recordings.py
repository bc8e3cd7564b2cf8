"""Videos and folders of images as recordings at the frame rate of a model, and the way back."""

import cv2
import numpy as np
import pytest

from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.decoding.proposals import Proposal
from spotformer_core.errors import RecordingError
from spotformer_core.flow.frames import read_frames
from spotformer_core.spotting.video_recordings import ROW_FIELDS, video_recording


@pytest.fixture
def write_video(tmp_path):
    """A lossless video whose frame k is of grey 10 k."""

    def write(name: str, *, num_frames: int, rate: float):
        video = cv2.VideoWriter(str(tmp_path / name), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"FFV1"), rate, (32, 24))
        for position in range(num_frames):
            video.write(np.full((24, 32, 3), 10 * position, np.uint8))
        video.release()
        return tmp_path / name

    return write


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "interview"
    folder.mkdir()
    for number in range(101, 109):
        cv2.imwrite(str(folder / f"img_{number}.png"), np.full((24, 32), number, np.uint8))
    return folder


PROPOSAL = Proposal(kind=ExpressionKind.MICRO, onset=1, apex=2, offset=3, score=0.12345678)


@pytest.mark.parametrize(
    ("rate", "looked_at"),
    [(60.0, [0, 2, 4, 6, 8]), (30.0, list(range(9))), (20.0, [0, 1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 8])],
)
def test_a_video_is_looked_at_at_the_rate_of_the_model(write_video, rate, looked_at):
    video = video_recording(write_video("anna.avi", num_frames=9, rate=rate), wanted=30.0)

    assert video.recording.name == "anna"
    assert list(video.stored) == looked_at
    assert [round(frame.mean() / 10) for frame in read_frames(video.recording)] == looked_at
    assert video.seconds == pytest.approx(9 / rate)
    assert not video.is_rate_assumed


def test_proposals_are_told_in_the_own_frames_and_seconds_of_a_video(write_video):
    video = video_recording(write_video("anna.avi", num_frames=9, rate=60.0), wanted=30.0)

    (row,) = video.rows_of([PROPOSAL])

    assert list(row) == list(ROW_FIELDS)
    assert {name: type(value) for name, value in row.items()} == ROW_FIELDS
    assert row == {
        "kind": "micro",
        "onset": 2,
        "apex": 4,
        "offset": 6,
        "onset_seconds": 0.0333,
        "apex_seconds": 0.0667,
        "offset_seconds": 0.1,
        "score": 0.123457,
    }


def test_images_keep_their_numbers_and_count_seconds_from_the_first(images):
    video = video_recording(images, wanted=25.0, frames_per_second=50.0)

    (row,) = video.rows_of([PROPOSAL])

    assert video.recording.name == "interview"
    names = [path.name for path in video.recording.frame_paths]
    assert names == ["img_101.png", "img_103.png", "img_105.png", "img_107.png"]
    assert (row["onset"], row["apex"], row["offset"]) == (103, 105, 107)
    assert (row["onset_seconds"], row["offset_seconds"]) == (0.04, 0.12)
    assert not video.is_rate_assumed


def test_images_without_a_frame_rate_are_taken_at_that_of_the_model_and_it_is_told(images):
    video = video_recording(images, wanted=25.0)

    assert (video.frames_per_second, video.recording.num_frames, video.is_rate_assumed) == (25.0, 8, True)


def test_what_does_not_exist_is_told(tmp_path):
    with pytest.raises(RecordingError, match=r"a file or a folder of images, got .*nowhere.mp4, which does not"):
        video_recording(tmp_path / "nowhere.mp4", wanted=30.0)


def test_what_is_no_video_is_told(tmp_path):
    (tmp_path / "notes.mp4").write_text("not a video")

    with pytest.raises(RecordingError, match=r"must be a video that FFmpeg can open, got .*notes.mp4"):
        video_recording(tmp_path / "notes.mp4", wanted=30.0)
