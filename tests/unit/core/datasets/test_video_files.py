"""How long a video is."""

import cv2
import numpy as np
import pytest

from spotformer_core.datasets.video_files import measure_video
from spotformer_core.errors import RecordingError

NUM_FRAMES = 40


@pytest.fixture
def write_video(tmp_path):
    def write(name, code):
        path = tmp_path / name
        video = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*code), 25.0, (32, 32))
        random = np.random.default_rng(0)
        for _ in range(NUM_FRAMES):
            video.write(random.integers(0, 256, (32, 32, 3), np.uint8))
        video.release()
        return path

    return write


@pytest.mark.parametrize(
    ("name", "code"), [("a.avi", "MJPG"), ("a.mp4", "mp4v"), ("a.mkv", "FFV1"), ("a.webm", "VP80"), ("a.webm", "VP90")]
)
def test_frames_are_counted_as_decoding_finds_them(write_video, name, code):
    path = write_video(name, code)

    length = measure_video(path)

    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    assert length.num_frames == sum(iter(video.grab, False)) == NUM_FRAMES
    assert (length.declared_frames, length.frames_per_second) == (NUM_FRAMES, 25)


def test_a_container_that_knows_only_its_duration_may_hold_fewer_frames(write_video):
    path = write_video("a.mkv", "FFV1")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    length = measure_video(path)

    assert 0 < length.num_frames < length.declared_frames == NUM_FRAMES


def test_a_container_that_lists_its_frames_must_hold_them(write_video):
    path = write_video("a.avi", "MJPG")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(RecordingError, match=r"got \d+ of 40 in \S+a.avi, which seems to be cut off"):
        measure_video(path)


@pytest.mark.parametrize(("content", "num_bytes"), [(b"", 0), (bytes(500), 500)])
def test_a_file_that_is_no_video_is_an_error(tmp_path, content, num_bytes):
    (tmp_path / "a.mp4").write_bytes(content)

    with pytest.raises(RecordingError, match=rf"FFmpeg can open, got \S+a.mp4 \({num_bytes} bytes\)"):
        measure_video(tmp_path / "a.mp4")


@pytest.mark.parametrize(
    ("make", "reason"), [(lambda path: path.mkdir(), "Is a directory"), (lambda _: None, "No such")]
)
def test_a_file_that_cannot_be_opened_is_an_error(tmp_path, make, reason):
    make(tmp_path / "a.mp4")

    with pytest.raises(RecordingError, match=rf"must be readable, but \S+a.mp4 gives: {reason}"):
        measure_video(tmp_path / "a.mp4")
