"""Counts at many apex thresholds, without training: all that the choice of thresholds ever needs.

`prepare` does once what depends on no threshold; a threshold then costs a filter, suppression and matching.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import no_type_check

import numba
import numpy as np

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.decoding.ranking import RankedCandidates, rank_candidates
from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics.conventions import STRICT, Convention
from spotformer_core.metrics.pairing import RULES, enough_overlap, find_finders
from spotformer_core.shapes import Float, Float32, Int

Scored = tuple[Float32[np.ndarray, "_ kinds channels"], Sequence[Expression]]
"""The frame scores of a recording, (frames, kinds, channels), and its truths; recordings differ in length."""
Intervals = tuple[Int[np.ndarray, "_"], Int[np.ndarray, "_"]]
"""Onsets and offsets; recordings differ in how many they have."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PreparedKind:
    """The candidates of one kind in all recordings, one recording after the other, and the truths each could find.

    Attributes:
        first: where the candidates of each recording begin, and where those of the last one end.
        better_first, better: as in `RankedCandidates`, with indices into all candidates.
        pair_first: where in `truth` and `iou` the pairs of each candidate begin, and where those of the last one end.
        truth: number of a truth in its recording.
    """

    first: Int[np.ndarray, " starts"]
    num_truths: Int[np.ndarray, " recordings"]
    apex_probability: Float[np.ndarray, " candidates"]
    better_first: Int[np.ndarray, " candidate_starts"]
    better: Int[np.ndarray, " overlaps"]
    pair_first: Int[np.ndarray, " candidate_starts"]
    truth: Int[np.ndarray, " pairs"]
    iou: Float[np.ndarray, " pairs"]
    most: int
    rule: int
    nothing_is_one_false: bool
    truths_needed: bool

    def counts(self, thresholds: Float[np.ndarray, " thresholds"]) -> Int[np.ndarray, "thresholds 3"]:
        """TP, FP and FN at each apex threshold, summed over recordings."""
        group = np.zeros(len(self.num_truths), np.int64)
        return np.asarray(self.counts_of_groups(thresholds, group, num_groups=1)[0])

    def counts_of_groups(
        self, thresholds: Float[np.ndarray, " thresholds"], group: Int[np.ndarray, " recordings"], *, num_groups: int
    ) -> Int[np.ndarray, "groups thresholds 3"]:
        """TP, FP and FN at each apex threshold, summed over the recordings of each group."""
        table = np.zeros((num_groups, len(thresholds), 3), np.int64)
        _count(
            self.first,
            self.num_truths,
            self.apex_probability,
            self.better_first,
            self.better,
            self.pair_first,
            self.truth,
            self.iou,
            self.most or len(self.apex_probability),
            self.rule,
            self.nothing_is_one_false,
            self.truths_needed,
            thresholds,
            group,
            table,
        )
        return table


def threshold_counts(
    recordings: Iterable[Scored],
    thresholds: Sequence[float],
    decoding: DecodingConfig,
    convention: Convention = STRICT,
) -> Int[np.ndarray, "kinds thresholds 3"]:
    """TP, FP and FN of each kind at each apex threshold, summed over recordings.

    The apex thresholds of `decoding` are not used; everything else of it is.
    """
    prepared = prepare(list(recordings), decoding, convention)
    grid = np.asarray(thresholds, np.float64)
    return np.stack([prepared[kind].counts(grid) for kind in KINDS])


def prepare(
    recordings: Sequence[Scored], decoding: DecodingConfig, convention: Convention = STRICT
) -> dict[ExpressionKind, PreparedKind]:
    """What `PreparedKind.counts` needs, by kind.

    The apex thresholds of `decoding` are not used; everything else of it is.

    Raises:
        InvalidValueError: for a convention whose counts do not follow from each recording and kind by itself.
    """
    return {kind: _prepare_kind(recordings, kind, decoding, convention) for kind in KINDS}


def _prepare_kind(
    recordings: Sequence[Scored], kind: ExpressionKind, decoding: DecodingConfig, convention: Convention
) -> PreparedKind:
    return prepare_candidates(
        [rank_candidates(scores, kind, decoding) for scores, _ in recordings],
        [_truths_of_kind(expressions, kind) for _, expressions in recordings],
        convention,
        most=decoding.max_proposals_per_recording,
    )


