"""Counts at many thresholds at once against decoding, matching and counting at one after the other."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import Expression
from spotformer_core.decoding.proposals import decode
from spotformer_core.metrics.matching import count
from spotformer_core.metrics.threshold_counts import prepare, threshold_counts

THRESHOLDS = (0.0, 0.2, 0.25, 0.5, 0.7, 0.75, 0.9, 1.0)


@st.composite
def scored_recordings(draw) -> list:
    """Up to three recordings with few different probabilities, so that ties are common, and random truths."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    levels = draw(st.integers(2, 9))
    recordings = []
    for _ in range(draw(st.integers(0, 3))):
        num_frames = draw(st.integers(0, 90))
        scores = (generator.integers(0, levels, size=(num_frames, 2, 5)) / 8).clip(max=1).astype(np.float32)
        ends = np.sort(generator.integers(0, 95, size=(draw(st.integers(0, 6)), 2)), axis=1)
        kinds = generator.integers(0, 2, size=len(ends))
        truths = [
            Expression(onset=int(onset), apex=int(onset), offset=int(offset), kind=KINDS[kind])
            for (onset, offset), kind in zip(ends, kinds, strict=True)
        ]
        recordings.append((scores, truths))
    return recordings


@st.composite
def decodings(draw) -> DecodingConfig:
    shortest = draw(st.integers(2, 12))
    return DecodingConfig(
        macro_min_duration=shortest,
        macro_duration=draw(st.integers(shortest, 40)),
        micro_duration=draw(st.integers(4, 20)),
        overlap_threshold=draw(st.sampled_from([0.0, 0.3, 0.5, 0.8, 1.0])),
        boundary_consistency=draw(st.booleans()),
        max_proposals_per_recording=draw(st.integers(0, 4)),
    )


def one_after_the_other(recordings, decoding: DecodingConfig) -> np.ndarray:
    table = np.zeros((len(KINDS), len(THRESHOLDS), 3), np.int64)
    for column, threshold in enumerate(THRESHOLDS):
        at = replace(decoding, macro_apex_threshold=threshold, micro_apex_threshold=threshold)
        for scores, truths in recordings:
            for row, kind in enumerate(KINDS):
                proposals = [one for one in decode(scores, at) if one.kind is kind]
                counts = count(proposals, [truth for truth in truths if truth.kind is kind])
                table[row, column] += list(counts.as_dict().values())
    return table


@given(scored_recordings(), decodings())
@settings(deadline=None, max_examples=80)
def test_all_thresholds_at_once_give_what_each_gives_alone(recordings, decoding):
    table = threshold_counts(recordings, THRESHOLDS, decoding)

    np.testing.assert_array_equal(table, one_after_the_other(recordings, decoding))


@given(scored_recordings(), decodings(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_the_order_of_recordings_and_of_thresholds_is_irrelevant(recordings, decoding, random):
    shuffled = random.sample(recordings, len(recordings))
    columns = random.sample(range(len(THRESHOLDS)), len(THRESHOLDS))

    table = threshold_counts(shuffled, [THRESHOLDS[column] for column in columns], decoding)

    np.testing.assert_array_equal(table, threshold_counts(recordings, THRESHOLDS, decoding)[:, columns])


@given(scored_recordings(), decodings())
@settings(deadline=None, max_examples=40)
def test_a_higher_threshold_never_adds_candidates(recordings, decoding):
    # At an overlap of 1 nothing is suppressed, so that proposals are the candidates themselves.
    everything = replace(decoding, overlap_threshold=1.0, max_proposals_per_recording=0)

    proposed = threshold_counts(recordings, THRESHOLDS, everything)[..., :2].sum(axis=-1)

    assert (np.diff(proposed, axis=1) <= 0).all()


@given(scored_recordings(), decodings())
@settings(deadline=None, max_examples=40)
def test_what_is_prepared_serves_again_and_again(recordings, decoding):
    prepared = prepare(recordings, decoding)

    first, second = ([prepared[kind].counts(np.array(THRESHOLDS)) for kind in KINDS] for _ in range(2))

    np.testing.assert_array_equal(first, second)
