from dataclasses import replace

import cv2
import numpy as np
import pytest

from platform.rendering import dataset
from platform.rendering.dataset import (
    DemoSettings,
    LayoutSettings,
    copy_annotations,
    demo_plan,
    is_rendered,
    layout_plan,
    render_recording,
    write_annotations,
)
from platform.rendering.frames import render_frames
from platform.rendering.trees import Layout
from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.reader import read_dataset
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import InvalidValueError

SETTINGS = DemoSettings(num_subjects=1, recordings_per_subject=1)


def _contents(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_a_recording_lies_in_the_tree_of_cas_me_2_with_its_landmarks(tmp_path, make_plan, smile):
    plan = make_plan(num_frames=12, events=(smile,))

    render_recording(plan, tmp_path, SETTINGS)

    folder = tmp_path / "rawpic" / "s15" / "15_0101disgustingteeth"
    assert sorted(path.name for path in folder.iterdir()) == [f"img{number:03d}.jpg" for number in range(1, 13)]
    table = np.genfromtxt(tmp_path / "landmarks" / "s15_0101.csv", delimiter=",", names=True)
    assert table.dtype.names[:3] == ("frame", "success", "x_0")
    assert table.dtype.names[-68:] == tuple(f"y_{index}" for index in range(68))
    np.testing.assert_array_equal(table["frame"], range(1, 13))
    np.testing.assert_array_equal(table["success"], 1)


def test_files_hold_what_was_rendered(tmp_path, make_plan):
    plan = make_plan(num_frames=3)

    render_recording(plan, tmp_path, SETTINGS)

    last = list(render_frames(plan))[-1]
    image = cv2.imread(str(tmp_path / "rawpic/s15/15_0101disgustingteeth/img003.jpg"), cv2.IMREAD_UNCHANGED)
    row = np.loadtxt(tmp_path / "landmarks/s15_0101.csv", delimiter=",", skiprows=1)[-1]
    assert image.shape == (400, 400)
    assert np.abs(image.astype(int) - last.image).mean() < 1.5
    np.testing.assert_allclose(row[2:].reshape(2, 68).T, last.landmarks, atol=5.01e-4)


def test_two_renderings_are_equal_byte_by_byte(tmp_path, make_plan, smile):
    plan = make_plan(num_frames=10, events=(smile,))

    for name in ("first", "second"):
        render_recording(plan, tmp_path / name, SETTINGS)
        write_annotations([plan], tmp_path / name)

    assert _contents(tmp_path / "first") == _contents(tmp_path / "second")
    assert len(_contents(tmp_path / "first")) == 10 + 4


def test_a_finished_recording_is_not_rendered_again(tmp_path, make_plan, monkeypatch):
    plan = make_plan(num_frames=2)
    render_recording(plan, tmp_path, SETTINGS)
    monkeypatch.setattr(dataset, "render_frames", lambda _plan: pytest.fail("rendered again"))

    render_recording(plan, tmp_path, SETTINGS)

    assert is_rendered(plan, tmp_path)


def test_a_recording_that_was_interrupted_is_rendered_anew(tmp_path, make_plan, monkeypatch):
    plan = make_plan(num_frames=4)
    with monkeypatch.context() as patched:
        patched.setattr(dataset, "render_frames", _interrupted_after_three_frames)
        with pytest.raises(KeyboardInterrupt):
            render_recording(plan, tmp_path, SETTINGS)
    was_rendered = is_rendered(plan, tmp_path)

    render_recording(plan, tmp_path, SETTINGS)

    assert not was_rendered
    assert len(list((tmp_path / "rawpic/s15/15_0101disgustingteeth").iterdir())) == 4
    assert not any((tmp_path / ".rendering").iterdir())


def _interrupted_after_three_frames(plan):
    yield from list(render_frames(plan))[:3]
    raise KeyboardInterrupt


def test_files_left_by_an_interrupted_rendering_do_not_get_into_the_recording(tmp_path, make_plan):
    plan = make_plan(num_frames=2)
    leftover = tmp_path / ".rendering" / plan.name / "img099.jpg"
    leftover.parent.mkdir(parents=True)
    leftover.touch()

    render_recording(plan, tmp_path, SETTINGS)

    folder = tmp_path / "rawpic/s15/15_0101disgustingteeth"
    assert sorted(path.name for path in folder.iterdir()) == ["img001.jpg", "img002.jpg"]


def test_rendering_with_other_settings_is_refused_before_anything_is_written(tmp_path, make_plan):
    render_recording(make_plan(num_frames=1), tmp_path, SETTINGS)
    before = _contents(tmp_path)

    with pytest.raises(InvalidValueError, match=r"seed must be 0, .* got 5"):
        render_recording(make_plan(name="s15_0102", num_frames=1), tmp_path, replace(SETTINGS, seed=5))

    assert _contents(tmp_path) == before


def test_the_number_of_opencv_threads_is_left_as_it_was(tmp_path, make_plan):
    before = cv2.getNumThreads()
    cv2.setNumThreads(2)

    render_recording(make_plan(num_frames=1), tmp_path, SETTINGS)

    assert cv2.getNumThreads() == 2
    cv2.setNumThreads(before)


def test_the_reader_of_the_demo_finds_every_expression(tmp_path):
    settings = DemoSettings(
        num_subjects=1, recordings_per_subject=2, seconds=2.5, macro_per_recording=1, micro_per_recording=1
    )
    plans = demo_plan(settings)
    for plan in plans:
        render_recording(plan, tmp_path, settings)
    write_annotations(plans, tmp_path)

    read = read_dataset("demo", tmp_path)

    assert [recording.name for recording in read.recordings] == [plan.name for plan in plans]
    assert not read.repairs
    for recording, plan in zip(read.recordings, plans, strict=True):
        assert recording.num_frames == 75
        assert [(one.kind, one.onset, one.apex, one.offset) for one in recording.expressions] == [
            (event.kind, event.onset, event.apex, event.offset) for event in plan.events
        ]


@pytest.mark.parametrize(
    ("layout", "subject", "recording", "first_file", "annotation", "num_channels"),
    [
        (Layout.SAMM_LV, "006", "006_1", "SAMM_longvideos/006_1/006_1_0001.jpg", "SAMM_LongVideos_V3_Release.xlsx", 1),
        (
            Layout.CAS_ME_3,
            "spNO.1",
            "spNO.1_a",
            "part_A/data/part_A/spNO.1/a/color/6.jpg",
            "part_A/annotation/CAS(ME)3_part_A_v2.xls",
            3,
        ),
        (
            Layout.CAS_ME_2,
            "s15",
            "s15_0101",
            "rawpic/s15/15_0101disgustingteeth/img001.jpg",
            "CAS(ME)^2code_final.xlsx",
            1,
        ),
    ],
)
def test_a_real_annotation_is_rendered_in_the_tree_of_its_dataset(
    tmp_path, layout, subject, recording, first_file, annotation, num_channels
):
    source, root = tmp_path / annotation.rpartition("/")[2], tmp_path / "root"
    source.write_bytes(b"\x00 any bytes \r\n")
    row = AnnotationRow(
        subject=subject, recording=recording, kind=ExpressionKind.MICRO, onset=9, apex=11, offset=14, row_number=2
    )
    (plan,) = layout_plan(layout, [row], num_frames={recording: 12})

    copied = copy_annotations(source, root, layout=layout)
    render_recording(plan, root, LayoutSettings.of_annotation(source, layout=layout))

    image = cv2.imread(str(root / first_file), cv2.IMREAD_UNCHANGED)
    assert (1 if image.ndim == 2 else image.shape[2]) == num_channels
    assert len(list((root / first_file).parent.iterdir())) == 12
    assert (root / "landmarks" / f"{recording}.csv").is_file()
    assert copied == root / annotation
    assert copied.read_bytes() == source.read_bytes()


def test_colour_keeps_the_grey_levels(tmp_path):
    row = AnnotationRow(
        subject="spNO.2", recording="spNO.2_b", kind=ExpressionKind.MICRO, onset=9, apex=11, offset=14, row_number=2
    )
    (plan,) = layout_plan(Layout.CAS_ME_3, [row], num_frames={"spNO.2_b": 1})
    settings = LayoutSettings(layout=Layout.CAS_ME_3, annotation_file="a.xls", annotation_sha256="")

    render_recording(plan, tmp_path, settings)

    image = cv2.imread(str(tmp_path / "part_A/data/part_A/spNO.2/b/color/6.jpg"))
    expected = next(render_frames(plan)).image
    is_unclipped = expected < 200
    difference = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(int) - expected
    assert np.abs(difference[is_unclipped]).mean() < 2
    assert image[..., 2].mean() > image[..., 0].mean() + 20
