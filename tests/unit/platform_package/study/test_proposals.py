"""Proposals of a complete configuration, decoded from stored frame scores and matched with the truths."""

import pytest

from platform.study.proposals import proposal_rows, spotted_recordings
from platform.study.records import DecodingRecord
from platform.study.workspace import scores_path
from spotformer_core.decoding.score_files import read_scores, write_scores
from spotformer_core.errors import StudyError


def spotted(study):
    return tuple(spotted_recordings(study.state, "c0000", recordings=study.recordings, folder=study.folder))


def test_every_recording_comes_in_the_order_given_with_the_truths_its_proposals_found(finished_study):
    first, second = spotted(finished_study)

    assert first.recording is finished_study.recordings[0]
    assert first.scores.shape == (60, 2, 5)
    assert first.found == {0: (0, 1.0), 1: (1, 1.0)}
    assert first.truth_of(1) == finished_study.recordings[0].expressions[1]
    assert second.found == {}
    assert second.truth_of(0) is None


def test_a_row_describes_a_proposal_and_the_truth_that_it_found(finished_study):
    first, second = spotted(finished_study)

    rows = [*proposal_rows(first), *proposal_rows(second)]

    found = {"recording": "a_1", "subject": "a", "kind": "macro", "onset": 10, "apex": 15, "offset": 20}
    assert rows[0] == found | {"score": 0.648, "truth_onset": 10, "truth_offset": 20, "iou": 1.0}
    micro = {"kind": "micro", "onset": 40, "apex": 42, "offset": 44, "truth_onset": 40, "truth_offset": 44}
    assert rows[1] == rows[0] | micro
    wrong = {"recording": "b_1", "subject": "b", "kind": "macro", "onset": 30, "apex": 35, "offset": 40}
    assert rows[2] == wrong | {"score": 0.648, "truth_onset": None, "truth_offset": None, "iou": None}
    assert len(rows) == 3


def test_the_thresholds_are_those_that_the_honest_protocol_chose_for_the_held_out_subject(finished_study):
    # Had "b" been best at 0.9 for macro-expressions, nothing of "a" would be proposed there.
    only_at_the_highest = {"macro": [[0, 9, 0], [0, 9, 0], [1, 0, 0]], "micro": [[0, 0, 0]] * 3}
    fold = finished_study.state.configurations["c0000"].folds["b"]
    fold.counts.update(only_at_the_highest)

    first, second = spotted(finished_study)

    assert [str(proposal.kind) for proposal in first.proposals] == ["micro"]
    assert [str(proposal.kind) for proposal in second.proposals] == ["macro"]


def test_epoch_and_decoding_are_those_that_the_honest_protocol_chose(finished_study):
    state, folder = finished_study.state, finished_study.folder
    state.study.decodings.append({"macro_duration": 8})
    nothing = {"macro": [0, 0, 0], "micro": [0, 0, 0]}
    choice = {"thresholds": {"macro": 0.5, "micro": 0.5}, "counts": nothing}
    chosen = {"a": {"epoch": 0, "decoding": 1, **choice}, "b": {"epoch": 3, "decoding": 0, **choice}}
    state.configurations["c0000"].decoding = DecodingRecord(configuration="c0000", choices={"honest": chosen})
    earlier = scores_path(folder, "c0000", "b", epoch=3)
    write_scores(earlier, {"b_1": read_scores(scores_path(folder, "c0000", "a"))["a_1"]})

    first, second = spotted(finished_study)

    # Four frames from the apex at most: the onset five frames before it is out of reach.
    assert [(one.onset, one.offset) for one in first.proposals] == [(11, 19), (40, 44)]
    assert [(one.onset, one.offset) for one in second.proposals] == [(10, 20), (40, 44)]


def test_missing_frame_scores_are_named(finished_study):
    (finished_study.folder / "scores" / "c0000" / "b.arrow").unlink()

    with pytest.raises(StudyError, match=r"c0000/b\.arrow must hold the frame scores of a finished fold"):
        spotted(finished_study)
