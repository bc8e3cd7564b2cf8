"""MLflow's model registry: a model folder becomes a version of a registered model, with the alias `champion`.

Versions are found by the digest of their weights before they are made, so that registering twice adds nothing.
"""

import logging
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import mlflow
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.tracking import MlflowClient
from mlflow.types import ColSpec, Schema

import spotformer_core
from platform.console.libraries import libraries_may_speak
from platform.storage.scratch import scratch_folder
from platform.tracking.client import CONFIGURATION_TAG, STUDY_TAG, find_run_anywhere, tracking_client
from spotformer_core.errors import ModelError, StudyError
from spotformer_core.file_names import require_file_name
from spotformer_core.spotting.model_files import CARD_FILE, DESCRIPTION_FILE, read_model
from spotformer_core.spotting.video_recordings import ROW_FIELDS

CHAMPION = "champion"
DIGEST_TAG = "spotformer.weights"
_MODEL_ARTIFACT = "model"
_CORE_ARTIFACT = "core"
_ARTIFACT_PATH = "winner"
_CODE = Path(__file__).with_name("spotting_model.py")
_NEEDED = ("numpy", "torch", "opencv-python", "numba", "pyarrow")
_MLFLOW_TYPES: dict[type, str] = {str: "string", int: "long", float: "double"}
_LONGEST_DESCRIPTION = 5000
REGISTRY_SCHEME = "models:/"


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisteredModel:
    """A version in the registry."""

    name: str
    version: str

    @property
    def uri(self) -> str:
        """What `mlflow.pyfunc.load_model` and `--model` take."""
        return f"{REGISTRY_SCHEME}{self.name}@{CHAMPION}"


def register_model(folder: Path, *, name: str, tracking_uri: str, study: str, configuration: str) -> RegisteredModel:
    """The registered version of the model in `folder`, made when it does not exist; it is the champion then.

    Args:
        study: identity of the study; the run of its `configuration` keeps the files.

    Raises:
        ModelError: when the folder holds no model, or the registry refuses it.
        StudyError: when the tracking store cannot be used, or has no such run.
    """
    digest = read_model(folder).digest
    client = tracking_client(tracking_uri)
    try:
        found = _version_with(client, name, digest)
        if found is None:
            found = _new_version(client, folder, name=name, digest=digest, run=_run_of(client, study, configuration))
        client.set_registered_model_alias(name, CHAMPION, found)
    except MlflowException as error:
        raise ModelError(
            f"MLflow's registry at {tracking_uri} must take the model as {name!r}, got: {error} "
            "Name another with --name, or repair the server and give the same command again."
        ) from error
    return RegisteredModel(name=name, version=found)


def _new_version(client: MlflowClient, folder: Path, *, name: str, digest: str, run: Run) -> str:
    if not client.search_registered_models(filter_string=f"name = '{name}'"):
        client.create_registered_model(name)
    with scratch_folder("model") as temporary:
        _save(temporary / _ARTIFACT_PATH, folder)
        client.log_artifacts(run.info.run_id, str(temporary / _ARTIFACT_PATH), f"{_ARTIFACT_PATH}/{digest}")
    source = f"{run.info.artifact_uri}/{_ARTIFACT_PATH}/{digest}"
    card = folder / CARD_FILE
    description = card.read_text(encoding="utf-8")[:_LONGEST_DESCRIPTION] if card.exists() else ""
    made = client.create_model_version(
        name, source, run_id=run.info.run_id, tags={DIGEST_TAG: digest}, description=description
    )
    client.update_registered_model(name, description=description)
    return str(made.version)