def prepare_candidates(
    ranked: Sequence[RankedCandidates], truths: Sequence[Intervals], convention: Convention, *, most: int = 0
) -> PreparedKind:
    """What `PreparedKind.counts` needs, from the candidates and the truths of one kind in every recording.

    Args:
        truths: in the frame numbers of the candidates.
        most: proposals per recording; 0 for any number.

    Raises:
        InvalidValueError: for a convention whose counts do not follow from each recording and kind by itself.
    """
    require_counts_by_recording(convention)
    pairs = [
        enough_overlap(one.onset, one.offset, onset, offset, convention)
        for one, (onset, offset) in zip(ranked, truths, strict=True)
    ]
    first = _starts([len(one.onset) for one in ranked])
    finds = [np.bincount(one[0], minlength=len(each.onset)) for one, each in zip(pairs, ranked, strict=True)]
    return PreparedKind(
        first=first,
        num_truths=np.array([len(onset) for onset, _ in truths], np.int64),
        apex_probability=_joined([one.apex_probability for one in ranked], np.float64),
        better_first=_starts(_joined([np.diff(one.better_first) for one in ranked], np.int64)),
        better=_joined([one.better + start for one, start in zip(ranked, first[:-1], strict=True)], np.int64),
        pair_first=_starts(_joined(finds, np.int64)),
        truth=_joined([one[1] for one in pairs], np.int64),
        iou=_joined([one[2] for one in pairs], np.float64),
        most=most,
        rule=RULES[convention.matching],
        nothing_is_one_false=convention.nothing_is_one_false,
        truths_needed=convention.truths_needed,
    )


def require_counts_by_recording(convention: Convention) -> None:
    """Raises InvalidValueError unless the counts of a convention follow from each recording and kind by itself."""
    if not convention.counts_recordings_alone:
        raise InvalidValueError(
            f"a convention must count each recording and kind by itself where thresholds are chosen, got "
            f"{convention.name}. Use it in python -m platform.score, or choose under strict."
        )


def _truths_of_kind(expressions: Sequence[Expression], kind: ExpressionKind) -> Intervals:
    own = [expression for expression in expressions if expression.kind is kind]
    return np.array([one.onset for one in own], np.int64), np.array([one.offset for one in own], np.int64)


def _starts(counts: Sequence[int] | Int[np.ndarray, " items"]) -> Int[np.ndarray, " starts"]:
    """Where each item begins when they stand one after the other, and where the last one ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.asarray(counts, np.int64))])


def _joined(parts: Sequence[np.ndarray], type_: type[np.generic]) -> np.ndarray:
    return np.concatenate([np.zeros(0, type_), *parts])


@numba.njit(cache=True, nogil=True)
@no_type_check
def _count(
    first: np.ndarray,
    num_truths: np.ndarray,
    apex_probability: np.ndarray,
    better_first: np.ndarray,
    better: np.ndarray,
    pair_first: np.ndarray,
    truth: np.ndarray,
    iou: np.ndarray,
    most: int,
    rule: int,
    nothing_is_one_false: bool,  # noqa: FBT001 - numba knows no keyword-only arguments
    truths_needed: bool,  # noqa: FBT001
    thresholds: np.ndarray,
    group: np.ndarray,
    table: np.ndarray,
) -> None:
    """Adds the counts of every recording at every threshold to the row of its group in `table`."""
    proposed = np.zeros(len(apex_probability), np.bool_)
    detections, truths = np.empty(len(truth), np.int64), np.empty(len(truth), np.int64)
    overlaps = np.empty(len(iou), np.float64)
    for recording in range(len(first) - 1):
        if truths_needed and num_truths[recording] == 0:
            continue
        finder = np.empty(num_truths[recording], np.int64)
        for column in range(len(thresholds)):
            num_proposals, num_pairs = 0, 0
            for candidate in range(first[recording], first[recording + 1]):
                proposed[candidate] = False
                if apex_probability[candidate] <= thresholds[column] or num_proposals == most:
                    continue
                suppressed = False
                for index in range(better_first[candidate], better_first[candidate + 1]):
                    if proposed[better[index]]:
                        suppressed = True
                        break
                if suppressed:
                    continue
                proposed[candidate] = True
                for pair in range(pair_first[candidate], pair_first[candidate + 1]):
                    detections[num_pairs], truths[num_pairs] = num_proposals, truth[pair]
                    overlaps[num_pairs] = iou[pair]
                    num_pairs += 1
                num_proposals += 1
            found = find_finders(detections, truths, overlaps, num_pairs, rule, finder)
            counts = table[group[recording], column]
            counts[0] += found
            nothing = num_proposals == 0 and num_truths[recording] > 0
            counts[1] += num_proposals - found + (nothing_is_one_false and nothing)
            counts[2] += num_truths[recording] - found
