"""One video, from its frames to its files."""

import csv
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from platform.spotting import work
from platform.spotting.work import FramesDone, spot_video
from tests.unit.platform_package.spotting.conftest import NUM_FRAMES


def ended(order):
    *progress, outcome = spot_video(order)
    assert all(isinstance(part, FramesDone) for part in progress)
    return outcome, sum(part.num_frames for part in progress)


def test_a_video_gets_a_table_a_document_and_a_picture(make_order):
    order = make_order()

    outcome, num_frames = ended(order)

    assert outcome.problem == ""
    assert (outcome.name, num_frames, outcome.video_seconds) == ("anna", NUM_FRAMES, pytest.approx(20 / 30))
    assert outcome.num_proposals > 0
    assert outcome.work_seconds > 0
    with order.files.csv.open(newline="") as file:
        rows = list(csv.DictReader(file))
    document = json.loads(order.files.json.read_text())
    assert len(rows) == len(document["proposals"]) == outcome.num_proposals
    assert [int(row["onset"]) for row in rows] == sorted(int(row["onset"]) for row in rows)
    assert {row["video"] for row in rows} == {"anna"}
    assert [{name: str(value) for name, value in one.items()} for one in document["proposals"]] == [
        {name: value for name, value in row.items() if name != "video"} for row in rows
    ]
    assert document["notes"] == []
    assert document["seconds"] == pytest.approx(0.6667)
    assert cv2.imread(str(order.files.timeline)).shape[1] > 1000
    assert sorted(path.name for path in order.options.out.iterdir()) == ["anna.csv", "anna.json", "anna.png"]


def test_a_slow_video_is_told_to_be_slow(make_order):
    order = make_order(rate=15.0)

    ended(order)

    (note,) = json.loads(order.files.json.read_text())["notes"]
    assert "15 frames per second, fewer than the 30 of the model: frames were repeated" in note


def test_results_are_there_until_something_that_they_depend_on_changes(make_order, tmp_path):
    order = make_order()
    assert not order.is_done

    ended(order)

    assert make_order("other").is_done is False
    assert order.is_done
    assert not replace(order, made_from=order.made_from | {"model": "0000"}).is_done
    assert not replace(order, options=replace(order.options, annotated=True)).is_done
    order.files.timeline.unlink()
    assert not order.is_done


def test_the_annotated_video_has_every_frame_and_marks_those_of_a_proposal(make_order):
    order = make_order(annotated=True)

    ended(order)

    marked = {row["kind"]: row for row in json.loads(order.files.json.read_text())["proposals"]}
    video = cv2.VideoCapture(str(order.files.annotated_video))
    frames = []
    while (read := video.read())[0]:
        frames.append(read[1].astype(int))
    assert len(frames) == NUM_FRAMES
    assert video.get(cv2.CAP_PROP_FPS) == 30.0
    # The face is grey; a bar is not.
    colourful = [float(np.abs(frame[..., 0] - frame[..., 2]).max()) > 60 for frame in frames]
    for row in marked.values():
        assert all(colourful[row["onset"] : row["offset"] + 1])


def test_a_problem_of_the_video_is_its_outcome(make_order, tmp_path):
    order = make_order()
    (tmp_path / "csv" / "anna.csv").write_text("frame,x_0\n0,1\n")

    outcome, num_frames = ended(order)

    assert (outcome.name, num_frames, outcome.disk_full) == ("anna", 0, False)
    assert "landmarks must have the columns x_0 to x_67" in outcome.problem


def test_a_full_disk_is_told_apart(make_order, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(work, "write_csv", full)

    outcome, _ = ended(make_order())

    assert outcome.disk_full
    assert "No space left" in outcome.problem
