import numpy as np
import pytest

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.frame_labels import label_scores
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.decoding.proposals import decode
from spotformer_core.metrics.conventions import SPOTFORMER
from spotformer_core.metrics.matching import count
from spotformer_core.metrics.threshold_counts import threshold_counts

THRESHOLDS = (0.0, 0.3, 0.5, 0.8, 0.97, 1.0)
TRUTHS = (
    Expression(onset=20, apex=35, offset=52, kind=ExpressionKind.MACRO),
    Expression(onset=80, apex=84, offset=88, kind=ExpressionKind.MICRO),
    Expression(onset=110, apex=120, offset=140, kind=ExpressionKind.MACRO),
)


@pytest.fixture
def scored():
    """Two recordings of noise that favours the truths."""
    generator = np.random.default_rng(0)
    truth = label_scores(TRUTHS, 160)
    noisy = [(0.6 * truth + 0.4 * generator.random(truth.shape)).astype(np.float32) for _ in range(2)]
    return [(noisy[0], TRUTHS), (noisy[1], TRUTHS[:2])]


def test_every_column_is_what_decoding_and_counting_at_its_threshold_give(scored):
    table = threshold_counts(scored, THRESHOLDS, DecodingConfig())

    assert table.shape == (2, len(THRESHOLDS), 3)
    for column, threshold in enumerate(THRESHOLDS):
        decoding = DecodingConfig(macro_apex_threshold=threshold, micro_apex_threshold=threshold)
        for row, kind in enumerate(KINDS):
            expected = np.zeros(3, np.int64)
            for scores, truths in scored:
                proposals = [proposal for proposal in decode(scores, decoding) if proposal.kind is kind]
                counts = count(proposals, [truth for truth in truths if truth.kind is kind])
                expected += list(counts.as_dict().values())
            assert table[row, column].tolist() == expected.tolist()
    assert len({tuple(row) for row in table[0].tolist()}) > 2


def test_the_thresholds_of_the_decoding_are_not_used(scored):
    other = DecodingConfig(macro_apex_threshold=0.9, micro_apex_threshold=0.1)

    np.testing.assert_array_equal(
        threshold_counts(scored, THRESHOLDS, other), threshold_counts(scored, THRESHOLDS, DecodingConfig())
    )


def test_the_durations_of_the_decoding_are_used(scored):
    other = DecodingConfig(macro_duration=20, macro_min_duration=16)

    tables = [threshold_counts(scored, THRESHOLDS, decoding) for decoding in (other, DecodingConfig())]

    assert not np.array_equal(tables[0][0], tables[1][0])
    np.testing.assert_array_equal(tables[0][1], tables[1][1])


def test_every_truth_is_found_or_missed_at_every_threshold(scored):
    table = threshold_counts(scored, THRESHOLDS, DecodingConfig())

    found_or_missed = table[..., 0] + table[..., 2]
    assert found_or_missed.tolist() == [[3] * len(THRESHOLDS), [2] * len(THRESHOLDS)]


def test_at_a_threshold_that_no_frame_exceeds_all_is_missed():
    scores = np.zeros((30, 2, 5), np.float32)
    scores[:, :, Channel.APEX] = 0.5
    truths = [Expression(onset=2, apex=10, offset=25, kind=ExpressionKind.MACRO)]

    table = threshold_counts([(scores, truths)], (0.25, 0.5), DecodingConfig())

    assert table[0, 0, 1] > 0
    assert table[0, 1].tolist() == [0, 0, 1]
    assert table[1, 1].tolist() == [0, 0, 0]


def test_no_recordings_give_no_counts():
    assert threshold_counts([], THRESHOLDS, DecodingConfig()).tolist() == np.zeros((2, 6, 3)).tolist()


def test_another_convention_counts_by_its_own_rule():
    scores = np.zeros((60, 2, 5), np.float32)
    scores[30, 0, Channel.APEX] = 0.9
    scores[20, 0, Channel.ONSET] = scores[39, 0, Channel.OFFSET] = 1
    # The proposal 20..39 has 10 of 20 frames in common with the truth; without the ends it is 9 of 19.
    truths = [Expression(onset=20, apex=25, offset=29, kind=ExpressionKind.MACRO)]

    strict = threshold_counts([(scores, truths)], (0.5,), DecodingConfig())
    spotformer = threshold_counts([(scores, truths)], (0.5,), DecodingConfig(), SPOTFORMER)

    assert strict[0, 0].tolist() == [1, 0, 0]
    assert spotformer[0, 0].tolist() == [0, 1, 1]


def test_the_limit_on_proposals_is_used(scored):
    limited = threshold_counts(scored, (0.0,), DecodingConfig(max_proposals_per_recording=2))

    assert limited[:, 0, :2].sum(axis=1).tolist() == [4, 4]
