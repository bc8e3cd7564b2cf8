"""Frames of image files; those of videos are in test_video_frames.py."""

import os
from dataclasses import replace

import cv2
import numpy as np
import pytest

from spotformer_core.errors import InvalidValueError, RecordingError
from spotformer_core.flow.frames import content_digest, listing_digest, read_frames

FRAMES = [np.full((6, 8), value, np.uint8) for value in (10, 20, 30)]
MESSAGES = {
    "missing": "every frame must be readable, but .*0001.png of recording 006_1 gives: No such file",
    "a folder": "every frame must be readable, but .*0001.png of recording 006_1 gives: Is a directory",
}


@pytest.fixture
def recording(make_recording):
    return make_recording(FRAMES)


def make_unreadable(path, how: str) -> None:
    path.unlink()
    if how == "a folder":
        path.mkdir()


def test_frames_come_in_order(recording):
    for frame, expected in zip(read_frames(recording), FRAMES, strict=True):
        np.testing.assert_array_equal(frame, expected)
        assert frame.dtype == np.uint8


def test_coloured_frames_come_in_grey(make_recording):
    blue, green, red = (np.eye(3, dtype=np.uint8)[channel] * np.full((6, 8, 1), 200, np.uint8) for channel in range(3))

    values = [int(frame[0, 0]) for frame in read_frames(make_recording([blue, green, red]))]

    # The weights of ITU-R BT.601: 0.114, 0.587, 0.299.
    np.testing.assert_allclose(values, [23, 117, 60], atol=1)


def test_colours_are_kept_on_demand_blue_first(make_recording):
    colored = np.full((6, 8, 3), (200, 100, 50), np.uint8)

    (frame,) = read_frames(make_recording([colored]), color=True)

    np.testing.assert_array_equal(frame, colored)


@pytest.mark.parametrize(("frames", "values"), [(range(1, 3), [20, 30]), (range(1), [10]), (range(2, 2), [])])
def test_a_stretch_of_frames_reads_no_other_file(recording, frames, values):
    for position, path in enumerate(recording.frame_paths):
        if position not in frames:
            path.unlink()

    assert [int(frame[0, 0]) for frame in read_frames(recording, frames)] == values


@pytest.mark.parametrize("frames", [range(4), range(-1, 2), range(0, 3, 2)])
def test_frames_that_are_no_stretch_of_the_recording_are_refused(recording, frames):
    with pytest.raises(InvalidValueError, match=r"frames must be positions among the 3 of 006_1 in steps of 1, got ra"):
        list(read_frames(recording, frames))


@pytest.mark.parametrize("read", [lambda one: list(read_frames(one)), listing_digest, content_digest])
def test_a_recording_without_files_is_refused(recording, read):
    with pytest.raises(RecordingError, match=r"but recording 006_1 has neither\. Name the folder"):
        read(replace(recording, frame_paths=()))


def test_frames_are_read_only_when_they_are_asked_for(recording):
    recording.frame_paths[2].unlink()
    frames = read_frames(recording)

    assert [int(next(frames)[0, 0]) for _ in range(2)] == [10, 20]
    with pytest.raises(RecordingError, match=r"0002.png"):
        next(frames)


@pytest.mark.parametrize("how", MESSAGES)
def test_a_frame_that_cannot_be_opened_is_named(recording, how):
    make_unreadable(recording.frame_paths[1], how)

    with pytest.raises(RecordingError, match=MESSAGES[how]):
        list(read_frames(recording))
    with pytest.raises(RecordingError, match=MESSAGES[how]):
        content_digest(recording)


def test_a_missing_frame_stops_the_listing_too(recording):
    recording.frame_paths[1].unlink()

    with pytest.raises(RecordingError, match=MESSAGES["missing"]):
        listing_digest(recording)


@pytest.mark.parametrize("content", [b"", b"GIF8", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_image_is_refused_with_its_size(recording, content):
    recording.frame_paths[1].write_bytes(content)

    message = rf"must be an image, but .*0001.png of recording 006_1 \({len(content)} bytes\) is none. Restore"
    with pytest.raises(RecordingError, match=message):
        list(read_frames(recording))


def test_a_frame_of_another_size_is_refused_with_both_sizes(recording):
    recording.frame_paths[2].write_bytes(cv2.imencode(".png", np.zeros((8, 6), np.uint8))[1].tobytes())

    with pytest.raises(RecordingError, match=r"006_1 begins with 8x6 but 0002.png has 6x8. Remove or re-export"):
        list(read_frames(recording))


@pytest.mark.parametrize("digest", [listing_digest, content_digest])
def test_digests_are_repeatable(recording, digest):
    assert digest(recording) == digest(recording)


@pytest.mark.parametrize("digest", [listing_digest, content_digest])
def test_digests_differ_when_a_frame_is_left_out_or_moved(recording, digest):
    first, second, third = recording.frame_paths

    digests = {
        digest(replace(recording, frame_paths=paths, frame_numbers=tuple(range(len(paths)))))
        for paths in ((first, second), (first, third, second))
    }

    assert len(digests | {digest(recording)}) == 3


def test_the_content_digest_differs_when_one_byte_differs_and_the_listing_does_not(recording):
    path = recording.frame_paths[1]
    state, data = path.stat(), path.read_bytes()
    listing, content = listing_digest(recording), content_digest(recording)

    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))

    assert listing_digest(recording) == listing
    assert content_digest(recording) != content


def test_the_content_digest_tells_where_one_frame_ends_and_the_next_begins(make_recording):
    recording = make_recording(FRAMES[:2])
    first, second = recording.frame_paths
    first.write_bytes(b"ab")
    second.write_bytes(b"c")
    before = content_digest(recording)

    first.write_bytes(b"a")
    second.write_bytes(b"bc")

    assert content_digest(recording) != before


def test_the_listing_digest_differs_with_the_time_of_a_file_and_the_content_does_not(recording):
    listing, content = listing_digest(recording), content_digest(recording)

    os.utime(recording.frame_paths[0], ns=(0, 0))

    assert listing_digest(recording) != listing
    assert content_digest(recording) == content


def test_the_listing_digest_reads_no_frame(recording, monkeypatch):
    monkeypatch.setattr("pathlib.Path.open", lambda path, *_: pytest.fail(f"{path} was read"))

    assert len(listing_digest(recording)) == 32