def downloaded_model(uri: str, *, tracking_uri: str, folder: Path) -> Path:
    """The model folder of `models:/NAME@ALIAS` or `models:/NAME/VERSION`, copied below `folder` unless it is there.

    Raises:
        ModelError: when the registry knows no such model.
        StudyError: when the tracking store cannot be used.
    """
    client = tracking_client(tracking_uri)
    try:
        found = _version_named(client, uri)
        # The server says these; whoever runs it must not say where files are written.
        kept = folder / _named(found.name) / _named(str(found.version))
        if (kept / _MODEL_ARTIFACT / DESCRIPTION_FILE).exists():
            return kept / _MODEL_ARTIFACT
        source = f"{client.get_model_version_download_uri(found.name, found.version)}/artifacts/{_MODEL_ARTIFACT}"
        with _quiet(), scratch_folder("model") as temporary:
            mlflow.artifacts.download_artifacts(source, dst_path=str(temporary), tracking_uri=tracking_uri)
            kept.mkdir(parents=True, exist_ok=True)
            shutil.copytree(temporary / _MODEL_ARTIFACT, kept / _MODEL_ARTIFACT, dirs_exist_ok=True)
    except (MlflowException, OSError) as error:
        raise ModelError(
            f"--model must be a folder or a registered model (models:/NAME@champion), got {uri!r}: {error} "
            f"Registered are: {', '.join(registered_names(tracking_uri)) or 'none'}."
        ) from error
    return kept / _MODEL_ARTIFACT


def registered_names(tracking_uri: str) -> tuple[str, ...]:
    """Names of the registered models that have a champion, sorted.

    Raises:
        StudyError: when the tracking store cannot be used.
    """
    models = tracking_client(tracking_uri).search_registered_models()
    return tuple(sorted(model.name for model in models if CHAMPION in model.aliases))


def _named(name: str) -> str:
    return require_file_name(name, "a registered model or its version", error=ModelError)


def _version_named(client: MlflowClient, uri: str) -> ModelVersion:
    name, _, alias = uri.removeprefix(REGISTRY_SCHEME).partition("@")
    if alias:
        return client.get_model_version_by_alias(name, alias)
    name, _, number = name.rpartition("/")
    return client.get_model_version(name, number)


def _run_of(client: MlflowClient, study: str, configuration: str) -> Run:
    run = find_run_anywhere(client, {STUDY_TAG: study, CONFIGURATION_TAG: configuration})
    if run is None:
        raise StudyError(
            f"a model is kept by the run of its configuration, got no run of {configuration} in {client.tracking_uri}. "
            "Give the command of the search again: it writes what is missing in MLflow."
        )
    return run


def _version_with(client: MlflowClient, name: str, digest: str) -> str | None:
    versions = client.search_model_versions(f"name = '{name}'")
    return next((str(one.version) for one in versions if one.tags.get(DIGEST_TAG) == digest), None)


def _save(path: Path, folder: Path) -> None:
    """Writes what MLflow loads: the model folder, the code that reads it, what that needs; no pickle."""
    inputs = Schema([ColSpec("string", "video"), ColSpec("string", "landmarks")])
    rows = {"video": str, **ROW_FIELDS}
    outputs = Schema([ColSpec(_MLFLOW_TYPES[kind], name) for name, kind in rows.items()])
    # Under names of their own, since MLflow stores an artifact under that of its folder.
    artifact = Path(shutil.copytree(folder, path.with_name(_MODEL_ARTIFACT)))
    core = path.with_name(_CORE_ARTIFACT)
    source = Path(spotformer_core.__file__).parent
    shutil.copytree(source, core / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    with _quiet():
        mlflow.pyfunc.save_model(
            path,
            python_model=str(_CODE),
            artifacts={_MODEL_ARTIFACT: str(artifact), _CORE_ARTIFACT: str(core)},
            signature=ModelSignature(inputs=inputs, outputs=outputs),
            pip_requirements=[f"mlflow=={version('mlflow')}", *(f"{one}=={version(one)}" for one in _NEEDED)],
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """MLflow advises here on type hints and on packages that it does not know; neither is of use to people."""
    if libraries_may_speak():
        yield
        return
    loggers = [logging.getLogger(name) for name in ("mlflow.pyfunc", "mlflow.models", "mlflow.utils")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
