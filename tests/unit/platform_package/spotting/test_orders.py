"""What a command line names."""

import pytest

from platform.spotting.orders import named_videos
from spotformer_core.errors import InvalidValueError, RecordingError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "more").mkdir()
    for path in ("b.mp4", "a.avi", "notes.txt", ".hidden.mp4", "frames/1.png", "../frames2/1.jpg"):
        file = (tmp_path / "more" / path).resolve()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
    return tmp_path


def test_files_folders_of_images_and_folders_of_these_are_named(folder):
    videos = named_videos([folder / "x.mp4", folder / "more", folder / "frames2"])

    assert [str(video.relative_to(folder)) for video in videos] == [
        *("x.mp4", "more/a.avi", "more/b.mp4", "more/frames"),
        "frames2",
    ]


def test_a_folder_with_nothing_to_spot_is_told(tmp_path):
    with pytest.raises(RecordingError, match=r"must hold images, videos or folders of images, got none in .*Name the"):
        named_videos([tmp_path])


def test_two_videos_of_one_name_are_refused(folder):
    with pytest.raises(InvalidValueError, match=r"must have different names, .* got a more than once. Rename them"):
        named_videos([folder / "more", folder / "a.mp4"])
