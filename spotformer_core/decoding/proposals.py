"""Candidates around apex frames, and which of them become proposals: [Deng2024] Sec. 3.4.

What depends on no threshold is computed once per recording (`Candidates`); a threshold then only selects.
"""

from dataclasses import dataclass

import numpy as np

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.decoding.boundaries import best_boundaries
from spotformer_core.decoding.suppression import suppress, suppression_rule
from spotformer_core.shapes import Float, Int


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """One spotted expression. Frames are 0-based positions in its recording, both ends included."""

    kind: ExpressionKind
    onset: int
    apex: int
    offset: int
    score: float
    """Product of the onset, apex and offset probabilities."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Candidates:
    """For every frame of a recording, taken as apex: the best onset and offset, and the score.

    Attributes:
        order: frames that may be an apex, by falling score; of equal scores the earlier frame first.
    """

    kind: ExpressionKind
    onset: Int[np.ndarray, " frames"]
    offset: Int[np.ndarray, " frames"]
    apex_probability: Float[np.ndarray, " frames"]
    score: Float[np.ndarray, " frames"]
    order: Int[np.ndarray, " candidates"]

    @property
    def most(self) -> float:
        """The highest apex probability of the frames that may be an apex."""
        return float(self.apex_probability[self.order].max(initial=0.0))


def find_candidates(
    scores: Float[np.ndarray, "frames kinds channels"], kind: ExpressionKind, decoding: DecodingConfig
) -> Candidates:
    """The candidate of every frame for one kind of expression.

    The onset is the frame of highest onset probability from l - k/2 to l - j/2, the offset that of highest offset
    probability from l + j/2 to l + k/2, both cut at the ends of the recording; of equal ones the nearest to the apex.
    """
    longest, shortest = durations(kind, decoding)
    own = scores[:, KINDS.index(kind)].astype(np.float64)
    onset, offset, score, allowed = best_boundaries(own, shortest // 2, longest // 2, decoding.boundary_consistency)
    order = np.argsort(-score, kind="stable")
    return Candidates(
        kind=kind,
        onset=onset,
        offset=offset,
        apex_probability=own[:, Channel.APEX],
        score=score,
        order=order[allowed[order]],
    )


def select_proposals(
    candidates: Candidates, *, apex_threshold: float, decoding: DecodingConfig
) -> tuple[Proposal, ...]:
    """The proposals that survive this apex threshold and the suppression of `decoding`, best score first."""
    chosen = candidates.order[candidates.apex_probability[candidates.order] > apex_threshold]
    overlap_threshold, length = suppression_rule(decoding)
    kept = suppress(
        candidates.onset[chosen],
        candidates.offset[chosen],
        overlap_threshold=overlap_threshold,
        length=length,
        most=decoding.max_proposals_per_recording,
    )
    return tuple(
        Proposal(
            kind=candidates.kind,
            onset=int(candidates.onset[frame]),
            apex=int(frame),
            offset=int(candidates.offset[frame]),
            score=float(candidates.score[frame]),
        )
        for frame in chosen[kept]
    )


def decode(scores: Float[np.ndarray, "frames kinds channels"], decoding: DecodingConfig) -> tuple[Proposal, ...]:
    """All proposals of one recording: macro-expressions, then micro-expressions, each best score first."""
    thresholds = {
        ExpressionKind.MACRO: decoding.macro_apex_threshold,
        ExpressionKind.MICRO: decoding.micro_apex_threshold,
    }
    return tuple(
        proposal
        for kind in KINDS
        for proposal in select_proposals(
            find_candidates(scores, kind, decoding), apex_threshold=thresholds[kind], decoding=decoding
        )
    )


def durations(kind: ExpressionKind, decoding: DecodingConfig) -> tuple[int, int]:
    """K and j of one kind of expression, in frames."""
    if kind is ExpressionKind.MACRO:
        return decoding.macro_duration, decoding.macro_min_duration
    return decoding.micro_duration, decoding.micro_min_duration
