"""Frames of video files, and their digests."""

import os
from dataclasses import replace

import cv2
import numpy as np
import pytest

from spotformer_core.datasets.recording import Recording
from spotformer_core.datasets.video_files import open_video
from spotformer_core.errors import InvalidValueError, RecordingError
from spotformer_core.flow import video_frames
from spotformer_core.flow.frames import content_digest, listing_digest, read_frames
from spotformer_core.flow.video_frames import VideoWalk

NUM_FRAMES = 9


@pytest.fixture
def write_video():
    """Writes a lossless video whose frames are of one grey each: 0, 20, 40, ..."""

    def write(path, *, num_frames: int = NUM_FRAMES, code: str = "FFV1"):
        video = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*code), 30.0, (32, 24))
        for position in range(num_frames):
            video.write(np.full((24, 32, 3), 20 * position, np.uint8))
        video.release()
        return path

    return write


@pytest.fixture
def recording(tmp_path, write_video) -> Recording:
    return Recording(
        dataset="made",
        subject="a",
        name="a_1",
        frame_paths=(),
        frame_numbers=tuple(range(NUM_FRAMES)),
        frames_per_second=30.0,
        expressions=(),
        video_path=write_video(tmp_path / "a_1.avi"),
    )


def greys(recording, frames=None) -> list[int]:
    return [int(frame.mean()) for frame in read_frames(recording, frames)]


def test_frames_come_in_order_and_in_grey(recording):
    frames = list(read_frames(recording))

    assert {(frame.shape, frame.dtype.str) for frame in frames} == {((24, 32), "|u1")}
    np.testing.assert_allclose([frame.mean() for frame in frames], 20 * np.arange(NUM_FRAMES), atol=1)


def test_colours_are_kept_on_demand(recording):
    assert {frame.shape for frame in read_frames(recording, color=True)} == {(24, 32, 3)}


@pytest.mark.parametrize("frames", [range(3), range(2, 6), range(8, 9), range(5, 9), range(4, 4)])
def test_a_stretch_holds_what_the_whole_video_holds_there(recording, frames):
    assert greys(recording, frames) == greys(recording)[frames.start : frames.stop]


@pytest.mark.parametrize("numbers", [(0, 3, 6), (1, 8), (4,)])
def test_frame_numbers_are_positions_in_the_video(recording, numbers):
    whole = greys(recording)

    assert greys(replace(recording, frame_numbers=numbers)) == [whole[number] for number in numbers]


@pytest.mark.parametrize(
    ("num_frames", "received"), [(NUM_FRAMES - 2, "frame 7, got only 7 frames"), (NUM_FRAMES + 1, "9 frames, got at")]
)
def test_a_video_of_another_length_than_listed_is_a_changing_one(recording, write_video, num_frames, received):
    write_video(recording.video_path, num_frames=num_frames)

    with pytest.raises(RecordingError, match=rf"changing or damaged .*a_1.avi of a_1 was listed with {received}"):
        greys(recording)


def test_frames_after_the_last_one_kept_are_no_change(recording):
    assert greys(replace(recording, frame_numbers=(0, 5))) == greys(recording)[:6:5]


def test_a_stretch_before_the_end_does_not_ask_how_the_video_ends(recording, write_video):
    write_video(recording.video_path, num_frames=NUM_FRAMES + 3)

    assert len(greys(recording, range(3))) == 3


@pytest.mark.parametrize("content", [b"", b"RIFF", bytes(3000)])
def test_a_file_that_is_no_video_is_refused_with_its_size(recording, content):
    recording.video_path.write_bytes(content)

    with pytest.raises(RecordingError, match=rf"that FFmpeg can open, got .*a_1.avi \({len(content)} bytes\)"):
        greys(recording)


@pytest.mark.parametrize(
    ("read", "rule"),
    [
        (greys, "a video must be readable, but"),
        (listing_digest, "every frame must be"),
        (content_digest, "every frame must"),
    ],
)
def test_a_missing_file_is_named(recording, read, rule):
    recording.video_path.unlink()

    with pytest.raises(RecordingError, match=rf"{rule}.*a_1.avi.* gives: No such file"):
        read(recording)


@pytest.mark.parametrize("digest", [listing_digest, content_digest])
def test_digests_differ_when_other_frames_of_the_video_are_used(recording, digest):
    assert digest(recording) == digest(recording)
    assert digest(recording) != digest(replace(recording, frame_numbers=(0, 2, 4)))


