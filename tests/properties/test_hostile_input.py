"""Names, links, pipes and sizes that somebody else chose: nothing leads outside, hangs or explodes."""

import os
import re
import string
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from platform.landmarks.source import LandmarkFiles
from platform.reporting.detections import read_detections
from platform.reporting.recording_names import RecordingNames
from platform.study.workspace import Workspace, model_folder, scores_path, table_path
from spotformer_core.datasets import cas_me_2, cas_me_3, lineage, plain, samm_lv
from spotformer_core.datasets.assembly import ReadingOptions
from spotformer_core.datasets.policy_choices import AnnotationPolicies, Links
from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import (
    AnnotationError,
    DatasetError,
    InvalidValueError,
    LandmarkError,
    ModelError,
    RecordingError,
    StudyError,
)
from spotformer_core.file_names import MOST_BYTES, require_file_name
from spotformer_core.flow.frames import read_frames
from spotformer_core.flow.landmark_files import read_landmarks
from spotformer_core.flow.released_features import find_features
from spotformer_core.limited_files import read_limited
from spotformer_core.spotting.model_files import DESCRIPTION_FILE, read_model
from spotformer_core.spotting.video_recordings import video_recording

HOSTILE = (
    "../outside",
    "..",
    ".",
    "",
    "/etc/passwd",
    "a/../../b",
    "a/b",
    "a\0b",
    "a\nb",
    "\x1b[2J",
    "x" * 300,
    "ü" * 150,
    "\udcff",
)


def named(name: str, subject: str = "s1") -> Recording:
    return Recording(
        dataset="plain",
        subject=subject,
        name=name,
        frame_paths=(),
        frame_numbers=(0,),
        frames_per_second=30.0,
        expressions=(),
    )


def png(width: int, height: int) -> bytes:
    """A grey image of zeros, or the head of one that is far larger than its data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" * min((width + 1) * height, 1000))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A dataset of one's own with one recording of one image, and a folder of images outside it."""
    for folder in ("root/anna", "outside"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "1.png").write_bytes(png(8, 8))
    write_table(tmp_path / "root", "anna")
    return tmp_path / "root"


def write_table(root: Path, *recordings: str) -> None:
    rows = [f"{name},s1,macro,0,,0" for name in recordings]
    (root / plain.ANNOTATION_FILE).write_text("\n".join([",".join(plain.COLUMNS), *rows]) + "\n")


@given(st.text(st.sampled_from(string.printable + "ü\0\x7f\ud800"), max_size=12))
@example("..")
@example("a/../../b")
def test_a_name_that_is_taken_stays_in_its_folder(name: str):
    folder = Path("/folder")
    try:
        require_file_name(name, "a name")
    except InvalidValueError:
        return

    for file in (folder / name, folder / f"{name}.arrow", folder / name / "inside"):
        assert os.path.normpath(file).startswith("/folder/")
        assert len(os.fsencode(name)) <= MOST_BYTES


@pytest.mark.parametrize("name", HOSTILE)
def test_no_recording_and_no_subject_has_a_name_that_leads_elsewhere(name: str):
    with pytest.raises(InvalidValueError, match="a recording must have a name for files"):
        named(name)
    with pytest.raises(InvalidValueError, match="a subject must have a name for files"):
        named("anna", subject=name)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_study_configuration_or_fold_lies_elsewhere(tmp_path: Path, name: str):
    workspace = Workspace(tmp_path)

    with pytest.raises(InvalidValueError, match=r"a study .* must have a name for files"):
        workspace.study(name)
    for path in (
        lambda: scores_path(tmp_path, name, "s1"),
        lambda: scores_path(tmp_path, "c0000", name, epoch=3),
        lambda: table_path(tmp_path, "c0000", name),
        lambda: model_folder(tmp_path, name),
    ):
        with pytest.raises(StudyError, match="must have a name for files"):
            path()


@pytest.mark.parametrize("name", [name for name in HOSTILE if "\0" not in name and "\n" not in name])
@pytest.mark.parametrize("column", ["recording", "subject"])
def test_no_table_of_ones_own_names_something_elsewhere(root: Path, name: str, column: str):
    values = {"recording": "anna", "subject": "s1", column: name}
    text = ",".join(plain.COLUMNS) + "\n" + f'"{values["recording"]}","{values["subject"]}",macro,0,,0\n'
    (root / plain.ANNOTATION_FILE).write_text(text, encoding="utf-8", errors="surrogateescape")

    with pytest.raises((AnnotationError, InvalidValueError)):
        plain.read(root)


@pytest.mark.parametrize("name", ["samm_..", "a_.", "casme_", "../samm_006", "/tmp", "x" * 200])
def test_no_table_of_the_lineage_leads_out_of_the_root(root: Path, name: str):
    table = root.parent / "table.csv"
    table.write_text(f"{','.join(lineage.COLUMNS)}\n{name},{name},0,0,0,1\n")

    # Both the root itself and the folder above hold folders of images, which such names could lead to.
    (root / "1.png").write_bytes(png(8, 8))
    with pytest.raises(DatasetError):
        lineage.read(root, ReadingOptions(annotations=table))


