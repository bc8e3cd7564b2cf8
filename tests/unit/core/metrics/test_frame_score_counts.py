"""Counts of frame scores: numbering, kinds, subjects, recordings without scores; the same as detections score."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.decoding.frame_score_tables import ScoredFrames
from spotformer_core.decoding.peaks import PeakDecoding, find_peaks, rank_peaks, window_and_distance
from spotformer_core.decoding.proposals import decode
from spotformer_core.metrics.conventions import CONVENTIONS, SL_SWIN, STRICT
from spotformer_core.metrics.frame_score_counts import JudgedRecording, count_decodings, stated_threshold
from spotformer_core.metrics.scoring import Span, pooled_scores, score_recordings

MACRO, MICRO = KINDS
BY_RECORDING = [one for one in CONVENTIONS.values() if one.counts_recordings_alone]
ONE = PeakDecoding(smoothing=0, distance=0)
"""Peaks of the score itself; intervals of 2k + 1 frames around them."""


def truth(onset, offset, *, recording="a_1", kind=MACRO):
    return Span(recording=recording, kind=kind, onset=onset, offset=offset)


def recording(*scores, name="a_1", k=2, first=1, step=1, truths=()):
    frames = ScoredFrames(first=first, step=step, scores=np.array(scores, np.float64)[:, None]) if scores else None
    return JudgedRecording(name=name, subject=name.partition("_")[0], frames=frames, k=k, truths=tuple(truths))


def counted(*recordings, thresholds=(0.5,), decodings=(ONE,), convention=STRICT, subjects=("a",)):
    table = count_decodings(
        recordings, MACRO, decodings=decodings, thresholds=thresholds, subjects=subjects, convention=convention
    )
    return table.tolist()


def test_intervals_are_in_frame_numbers_of_the_release():
    # The peak is the third score: frame 1 + 2 = 3 and frame 10 + 2 * 7 = 24; with k = 2 and steps of 7 it is 10 to 38.
    peak = (0, 0, 1, 0, 0)

    assert counted(recording(*peak, truths=[truth(1, 5)])) == [[[[1, 0, 0]]]]
    assert counted(recording(*peak, first=10, step=7, truths=[truth(10, 38)])) == [[[[1, 0, 0]]]]
    assert counted(recording(*peak, first=10, step=7, truths=[truth(1, 5)])) == [[[[0, 1, 1]]]]


def test_every_recording_has_its_own_k():
    recordings = [
        recording(0, 0, 0, 1, 0, 0, 0, name=f"a_{k}", k=k, truths=[truth(4 - k, 4 + k, recording=f"a_{k}")])
        for k in (1, 3)
    ]

    assert counted(*recordings) == [[[[2, 0, 0]]]]


def test_counts_are_summed_by_subject_at_every_threshold_under_every_decoding():
    # Mean 1, maximum 4: the peak of 2 has a level of 1/3.
    scores = (0, 2, 0, 0, 0, 4, 1)
    recordings = [
        recording(*scores, name="a_1", k=1, truths=[truth(5, 7)]),
        recording(*scores, name="a_2", k=1),
        recording(*scores, name="b_1", k=1, truths=[truth(1, 3, recording="b_1")]),
    ]

    found = counted(
        *recordings,
        thresholds=(0.2, 0.9),
        decodings=(ONE, replace(ONE, shift=-4.0)),
        subjects=("a", "b"),
    )

    assert found == [
        [[[1, 3, 0], [1, 1, 0]], [[1, 1, 0], [0, 1, 1]]],
        [[[0, 4, 1], [0, 2, 1]], [[1, 1, 0], [1, 0, 0]]],
    ]


def test_a_recording_without_scores_misses_its_truths():
    lost = recording(name="a_2", truths=[truth(1, 5), truth(8, 9)])

    assert counted(recording(0, 0, 1, 0, 0), lost) == [[[[0, 1, 2]]]]
    assert counted(lost) == [[[[0, 0, 2]]]]
    assert counted(lost, convention=SL_SWIN) == [[[[0, 1, 2]]]]


def test_a_recording_without_a_peak_adds_a_false_positive_where_the_convention_says_so():
    flat = recording(0, 0, 0, 0, truths=[truth(1, 5)])

    assert counted(flat, convention=SL_SWIN) == [[[[0, 1, 1]]]]
    assert counted(flat, convention=STRICT) == [[[[0, 0, 1]]]]


@pytest.mark.parametrize("convention", BY_RECORDING, ids=lambda one: one.name)
@given(scores=st.lists(st.integers(0, 9), min_size=3, max_size=60), p=st.sampled_from([0.1, 0.35, 0.7]))
def test_counts_are_those_of_the_detections_scored_one_by_one(convention, scores, p):
    truths = [truth(3, 8), truth(9, 14), truth(20, 22), truth(30, 45)]
    decoding = PeakDecoding(smoothing=1, distance=1.5, length=2.5, shift=0.5)
    one = recording(*scores, k=3, truths=truths)
    window, distance = window_and_distance(3, decoding)
    peaks = find_peaks(np.array(scores, np.float64), window=window, distance=distance)
    ranked = rank_peaks(peaks, k=3, decoding=decoding)
    detections = [
        truth(1 + int(onset), 1 + int(offset))
        for onset, offset, level in zip(ranked.onset, ranked.offset, peaks.level, strict=True)
        if level >= p
    ]

    table = counted(one, thresholds=(p,), decodings=(decoding,), convention=convention)

    counts = pooled_scores(score_recordings(detections, truths, convention))["macro"].counts
    assert table == [[[list(counts.as_dict().values())]]]


def test_ten_probabilities_are_decoded_as_those_of_a_study():
    random = np.random.default_rng(3)
    scores = random.random((90, 2, len(Channel))).astype(np.float32)
    decoding = DecodingConfig(macro_duration=20, macro_min_duration=6, max_proposals_per_recording=4)
    truths = {kind: tuple(truth(s, s + 9, kind=kind) for s in (5, 30, 60)) for kind in KINDS}
    frames = ScoredFrames(first=1, step=1, scores=scores.reshape(90, -1).astype(np.float64))
    proposals = decode(scores, decoding)
    detections = [truth(one.onset + 1, one.offset + 1, kind=one.kind) for one in proposals]

    expected = pooled_scores(score_recordings(detections, [*truths[MACRO], *truths[MICRO]], STRICT))

    for kind in KINDS:
        one = JudgedRecording(name="a_1", subject="a", frames=frames, k=1, truths=truths[kind])
        table = count_decodings([one], kind, decodings=[decoding], thresholds=[0.5], subjects=("a",), convention=STRICT)
        assert table.tolist() == [[[list(expected[kind].counts.as_dict().values())]]]
    assert sum(one.counts.true_positives for one in expected.values()) > 0


def test_every_kind_has_its_own_stated_threshold():
    assert [stated_threshold(PeakDecoding(macro_threshold=0.3), kind) for kind in ExpressionKind] == [0.3, 0.6]
    assert [stated_threshold(DecodingConfig(micro_apex_threshold=0.2), kind) for kind in ExpressionKind] == [0.5, 0.2]
