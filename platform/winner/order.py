"""What is to be trained as the winner of a study: which configuration, at which thresholds, and what is told of it."""

import statistics
from dataclasses import replace
from pathlib import Path

from platform.reporting.study_comparison import compare_configurations
from platform.storage.workspace_storage import WorkspaceStorage
from platform.study.identity import dataset_digest, fold_seed
from platform.study.state import ConfigurationStatus, StudyState
from platform.study.stored_scores import configuration_of, decoding_at
from platform.study.workspace import model_folder
from platform.winner.card import CardFacts, model_card
from platform.winner.training import WinnerOrder
from spotformer_core.config import Configuration
from spotformer_core.datasets.recording import Dataset, ExpressionKind
from spotformer_core.errors import StudyError, did_you_mean
from spotformer_core.flow.store import FlowStore
from spotformer_core.metrics.protocols import LAST_EPOCH, Protocol
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
    storage: WorkspaceStorage,
) -> WinnerOrder:
    """The order to train a configuration on every subject.

    Args:
        configuration: its name; the best of the study unless given.
        storage: of the workspace in which the study and the store lie.

    Raises:
        StudyError: when the configuration is unknown or not complete, or the dataset is not that of the study.
    """
    _require_same_dataset(state, dataset)
    name = _complete(state, configuration)
    chosen, epoch = chosen_configuration(state, name)
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
        configuration=chosen,
        epoch=epoch,
        extraction=store.settings.as_dict(),
    )
    return WinnerOrder(
        recordings=dataset.recordings,
        store=store,
        configuration=chosen,
        epoch=epoch,
        frames_per_second=facts.frames_per_second,
        # The rule of the folds, with nobody held out.
        seed=fold_seed(state.study.seed, NOBODY),
        folder=model_folder(study_folder, name),
        origin={
            "study": study,
            "study_identity": state.study.identity,
            "configuration": name,
            "epoch": epoch,
            "dataset": dataset.name,
            "dataset_digest": state.study.dataset_digest,
            "rendered": is_rendered,
            "subjects": sorted(state.study.subjects),
            "seed": state.study.seed,
            "versions": dict(state.study.versions),
        },
        card=model_card(facts),
        storage=storage,
    )


def chosen_configuration(state: StudyState, name: str) -> tuple[Configuration, int]:
    """A complete configuration as it proposes best on its pooled out-of-fold scores, and after which epoch, from 1.

    Thresholds, decoding and epoch are those of the protocol `pooled`; an apex threshold that the space fixes stays as
    it is. The honest ones differ from subject to subject, each chosen on the others; a network that has learned from
    every subject has no held-out scores of its own to choose on, and the pooled ones are the largest sample that no
    network had learned from.
    """
    result = state.result(name, Protocol.POOLED)
    # This protocol chooses the same for every subject.
    subject = min(result.thresholds)
    setting, thresholds = result.settings[subject], result.thresholds[subject]
    whole = configuration_of(state.study, state.configurations[name].params)
    decoding = replace(
        decoding_at(state, name, setting),
        macro_apex_threshold=thresholds[ExpressionKind.MACRO],
        micro_apex_threshold=thresholds[ExpressionKind.MICRO],
    )
    epoch = whole.training.num_epochs if setting.epoch == LAST_EPOCH else setting.epoch
    return replace(whole, decoding=decoding), epoch


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
