"""Which units an extraction consists of."""

import os
from dataclasses import replace

from platform.extraction.planning import plan_detection, plan_extraction


def spans(plan):
    return [(unit.recording.name, unit.chunk.start, unit.chunk.stop) for unit in plan.units]


def test_the_chunks_of_the_longest_recording_come_first(make_recording, chunks, landmarks):
    recordings = [make_recording("a_1", num_frames=3), make_recording("b_1", num_frames=9), make_recording("c_1")]

    plan = plan_extraction(recordings, chunks, landmarks)

    assert spans(plan) == [("b_1", 0, 4), ("b_1", 4, 8), ("b_1", 8, 9), ("a_1", 0, 3), ("c_1", 0, 3)]
    assert plan.num_frames == 15


def test_chunks_that_are_there_are_not_done_again(make_recording, chunks, landmarks, units_of, work):
    recording = make_recording("a_1", num_frames=12)
    work(units_of(recording)[1])

    assert spans(plan_extraction([recording], chunks, landmarks)) == [("a_1", 0, 4), ("a_1", 8, 12)]


def test_a_recording_that_was_killed_before_it_was_put_together_keeps_one_unit_to_do_that(
    make_recording, chunks, landmarks, units_of, work, monkeypatch
):
    recording = make_recording("a_1", num_frames=8)
    with monkeypatch.context() as patch:
        patch.setattr("platform.extraction.workers.finish_if_complete", lambda *_: False)
        work(*units_of(recording))

    plan = plan_extraction([recording], chunks, landmarks)

    assert spans(plan) == [("a_1", 4, 8)]
    assert [outcome.is_last for outcome in work(*plan.units)] == [True]


def test_chunks_of_frames_that_have_changed_are_done_again(make_recording, chunks, landmarks, units_of, work):
    recording = make_recording("a_1", num_frames=8)
    work(units_of(recording)[0])
    os.utime(recording.frame_paths[7], (1, 1))

    assert spans(plan_extraction([recording], chunks, landmarks)) == [("a_1", 0, 4), ("a_1", 4, 8)]


def test_what_cannot_be_looked_at_is_refused_with_its_reason_and_the_others_are_planned(
    make_recording, chunks, landmarks
):
    whole, no_frame, no_landmarks = make_recording("a_1"), make_recording("b_1"), make_recording("c_1")
    no_frame.frame_paths[1].unlink()
    (landmarks.folder / "c_1.csv").unlink()

    plan = plan_extraction([whole, no_frame, no_landmarks], chunks, landmarks)

    assert spans(plan) == [("a_1", 0, 3)]
    assert [(refused.name, refused.num_frames) for refused in plan.refused] == [("b_1", 3), ("c_1", 3)]
    assert f"{no_frame.frame_paths[1]} of recording b_1 gives: No such file" in plan.refused[0].problem
    assert "c_1.csv gives: No such file" in plan.refused[1].problem


def test_a_recording_without_frames_is_refused(make_recording, chunks, landmarks):
    empty = replace(make_recording("a_1"), frame_paths=(), frame_numbers=())

    plan = plan_extraction([empty], chunks, landmarks)

    assert plan.units == ()
    assert "a recording must have frames, got none for a_1. Copy it again" in plan.refused[0].problem


def test_landmarks_in_files_need_no_detection(make_recording, landmarks):
    plan = plan_detection([make_recording("a_1")], landmarks)

    assert (plan.units, plan.refused) == ((), ())


def test_a_plan_can_leave_recordings_out(make_recording, chunks, landmarks):
    recordings = [make_recording("a_1"), make_recording("b_1"), make_recording("c_1")]
    (landmarks.folder / "c_1.csv").unlink()
    plan = plan_extraction(recordings, chunks, landmarks)

    assert spans(plan.without({"a_1"})) == [("b_1", 0, 3)]
    assert plan.without({"a_1"}).refused == plan.refused
    assert plan.without({"c_1"}).refused == ()
