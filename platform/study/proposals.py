"""The proposals of a complete configuration: its stored frame scores, decoded as was honestly chosen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from platform.study.choices import convention_of
from platform.study.state import StudyState
from platform.study.stored_scores import configuration_of
from platform.study.workspace import scores_path
from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.recording import Expression, ExpressionKind, Recording
from spotformer_core.decoding.proposals import Proposal, decode
from spotformer_core.decoding.score_files import read_scores
from spotformer_core.metrics.matching import match
from spotformer_core.metrics.protocols import Protocol
from spotformer_core.shapes import Float32


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SpottedRecording:
    """A held-out recording with its frame scores, its proposals and the truths they found.

    Attributes:
        found: index of a proposal, to the index of the truth in `recording.expressions` and their IoU.
    """

    recording: Recording
    scores: Float32[np.ndarray, "frames kinds channels"]
    proposals: tuple[Proposal, ...]
    found: dict[int, tuple[int, float]]

    def truth_of(self, proposal: int) -> Expression | None:
        """The expression that a proposal found."""
        return self.recording.expressions[self.found[proposal][0]] if proposal in self.found else None


def spotted_recordings(
    state: StudyState, configuration: str, *, recordings: Sequence[Recording], folder: Path
) -> Iterator[SpottedRecording]:
    """Every recording of the study as the fold that held it out spotted it, in the order of `recordings`."""
    result = state.result(configuration, Protocol.HONEST)
    own = configuration_of(state.study, state.configurations[configuration].params)
    convention = convention_of(state.study)
    for recording in recordings:
        setting = result.settings[recording.subject]
        path = scores_path(folder, configuration, recording.subject, epoch=setting.epoch)
        scores = read_scores(path)[recording.name]
        decoding = own.with_parameters(state.study.decodings[setting.decoding]).decoding
        proposals = decode(scores, _at(decoding, result.thresholds[recording.subject]))
        yield SpottedRecording(
            recording=recording,
            scores=scores,
            proposals=proposals,
            found=match(proposals, recording.expressions, convention),
        )


def proposal_rows(spotted: SpottedRecording) -> Iterator[dict[str, object]]:
    """One plain row per proposal; frames are 0-based positions in the recording, both ends included."""
    for index, proposal in enumerate(spotted.proposals):
        truth = spotted.truth_of(index)
        yield {
            "recording": spotted.recording.name,
            "subject": spotted.recording.subject,
            "kind": str(proposal.kind),
            "onset": proposal.onset,
            "apex": proposal.apex,
            "offset": proposal.offset,
            "score": round(proposal.score, 6),
            "truth_onset": truth.onset if truth else None,
            "truth_offset": truth.offset if truth else None,
            "iou": round(spotted.found[index][1], 4) if truth else None,
        }


def _at(decoding: DecodingConfig, thresholds: dict[ExpressionKind, float]) -> DecodingConfig:
    return replace(
        decoding,
        macro_apex_threshold=thresholds[ExpressionKind.MACRO],
        micro_apex_threshold=thresholds[ExpressionKind.MICRO],
    )
