"""Counts of anybody's frame scores against a release's truths, under many decodings and thresholds.

Everything is in the release's own frame numbers, as the truths are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.decoding.frame_score_tables import ScoredFrames
from spotformer_core.decoding.peaks import PeakDecoding, Peaks, find_peaks, rank_peaks, window_and_distance
from spotformer_core.decoding.proposals import find_candidates, select_proposals
from spotformer_core.decoding.ranking import RankedCandidates, rank_candidates
from spotformer_core.metrics.conventions import Convention
from spotformer_core.metrics.scoring import Span
from spotformer_core.metrics.threshold_counts import Intervals, prepare_candidates
from spotformer_core.shapes import Float, Int

Decoding = PeakDecoding | DecodingConfig
"""Peaks of one score per frame, or [Deng2024] Sec. 3.4 on ten probabilities."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class JudgedRecording:
    """One recording that is counted for one kind of expression.

    Attributes:
        frames: its frame scores, or None where the method gave none: then its truths are missed.
        k: of `PeakDecoding`, in scores; without a meaning for other decodings.
        truths: of the kind.
    """

    name: str
    subject: str
    frames: ScoredFrames | None
    k: int
    truths: tuple[Span, ...]


class CandidateSource:
    """The candidates of recordings under any decoding; peaks that several decodings share are found once."""

    def __init__(self, recordings: Sequence[JudgedRecording], kind: ExpressionKind) -> None:
        """Keeps the recordings; what is found in them is kept too."""
        self._recordings = tuple(recordings)
        self._kind = kind
        self._peaks: dict[tuple[int, int, int], Peaks] = {}

    def candidates(self, decoding: Decoding) -> list[RankedCandidates]:
        """The candidates of every recording, in frame numbers of the release."""
        return [self._numbered(index, decoding) for index in range(len(self._recordings))]

    def in_scores(self, index: int, decoding: Decoding) -> RankedCandidates:
        """The candidates of one recording, in positions of its scores."""
        recording = self._recordings[index]
        if recording.frames is None:
            return _NO_CANDIDATES
        if isinstance(decoding, DecodingConfig):
            return rank_candidates(_by_kind(recording.frames), self._kind, decoding)
        window, distance = window_and_distance(recording.k, decoding)
        key = index, window, distance
        if key not in self._peaks:
            self._peaks[key] = find_peaks(recording.frames.scores[:, 0], window=window, distance=distance)
        return rank_peaks(self._peaks[key], k=recording.k, decoding=decoding)

    def _numbered(self, index: int, decoding: Decoding) -> RankedCandidates:
        ranked, frames = self.in_scores(index, decoding), self._recordings[index].frames
        if frames is None:
            return ranked
        onset, offset = (frames.first + frames.step * ends for ends in (ranked.onset, ranked.offset))
        return replace(ranked, onset=onset, offset=offset)


_NO_CANDIDATES = RankedCandidates(
    onset=np.empty(0, np.int64),
    offset=np.empty(0, np.int64),
    apex_probability=np.empty(0, np.float64),
    better_first=np.zeros(1, np.int64),
    better=np.empty(0, np.int64),
)


def count_decodings(
    recordings: Sequence[JudgedRecording],
    kind: ExpressionKind,
    *,
    decodings: Sequence[Decoding],
    thresholds: Sequence[float],
    subjects: Sequence[str],
    convention: Convention,
) -> Int[np.ndarray, "decodings subjects thresholds 3"]:
    """TP, FP and FN of one kind, summed over the recordings of each subject.

    The thresholds of the decodings are not used. In a recording without frame scores nothing is detected.

    Raises:
        InvalidValueError: for a convention whose counts do not follow from each recording and kind by itself.
    """
    scored = [one for one in recordings if one.frames is not None]
    source = CandidateSource(scored, kind)
    truths = [_intervals(one.truths) for one in scored]
    group = np.array([subjects.index(one.subject) for one in scored], np.int64)
    grid = np.asarray(thresholds, np.float64)
    tables = []
    for decoding in decodings:
        most = decoding.max_proposals_per_recording if isinstance(decoding, DecodingConfig) else 0
        prepared = prepare_candidates(source.candidates(decoding), truths, convention, most=most)
        tables.append(prepared.counts_of_groups(grid, group, num_groups=len(subjects)))
    table = np.stack(tables)
    for one in recordings:
        if one.frames is None:
            table[:, subjects.index(one.subject), :, 2] += len(one.truths)
            table[:, subjects.index(one.subject), :, 1] += convention.nothing_is_one_false and len(one.truths) > 0
    return table


def _intervals(spans: Sequence[Span]) -> Intervals:
    return np.array([one.onset for one in spans], np.int64), np.array([one.offset for one in spans], np.int64)


def stated_threshold(decoding: Decoding, kind: ExpressionKind) -> float:
    """The threshold of one kind that the decoding itself states."""
    if isinstance(decoding, PeakDecoding):
        return decoding.macro_threshold if kind is ExpressionKind.MACRO else decoding.micro_threshold
    return decoding.macro_apex_threshold if kind is ExpressionKind.MACRO else decoding.micro_apex_threshold


def spotted_spans(recording: JudgedRecording, kind: ExpressionKind, decoding: Decoding) -> list[Span]:
    """The intervals of one kind at the stated threshold, best first; none without frame scores."""
    if recording.frames is None:
        return []
    threshold = stated_threshold(decoding, kind)
    if isinstance(decoding, DecodingConfig):
        proposals = select_proposals(
            find_candidates(_by_kind(recording.frames), kind, decoding), apex_threshold=threshold, decoding=decoding
        )
        ends = [(one.onset, one.offset) for one in proposals]
    else:
        ranked = CandidateSource([recording], kind).in_scores(0, decoding)
        kept = ranked.apex_probability > threshold
        ends = list(zip(ranked.onset[kept].tolist(), ranked.offset[kept].tolist(), strict=True))
    first, step = recording.frames.first, recording.frames.step
    return [
        Span(recording=recording.name, kind=kind, onset=first + step * onset, offset=first + step * offset)
        for onset, offset in ends
    ]


def _by_kind(frames: ScoredFrames) -> Float[np.ndarray, "frames kinds channels"]:
    return frames.scores.reshape(len(frames.scores), len(KINDS), -1)
