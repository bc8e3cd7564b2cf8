"""Frame files in the order of their numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spotformer_core.datasets.frame_files import list_frame_files
from spotformer_core.errors import RecordingError


@pytest.mark.parametrize("name", ["img{:03d}.jpg", "img_{}.jpg", "{}.png", "016_7_{:04d}.JPG", "frame-{:06d}.jpeg"])
def test_frames_are_in_the_order_of_the_numbers_at_the_end_of_their_names(tmp_path, write_images, name):
    numbers = (2, 10, 999, 1000, 9999, 10000)
    write_images(tmp_path, (name.format(number) for number in reversed(numbers)))

    files = list_frame_files(tmp_path)

    assert files.numbers == numbers
    assert files.paths == tuple(tmp_path / name.format(number) for number in numbers)


def test_hidden_files_folders_and_files_that_are_no_images_are_passed_over(tmp_path, write_images):
    write_images(tmp_path, ["img_1.jpg", ".img_2.jpg", "._img_1.jpg", "Thumbs.db", "notes.txt"])
    (tmp_path / "img_3.jpg").mkdir()

    assert list_frame_files(tmp_path).numbers == (1,)


def test_two_files_of_one_frame_are_an_error_that_names_both(tmp_path, write_images):
    write_images(tmp_path, ["img_1.jpg", "img_2.jpg", "img002.png"])

    with pytest.raises(RecordingError, match=f"got img002.png, img_2.jpg for frame 2 in {tmp_path}"):
        list_frame_files(tmp_path)


@pytest.mark.parametrize("name", ["cover.jpg", "img_1 (copy).jpg", "img_1a.jpg", "img_\u0661.jpg"])
def test_an_image_without_a_number_at_the_end_of_its_name_is_an_error(tmp_path, write_images, name):
    write_images(tmp_path, ["img_1.jpg", name])

    with pytest.raises(RecordingError, match=r"must end in its number, as img_12.jpg does, got ") as raised:
        list_frame_files(tmp_path)

    assert name in str(raised.value)


def test_a_folder_without_images_is_an_error(tmp_path):
    with pytest.raises(RecordingError, match=f"must hold image files .*, got none in {tmp_path}"):
        list_frame_files(tmp_path)


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(RecordingError, match=f"must be in a readable folder, got {tmp_path}/006_1 "):
        list_frame_files(tmp_path / "006_1")


@given(st.sets(st.integers(0, 10**6), min_size=1, max_size=20))
def test_any_numbers_rise(tmp_path_factory, numbers):
    folder = tmp_path_factory.mktemp("frames")
    for number in numbers:
        (folder / f"img_{number}.jpg").touch()

    assert list_frame_files(folder).numbers == tuple(sorted(numbers))
