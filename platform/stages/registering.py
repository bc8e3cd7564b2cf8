"""A configuration of a study, trained on every subject and registered on demand."""

from dataclasses import dataclass

from platform.scheduling.time_limit import FoldTimeLimit
from platform.stages.beginning import is_rendered
from platform.stages.winning import KeptWinner, registered, train_and_say
from platform.study.state import StudyState
from platform.study.workspace import Workspace
from platform.winner.order import winner_order
from platform.winner.training import is_kept
from spotformer_core.datasets.recording import Dataset
from spotformer_core.errors import InvalidValueError, StudyError
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowStore


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrationOptions:
    """What is registered, as what, and where that is computed.

    Attributes:
        study: its name.
        configuration: its name; empty for the best.
        name: of the registered model.
        tracking_uri: of MLflow; empty for the SQLite file of the workspace.
    """

    study: str
    configuration: str
    name: str
    address: str
    num_workers: int
    num_gpus: float
    tracking_uri: str


def register_configuration(
    state: StudyState, dataset: Dataset, options: RegistrationOptions, *, workspace: Workspace
) -> KeptWinner:
    """The configuration in MLflow's registry; it is trained on every subject first unless that was done.

    Raises:
        StudyError: when the configuration is unknown or not complete, the dataset is not that of the study, or the
            study was made on imported features.
        TrainingError, FlowStoreError: when it cannot be trained.
        OSError: when the disk is full.
    """
    folder = workspace.study(options.study)
    order = winner_order(
        state,
        dataset,
        _store(state, workspace),
        study=options.study,
        study_folder=folder,
        is_rendered=is_rendered(dataset),
        configuration=options.configuration,
        storage=workspace.storage,
    )
    if not is_kept(order):
        from platform.compute.connection import connected

        limit = FoldTimeLimit(finished=state.finished_folds())
        with connected(options.address, num_workers=options.num_workers):
            problem = train_and_say(order, num_gpus=options.num_gpus, seconds_allowed=limit.seconds)
        if problem:
            return KeptWinner(order=order, problem=problem)
    uri = options.tracking_uri or workspace.tracking_uri
    return registered(order, name=options.name, tracking_uri=uri)


def _store(state: StudyState, workspace: Workspace) -> FlowStore:
    try:
        settings = ExtractionSettings.from_dict(state.study.extraction)
    except InvalidValueError as error:
        raise StudyError(
            f"a model is registered on demand only where flow was extracted here, got a study on other flow: {error} "
            "Give the command of the search again: it registers the winner when it ends."
        ) from error
    return FlowStore.open(workspace.flow_store(state.study.dataset, settings), settings)
