"""A network that is ready to spot: load it once, give it recordings.

spotter = load_spotter(Path("models/winner"))
proposals = spotter.spot(recording, landmarks).proposals
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from spotformer_core.config import SMALLEST_WINDOW, ModelConfig, MotionFeatures
from spotformer_core.datasets.recording import Recording
from spotformer_core.decoding.proposals import Proposal, decode
from spotformer_core.errors import RecordingError
from spotformer_core.flow.band import FlowBand
from spotformer_core.flow.extraction import stream_flow
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.shapes import Float32
from spotformer_core.spotting.model_files import ModelDescription, StoredModel, read_model
from spotformer_core.spotting.score_stream import score_stream
from spotformer_core.training.scoring import score_recording


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Spotted:
    """What a network says of a recording.

    Attributes:
        proposals: macro-expressions, then micro-expressions, each best score first; frames are positions in the
            recording.
    """

    scores: Float32[np.ndarray, "frames kinds channels"]
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Spotter:
    """A stored model put to use."""

    model: StoredModel

    @property
    def description(self) -> ModelDescription:
        """What the model was trained with and what it must be fed."""
        return self.model.description

    def spot_flow(self, band: FlowBand) -> Spotted:
        """Scores and proposals of a recording whose flow is at hand.

        Raises:
            FlowStoreError: when the flow band has too few steps or regions for the network.
        """
        return self.decoded(score_recording(self.model.network, band))

    def spot(self, recording: Recording, landmarks: Iterable[Float32[np.ndarray, "68 2"]]) -> Spotted:
        """Scores and proposals of a recording whose frames are on disk; the same as of its stored flow.

        What grows with the recording are its scores (40 bytes per frame) and, for a moment, what decoding makes of
        them.

        Args:
            landmarks: of every frame, in order, x before y, in pixels of the frames.

        Raises:
            ModelError: when the network was trained on flow that cannot be extracted here.
            LandmarkError: when landmarks are missing.
            RecordingError: for frames that cannot be read, or when there are none.
        """
        return self.decoded(np.concatenate(list(self.score_stretches(recording, landmarks))))

    def score_stretches(
        self, recording: Recording, landmarks: Iterable[Float32[np.ndarray, "68 2"]]
    ) -> Iterator[Float32[np.ndarray, "_ kinds channels"]]:
        """Yields the frame scores of one stretch of a recording after the other, as they are known.

        One pass: frames and landmarks are taken as they are needed, and forgotten. Arguments and errors are those of
        `spot`, which takes all of it at once.
        """
        settings = needed_settings(self.description.extraction_settings(), self.description.configuration.model)
        if recording.num_frames == 0:
            raise RecordingError(
                f"a recording must have frames to be spotted, got none in {recording.name}. Copy it again."
            )
        yield from score_stream(self.model.network, stream_flow(recording, landmarks, settings))

    def decoded(self, scores: Float32[np.ndarray, "frames kinds channels"]) -> Spotted:
        """The scores of a whole recording, with the proposals that they give at the thresholds of the model."""
        return Spotted(scores=scores, proposals=decode(scores, self.description.configuration.decoding))


def load_spotter(folder: Path, *, device: str = "cpu") -> Spotter:
    """The model in `folder`, ready to spot on a PyTorch device.

    Raises:
        ModelError: when a file is missing, damaged, or written by another version.
    """
    model = read_model(folder)
    model.network.to(device)
    return Spotter(model)


def needed_settings(settings: ExtractionSettings, config: ModelConfig) -> ExtractionSettings:
    """The settings that measure only the steps which the network looks at; a longer band has the same flow in them."""
    window = SMALLEST_WINDOW if config.features is MotionFeatures.ADJACENT else config.window
    return replace(settings, max_window=min(window, settings.max_window))
