"""Fig. 7 of [Deng2024] on a study's own data: two networks trained for it, with and without the contrastive loss."""

import sys

import numpy as np
import torch

from platform.figures.feature_clouds import (
    FeatureCloud,
    draw_feature_clouds,
    feature_cloud,
    feature_clouds_chart,
    sampled_frames,
)
from platform.reporting.document import Picture
from platform.reporting.study_facts import FEATURES, StudyFacts
from platform.study.identity import fold_seed
from platform.study.noted_recordings import noted_recording
from platform.study.stored_scores import configuration_of
from spotformer_core.config import Configuration
from spotformer_core.datasets.frame_labels import label_frames
from spotformer_core.errors import StudyError
from spotformer_core.flow.band import FlowBand
from spotformer_core.flow.flow_files import map_flow
from spotformer_core.flow.store import FlowStore
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.training.frame_features import frame_features
from spotformer_core.training.whole import train_network

_FEWEST_FRAMES = 3


def contrast_picture(facts: StudyFacts, store: FlowStore, *, subject: str) -> Picture:
    """The features of the frames of a held-out subject, by the best configuration with and without that loss.

    Takes two trainings of one fold. A GPU is used where there is one.

    Raises:
        StudyError: when no configuration is complete, or the subject has too few frames.
        FlowStoreError: when flow of a recording is missing.
        TrainingError: when a network cannot be trained.
    """
    if not facts.best:
        raise StudyError(
            "features are shown of a complete configuration, got a study without any. Let the search go on."
        )
    bands = _bands(facts, store)
    training = [band for band in bands if band.recording.subject != subject]
    testing = [band for band in bands if band.recording.subject == subject]
    classes = np.concatenate([label_frames(one.recording.expressions, len(one.flow)).contrast for one in testing])
    frames = sampled_frames(classes, seed=facts.seed)
    if len(frames) < _FEWEST_FRAMES:
        raise StudyError(f"features are shown of {_FEWEST_FRAMES} frames or more, got {len(frames)} of {subject}.")
    own = configuration_of(facts.state.study, facts.state.configurations[facts.best].params)
    weight = own.loss.contrastive_lambda or Configuration().loss.contrastive_lambda
    clouds = []
    for title, value in (("without contrastive loss", 0.0), (f"with contrastive loss, λ = {weight:.3g}", weight)):
        network = _trained(own.with_parameters({"contrastive_lambda": value}), training, facts, subject, title)
        features = np.concatenate([frame_features(network, band) for band in testing])
        clouds.append(feature_cloud(title, features[frames], classes[frames]))
    return Picture(
        name=FEATURES,
        description=_description(facts, clouds, subject=subject),
        chart=feature_clouds_chart(clouds),
        png=draw_feature_clouds(clouds, note=" (rendered)" if facts.state.study.rendered else ""),
    )


def _bands(facts: StudyFacts, store: FlowStore) -> list[FlowBand]:
    study = facts.state.study
    flows = {name: map_flow(store.folder / f"{name}.arrow") for name in sorted(study.recordings)}
    return [
        FlowBand(recording=noted_recording(study, name, num_frames=len(flow)), flow=flow)
        for name, flow in flows.items()
    ]


def _trained(
    configuration: Configuration, bands: list[FlowBand], facts: StudyFacts, subject: str, title: str
) -> SpotFormer:
    num_epochs = configuration.training.num_epochs
    torch.set_num_threads(1)  # As in the search: the sums of two threads differ in their last bits.

    def say(epoch: int, mean_loss: float) -> None:
        if epoch == num_epochs or epoch % max(1, num_epochs // 5) == 0:
            print(f"{title}: epoch {epoch} of {num_epochs}, loss {mean_loss:.4f}", file=sys.stderr)

    device = "cuda:0" if torch.cuda.is_available() else "cpu"
    seed = fold_seed(facts.state.study.seed, subject)
    return train_network(configuration, bands, seed=seed, report=say, device=device).network


def _description(facts: StudyFacts, clouds: list[FeatureCloud], *, subject: str) -> str:
    told = "; ".join(
        f"{one.title}: {one.separation:.2f}, and {one.explained:.0%} of the variance in the two components"
        for one in clouds
    )
    return (
        f"[Deng2024] Fig. 7 on this study: features of frames of the held-out subject {subject} by {facts.best}, "
        f"first two principal components of each network. Variance between the classes over variance inside them, of "
        f"the whole features: {told}. One subject and one seed: an illustration, no measurement."
    )
