"""What is to be trained as the winner of a study: which configuration, at which thresholds, and what is told of it."""

import statistics
from dataclasses import replace
from pathlib import Path

from platform.reporting.study_comparison import compare_configurations
from platform.study.identity import dataset_digest, fold_seed
from platform.study.state import ConfigurationStatus, StudyState
from platform.study.workspace import model_folder
from platform.winner.card import CardFacts, model_card
from platform.winner.training import WinnerOrder
from spotformer_core.config import Configuration
from spotformer_core.datasets.recording import Dataset, ExpressionKind
from spotformer_core.errors import StudyError, did_you_mean
from spotformer_core.flow.store import FlowStore
from spotformer_core.metrics.protocols import Protocol
from spotformer_core.training.whole import NOBODY


def winner_order(
    state: StudyState,
    dataset: Dataset,
    store: FlowStore,
    *,
    study: str,
    study_folder: Path,
    is_rendered: bool,
    configuration: str = "",
) -> WinnerOrder:
    """The order to train a configuration on every subject.

    Args:
        configuration: its name; the best of the study unless given.

    Raises:
        StudyError: when the configuration is unknown or not complete, or the dataset is not that of the study.
    """
    _require_same_dataset(state, dataset)
    name = _complete(state, configuration)
    comparison = compare_configurations(state)
    facts = CardFacts(
        study=study,
        dataset=dataset.name,
        num_recordings=len(dataset.recordings),
        num_frames=sum(recording.num_frames for recording in dataset.recordings),
        frames_per_second=statistics.median(recording.frames_per_second for recording in dataset.recordings),
        is_rendered=is_rendered,
        comparison=comparison,
        compared=next(one for one in comparison.configurations if one.name == name),
        configuration=configuration_of(state, name),
        extraction=store.settings.as_dict(),
    )
    return WinnerOrder(
        recordings=dataset.recordings,
        store=store,
        configuration=facts.configuration,
        frames_per_second=facts.frames_per_second,
        # The rule of the folds, with nobody held out.
        seed=fold_seed(state.study.seed, NOBODY),
        folder=model_folder(study_folder, name),
        origin={
            "study": study,
            "study_identity": state.study.identity,
            "configuration": name,
            "dataset": dataset.name,
            "dataset_digest": state.study.dataset_digest,
            "rendered": is_rendered,
            "subjects": sorted(state.study.subjects),
            "seed": state.study.seed,
            "versions": dict(state.study.versions),
        },
        card=model_card(facts),
    )


def configuration_of(state: StudyState, name: str) -> Configuration:
    """A complete configuration, proposing at the apex thresholds that are best on its pooled out-of-fold scores.

    Those are the thresholds of the paper's protocol. The honest ones differ from subject to subject, each chosen on the
    others; a network that has learned from every subject has no held-out scores of its own to choose on, and the pooled
    ones are the largest sample that no network had learned from.
    """
    chosen = next(iter(state.result(name, Protocol.PAPER).thresholds.values()))
    whole = Configuration.from_parameters({**state.study.space["fixed"], **state.configurations[name].params})
    decoding = replace(
        whole.decoding,
        macro_apex_threshold=chosen[ExpressionKind.MACRO],
        micro_apex_threshold=chosen[ExpressionKind.MICRO],
    )
    return replace(whole, decoding=decoding)


def _complete(state: StudyState, configuration: str) -> str:
    """The name of the configuration that is wanted."""
    ranking = state.ranking()
    if not ranking:
        raise StudyError("a winner must be one of the complete configurations, got a study without any. Let it go on.")
    if configuration and configuration not in state.configurations:
        raise StudyError(
            f"--configuration must be one of the study's, got {configuration!r}. "
            f"{did_you_mean(configuration, state.configurations)}"
        )
    name = configuration or ranking[0]
    status = state.configurations[name].status
    if status is not ConfigurationStatus.COMPLETE:
        raise StudyError(
            f"a winner must be a complete configuration, got {name}, which is {status}. Complete ones are "
            f"{', '.join(sorted(ranking))}."
        )
    return name


def _require_same_dataset(state: StudyState, dataset: Dataset) -> None:
    digest = dataset_digest(dataset.recordings)
    if digest != state.study.dataset_digest:
        raise StudyError(
            f"a winner must be trained on the dataset of its study, {state.study.dataset} with the digest "
            f"{state.study.dataset_digest}, got {dataset.name} with {digest}. Give the --dataset, --root and --policy "
            "of the search."
        )