@pytest.mark.parametrize("pattern", [samm_lv._RECORDING, cas_me_2._RECORDING, cas_me_3._SUBJECT])
@pytest.mark.parametrize("name", HOSTILE)
def test_no_release_names_a_recording_or_subject_like_that(pattern: re.Pattern[str], name: str):
    assert not pattern.fullmatch(name)


@pytest.mark.parametrize("kind", ["folder", "frame", "circle"])
def test_links_out_of_the_root_are_refused_unless_they_are_allowed(root: Path, kind: str):
    outside = root.parent / "outside"
    if kind == "folder":
        (root / "linked").symlink_to(outside)
    else:
        (root / "linked").mkdir()
        target = outside / "1.png" if kind == "frame" else root / "linked" / "1.png"
        (root / "linked" / "1.png").symlink_to(target)
    write_table(root, "anna", "linked")

    dataset = plain.read(root)

    assert [one.name for one in dataset.recordings] == ["anna"]
    assert list(dataset.unreadable) == ["linked"]
    if kind != "circle":
        assert "everything in a dataset must lie in its root" in dataset.unreadable["linked"]
        anywhere = ReadingOptions(policies=AnnotationPolicies(links=Links.ANYWHERE))
        assert [one.name for one in plain.read(root, anywhere).recordings] == ["anna", "linked"]


def test_links_inside_the_root_and_to_the_root_are_followed(root: Path):
    (root / "again").symlink_to(root / "anna")
    write_table(root, "anna", "again")
    (root.parent / "elsewhere").symlink_to(root)

    for one in (root, root.parent / "elsewhere"):
        assert [recording.name for recording in plain.read(one).recordings] == ["again", "anna"]


def test_pipes_are_no_frames_no_videos_no_landmarks_and_no_features(root: Path):
    os.mkfifo(root / "pipe.mp4")
    os.mkfifo(root / "anna" / "2.png")
    os.mkfifo(root / "anna.csv")
    os.mkfifo(root / "anna.npy")
    os.mkfifo(root / "annotations.txt")
    write_table(root, "anna", "pipe")

    dataset = plain.read(root)

    assert "no regular file" in dataset.unreadable["pipe"]
    (anna,) = dataset.recordings
    assert anna.num_frames == 1
    with pytest.raises(RecordingError, match="no regular file"):
        video_recording(root / "pipe.mp4", wanted=30.0)
    with pytest.raises(LandmarkError, match="no regular file"):
        read_landmarks(root, anna)
    with pytest.raises(LandmarkError, match="no regular file"):
        LandmarkFiles(root).fingerprint(anna)
    with pytest.raises(DatasetError, match="released features must be"):
        find_features(root, ["anna"])
    with pytest.raises(InvalidValueError, match="no regular file"):
        read_detections(root / "annotations.txt", names=RecordingNames({"anna": "s1"}, dataset="plain"))
    with pytest.raises(AnnotationError, match="must be a file"):
        plain.read_annotations(root / "annotations.txt")


@pytest.mark.parametrize("name", [DESCRIPTION_FILE, "weights.safetensors"])
def test_a_model_with_a_pipe_in_the_place_of_a_file_is_damaged(tmp_path: Path, name: str):
    (tmp_path / DESCRIPTION_FILE).write_text('{"format": 1}')
    (tmp_path / name).unlink(missing_ok=True)
    os.mkfifo(tmp_path / name)

    with pytest.raises(ModelError, match=r"must be an undamaged model, got: .*no regular file"):
        read_model(tmp_path)


def test_a_description_that_is_nested_too_deep_is_damaged(tmp_path: Path):
    (tmp_path / DESCRIPTION_FILE).write_text("[" * 100_000)

    with pytest.raises(ModelError, match="must be an undamaged model"):
        read_model(tmp_path)


def test_a_file_is_read_up_to_its_limit_and_no_further(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")

    assert read_limited(path, most_bytes=5) == b"12345"
    with pytest.raises(OSError, match="it has 5 bytes, more than 4"):
        read_limited(path, most_bytes=4)
    with pytest.raises(OSError, match="no regular file"):
        read_limited(Path("/dev/zero"), most_bytes=5)


def test_an_image_of_more_pixels_than_can_be_decoded_is_named(root: Path):
    (root / "anna" / "1.png").write_bytes(png(60_000, 60_000))
    (anna,) = plain.read(root).recordings

    with pytest.raises(RecordingError, match=r"every frame must be an image, but \S+1\.png"):
        list(read_frames(anna))


def test_an_image_of_too_many_bytes_is_named_and_not_read(root: Path):
    with (root / "anna" / "1.png").open("wb") as file:
        file.truncate(1 << 40)  # sparse: takes no room
    (anna,) = plain.read(root).recordings

    with pytest.raises(RecordingError, match="more than"):
        list(read_frames(anna))