def test_the_listing_digest_differs_with_the_time_of_the_video_and_the_content_does_not(recording):
    listing, content = listing_digest(recording), content_digest(recording)

    os.utime(recording.video_path, ns=(0, 0))

    assert listing_digest(recording) != listing
    assert content_digest(recording) == content


def test_a_recording_has_images_or_a_video(recording, tmp_path):
    paths = tuple(tmp_path / f"{number}.png" for number in range(NUM_FRAMES))

    with pytest.raises(InvalidValueError, match=r"got 9 files, 9 numbers and the video .*a_1.avi for a_1"):
        replace(recording, frame_paths=paths)
    with pytest.raises(InvalidValueError, match=r"got 8 files, 9 numbers and the video None for a_1"):
        replace(recording, frame_paths=paths[:-1], video_path=None)


def test_a_frame_whose_position_is_repeated_is_given_as_often(recording):
    slow = replace(recording, frame_numbers=(0, 0, 1, 2, 2, 2, 8, 8))

    np.testing.assert_allclose(greys(slow), [0, 0, 20, 40, 40, 40, 160, 160], atol=1)


def test_a_resampled_video_may_leave_a_step_less_than_its_longest_behind_its_last_frame(recording):
    assert len(greys(replace(recording, frame_numbers=(0, 3, 5, 7)))) == 4


class Counted:
    """Counts how often videos are opened and how many frames are decoded."""

    def __init__(self, monkeypatch):
        self.opened, self.decoded = 0, 0
        monkeypatch.setattr(video_frames, "open_video", self._open)

    def _open(self, path):
        self.opened += 1
        counted, video = self, open_video(path)

        class Video:
            def grab(self):
                counted.decoded += 1
                return video.grab()

            def retrieve(self):
                return video.retrieve()

            def release(self):
                video.release()

        return Video()


STRETCHES = {
    "one after the other": (range(3), range(3, 6), range(6, 8)),
    "overlapping": (range(5), range(3, 7), range(5, 8)),
    "with gaps": (range(2), range(4, 5), range(7, 8)),
}


@pytest.mark.parametrize("stretches", STRETCHES.values(), ids=STRETCHES)
def test_a_walk_decodes_every_frame_once(recording, monkeypatch, stretches):
    whole, counted, walk = greys(recording), Counted(monkeypatch), VideoWalk(overlap=2)

    given = [[int(frame.mean()) for frame in read_frames(recording, stretch, walk=walk)] for stretch in stretches]

    assert given == [whole[stretch.start : stretch.stop] for stretch in stretches]
    assert (counted.opened, counted.decoded) == (1, stretches[-1].stop)


@pytest.mark.parametrize(
    "stretches",
    [(range(4, 8), range(4)), (range(6), range(3, 8)), (range(NUM_FRAMES), range(2, 4))],
    ids=["falling", "overlapping too far", "after the end"],
)
def test_a_walk_that_cannot_go_on_begins_anew(recording, monkeypatch, stretches):
    whole, counted, walk = greys(recording), Counted(monkeypatch), VideoWalk(overlap=2)

    given = [[int(frame.mean()) for frame in read_frames(recording, stretch, walk=walk)] for stretch in stretches]

    assert given == [whole[stretch.start : stretch.stop] for stretch in stretches]
    assert counted.opened == 2


def test_a_walk_tells_frames_in_grey_from_frames_in_colour(recording):
    walk = VideoWalk(overlap=4)
    list(read_frames(recording, range(4), walk=walk))

    assert {frame.shape for frame in read_frames(recording, range(2, 6), color=True, walk=walk)} == {(24, 32, 3)}


def test_a_walk_notices_that_the_video_has_changed(recording, write_video):
    walk = VideoWalk(overlap=2)
    list(read_frames(recording, range(4), walk=walk))

    write_video(recording.video_path, num_frames=5)

    with pytest.raises(RecordingError, match=r"changing or damaged .* frame 5, got only 5 frames"):
        list(read_frames(recording, range(4, 7), walk=walk))


def test_a_walk_goes_from_one_video_to_the_next(recording, write_video, tmp_path):
    other = replace(recording, name="b_1", video_path=write_video(tmp_path / "b_1.avi"))
    whole, walk = greys(recording), VideoWalk(overlap=2)

    for one, stretch in ((recording, range(4)), (other, range(4, 6)), (recording, range(4, 6))):
        assert [int(f.mean()) for f in read_frames(one, stretch, walk=walk)] == whole[stretch.start : stretch.stop]
