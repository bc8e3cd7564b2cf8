"""The tracking store: where it is, and the names by which everything in it is found."""

import logging
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from mlflow.entities import DatasetInput, Run
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, ErrorCode
from mlflow.tracking import MlflowClient

from platform.console.libraries import libraries_may_speak, quieten
from platform.tracking.database import lay_out
from spotformer_core.errors import StudyError

# A progress bar per artifact, two lines per ended run and a git lookup per run are noise here.
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
# Requests that a silent server answers late would be sent again by MLflow, and runs made twice; by its own patience it
# would also try a wrong address for minutes. What must be tried again is tried by the writer, which looks first.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")
quieten("alembic", "mlflow.store.db.utils", "mlflow.store.model_registry", "mlflow.utils.environment")
if not libraries_may_speak():
    # What a database refuses, a full disk say, is logged there with a traceback and raised as well.
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)

STUDY_TAG = "spotformer.study"
CONFIGURATION_TAG = "spotformer.configuration"
OF_THE_STUDY = "none"
"""Value of CONFIGURATION_TAG in the run that stands for the study itself."""
COMPLETE_TAG = "spotformer.complete"
FAILURE_TAG = "spotformer.failure"
INFEASIBLE_TAG = "spotformer.infeasible"
DROPPED_TAG = "spotformer.dropped"
FOLDS_TAG = "spotformer.folds"
"""How many folds of a configuration are in its run, as steps of metrics."""
BEST_TAG = "spotformer.best_configuration"
PARENT_TAG = "mlflow.parentRunId"
NOTE_TAG = "mlflow.note.content"
TABLES_TAG = "mlflow.loggedArtifacts"
"""Lists the artifacts that MLflow's pages show as tables."""
_MODEL_TRAINING = {"mlflow.experimentKind": "custom_model_development"}
"""Without it MLflow 3 opens the experiment among its pages for language models."""
_SQLITE = "sqlite:///"


def tracking_client(tracking_uri: str) -> MlflowClient:
    """A client for the store at `tracking_uri`.

    Raises:
        StudyError: when nothing usable is there.
    """
    try:
        _require_database(tracking_uri)
        client = MlflowClient(tracking_uri=tracking_uri)
        client.search_experiments(max_results=1)
    except (MlflowException, OSError, sqlite3.Error) as error:
        raise StudyError(
            f"--tracking-uri must name a usable MLflow store, got {tracking_uri!r}: {error}. "
            "Use sqlite:///FILE or the http address of an MLflow server."
        ) from error
    return client


def _require_database(tracking_uri: str) -> None:
    """Raises sqlite3.Error or OSError at once for an unusable SQLite file, which MLflow tries for 100 s to open."""
    if tracking_uri.startswith(_SQLITE):
        path = Path(tracking_uri.removeprefix(_SQLITE).partition("?")[0])
        lay_out(path)
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA schema_version")


def experiment_id(client: MlflowClient, name: str, *, artifacts: Path | None) -> str:
    """The id of the experiment called `name`, made when it does not exist.

    Args:
        artifacts: folder for artifacts; None leaves the choice to the tracking server.
    """
    experiment = client.get_experiment_by_name(name)
    if experiment is not None:
        return str(experiment.experiment_id)
    location = None if artifacts is None else (artifacts / name).as_uri()
    try:
        return str(client.create_experiment(name, artifact_location=location, tags=_MODEL_TRAINING))
    except MlflowException as error:
        # Another search has made it in between.
        if error.error_code != ErrorCode.Name(RESOURCE_ALREADY_EXISTS):
            raise
        made = client.get_experiment_by_name(name)
        if made is None:
            raise
        return str(made.experiment_id)


def log_dataset(client: MlflowClient, run_id: str, dataset: DatasetInput) -> None:
    """Notes of a run what it learned from; noting it again changes nothing.

    Raises:
        MlflowException: when the store refuses it.
    """
    try:
        client.log_inputs(run_id, [dataset])
    except MlflowException:
        # When two searches tell the store of one dataset at the same moment, it refuses one of them: now it is there.
        client.log_inputs(run_id, [dataset])


def find_run(client: MlflowClient, experiment: str, tags: dict[str, str]) -> Run | None:
    """The run that carries all of `tags`, if there is one."""
    condition = " and ".join(f"tags.`{name}` = '{value}'" for name, value in tags.items())
    runs = client.search_runs([experiment], filter_string=condition, max_results=1)
    return runs[0] if runs else None


def find_run_anywhere(client: MlflowClient, tags: dict[str, str]) -> Run | None:
    """The run of any experiment that carries all of `tags`, if there is one."""
    experiments = [str(experiment.experiment_id) for experiment in client.search_experiments()]
    found = (find_run(client, experiment, tags) for experiment in experiments)
    return next((run for run in found if run is not None), None)
