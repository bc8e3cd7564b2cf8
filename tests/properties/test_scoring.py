"""Every convention against its rule written down literally, on small intervals with many exact halves."""

from hypothesis import given, settings
from hypothesis import strategies as st

from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.metrics.conventions import MEGC2020, OPTIMAL, SPOTFORMER, STRICT, STRS
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.scoring import Score, Span, pooled_scores, score_recordings

MACRO = ExpressionKind.MACRO
interval = st.tuples(st.integers(0, 30), st.integers(0, 12)).map(lambda drawn: (drawn[0], drawn[0] + drawn[1]))
intervals = st.lists(interval, max_size=6)


def scored(detections, truths, convention) -> Score:
    spans = [
        [Span(recording="a", kind=MACRO, onset=on, offset=off) for on, off in group] for group in (detections, truths)
    ]
    return pooled_scores(score_recordings(*spans, convention))["macro"]


def frames_iou(one, other) -> float:
    frames, others = (set(range(on, off + 1)) for on, off in (one, other))
    return len(frames & others) / len(frames | others)


@given(intervals, intervals)
@settings(deadline=None, max_examples=300)
def test_strict_takes_pairs_by_falling_overlap_one_to_one(detections, truths):
    pairs = [
        (-frames_iou(detection, truth), row, column)
        for row, detection in enumerate(detections)
        for column, truth in enumerate(truths)
    ]
    rows, columns = set(), set()
    for negative, row, column in sorted(pairs):
        if negative <= -0.5 and row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)

    score = scored(detections, truths, STRICT)

    assert score == Score(
        predictions=len(detections), truths=len(truths), found=len(rows), needless=len(detections) - len(rows)
    )


@given(intervals, intervals)
@settings(deadline=None, max_examples=300)
def test_optimal_finds_as_many_as_any_assignment(detections, truths):
    def most(row: int, free: frozenset[int]) -> int:
        if row == len(detections):
            return 0
        hits = [column for column in free if frames_iou(detections[row], truths[column]) >= 0.5]
        return max([most(row + 1, free), *(1 + most(row + 1, free - {column}) for column in hits)])

    assert scored(detections, truths, OPTIMAL).found == most(0, frozenset(range(len(truths))))


@given(intervals, intervals)
@settings(deadline=None, max_examples=300)
def test_optimal_is_never_smaller_than_greedy(detections, truths):
    assert scored(detections, truths, OPTIMAL).found >= scored(detections, truths, STRICT).found


@given(intervals, intervals)
@settings(deadline=None, max_examples=300)
def test_megc2020_counts_truths_that_any_detection_overlaps(detections, truths):
    def iou(one, other) -> float:
        # With the baseline's intersection, which is 1 for disjoint intervals too.
        shared = max(0, min(one[1], other[1]) - max(one[0], other[0])) + 1
        union = (one[1] - one[0] + 1) + (other[1] - other[0] + 1) - shared
        return 0.0 if one[1] <= one[0] or other[1] <= other[0] or union <= 0 else shared / union

    score = scored(detections, truths, MEGC2020)

    assert score.found == sum(any(iou(detection, truth) >= 0.5 for detection in detections) for truth in truths)
    assert score.counts.precision == (score.found / len(detections) if detections else 0)


@given(intervals, intervals)
@settings(deadline=None, max_examples=300)
def test_strs_counts_every_pair_and_detections_and_truths_that_are_in_none(detections, truths):
    true_positives, false_positives, found = 0, 0, set()
    for detection in detections:
        own = [column for column, truth in enumerate(truths) if frames_iou(detection, truth) >= 0.5]
        true_positives += len(own)
        false_positives += not own
        found.update(own)

    score = scored(detections, truths, STRS)

    assert score.found == len(found)
    assert score.counts == Counts(true_positives, false_positives, len(truths) - len(found))


@given(intervals, intervals)
@settings(deadline=None, max_examples=300)
def test_spotformer_gives_each_truth_the_best_detection_that_is_left(detections, truths):
    left, found = dict(enumerate(detections)), 0
    for truth in truths:
        overlaps = {}
        for row, (onset, offset) in left.items():
            shared = max(0, min(offset, truth[1]) - max(onset, truth[0]))
            union = (offset - onset) + (truth[1] - truth[0]) - shared
            overlaps[row] = shared / union if union else 0.0
        best = max(overlaps, key=lambda row: (overlaps[row], -row), default=None)
        if best is not None and overlaps[best] >= 0.5:
            found += 1
            del left[best]

    assert scored(detections, truths, SPOTFORMER).found == found


@given(intervals, intervals, st.sampled_from([STRICT, OPTIMAL, MEGC2020, STRS, SPOTFORMER]))
@settings(deadline=None, max_examples=100)
def test_counts_make_sense_under_every_convention(detections, truths, convention):
    score = scored(detections, truths, convention)

    assert 0 <= score.found <= len(truths)
    assert score.counts.false_negatives == len(truths) - score.found
    assert score.counts.f1 >= 0
    # One detection may find several truths there and counts once, as in the baseline's own precision.
    assert convention is MEGC2020 or score.counts.f1 <= 1
    assert scored(truths, truths, STRICT).counts.f1 == (1 if truths else 0)
