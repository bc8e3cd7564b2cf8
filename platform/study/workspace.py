"""Where everything that the platform writes lies.

<workspace>/demo/                     the rendered demo dataset
<workspace>/landmarks/<dataset>/      landmarks that were detected
<workspace>/flow/<dataset>-<settings>/  flow stores
<workspace>/peak-memory/              what folds were measured to hold of a GPU
<workspace>/studies/<study>/journal.jsonl, leaderboard.md
  tracked.json                                        where in MLflow the study is
  scores/<configuration>/<subject>.arrow              frame scores after the last epoch
  scores/<configuration>/epoch-<epoch>/<subject>.arrow  after an earlier one that the space stores
  scores/<configuration>/<subject>.npz                  counts under every setting that is chosen among
  models/<configuration>/                             the winner, trained on all subjects
  report/                                             report.html, report.md, references.bib, figures
<workspace>/registered/<name>/<version>/  copies of registered models that were used
<workspace>/mlflow.db, mlflow-artifacts/  tracking, unless --tracking-uri names a server
"""

import os
from dataclasses import dataclass
from pathlib import Path

from platform.storage.object_storage import ObjectStorage
from platform.storage.workspace_storage import SharedDisk, WorkspaceStorage
from spotformer_core.errors import StudyError
from spotformer_core.file_names import require_file_name
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.metrics.protocols import LAST_EPOCH

WORKSPACE_VARIABLE = "SPOTFORMER_WORKSPACE"
STORAGE_VARIABLE = "SPOTFORMER_STORAGE"
_RAY_WORKING_DIRS = "working_dir_files"


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folder that holds everything the platform writes.

    Attributes:
        storage_uri: of the object store in which it is kept; empty where all nodes see the folder itself.
    """

    folder: Path
    storage_uri: str = ""

    @property
    def storage(self) -> WorkspaceStorage:
        """Brings what others wrote into the folder, and keeps what is written there.

        Raises:
            StorageError: when the URI names no object store.
        """
        return ObjectStorage(self.folder, self.storage_uri) if self.storage_uri else SharedDisk()

    @property
    def demo_root(self) -> Path:
        """Root of the rendered demo dataset."""
        return self.folder / "demo"

    def flow_store(self, dataset: str, settings: ExtractionSettings) -> Path:
        """Folder of the flow store of one dataset under one set of extraction settings."""
        return self.folder / "flow" / f"{dataset}-{settings.digest()}"

    def landmarks(self, dataset: str) -> Path:
        """Where the landmarks of one dataset are kept that were detected."""
        return self.folder / "landmarks" / dataset

    @property
    def studies(self) -> Path:
        """Where the folders of all studies lie."""
        return self.folder / "studies"

    def study(self, name: str) -> Path:
        """Folder of one study.

        Raises:
            InvalidValueError: when the name cannot be that of a folder.
        """
        return self.studies / require_file_name(name, "a study (--study, or the name of a --space)")

    @property
    def peak_memory(self) -> Path:
        """Where it is kept what folds were measured to hold of a GPU."""
        return self.folder / "peak-memory"

    @property
    def registered_models(self) -> Path:
        """Where copies of registered models are kept that were used."""
        return self.folder / "registered"

    @property
    def tracking_file(self) -> Path:
        """The SQLite file that MLflow uses unless told otherwise."""
        return self.folder / "mlflow.db"

    @property
    def tracking_uri(self) -> str:
        """The address of that file."""
        return f"sqlite:///{self.tracking_file}"

    @property
    def tracking_artifacts(self) -> Path:
        """Where artifacts of that SQLite file lie."""
        return self.folder / "mlflow-artifacts"


def default_workspace() -> Workspace:
    """`$SPOTFORMER_WORKSPACE`, else the folder `workspace` of the current directory.

    In a Ray job whose current directory is a throw-away copy of the working dir, it is `~/spotformer-workspace`
    instead: results there would be lost with the copy. `$SPOTFORMER_STORAGE` is the object store that keeps it.
    """
    return Workspace(_default_folder(), os.environ.get(STORAGE_VARIABLE, ""))


def _default_folder() -> Path:
    named = os.environ.get(WORKSPACE_VARIABLE)
    if named:
        return Path(named).expanduser().resolve()
    current = Path.cwd()
    if _RAY_WORKING_DIRS in current.parts:
        return Path.home() / "spotformer-workspace"
    return current / "workspace"


def scores_folder(study_folder: Path, configuration: str) -> Path:
    """Where everything lies that the folds of a configuration leave.

    Raises:
        StudyError: when the name, which may come from a journal, would lead elsewhere.
    """
    return study_folder / "scores" / _named(configuration)


def scores_path(study_folder: Path, configuration: str, subject: str, *, epoch: int = LAST_EPOCH) -> Path:
    """Where the frame scores of one fold lie, as they were after an epoch.

    Raises:
        StudyError: when a name, which may come from a journal, would lead elsewhere.
    """
    folder = scores_folder(study_folder, configuration)
    return (folder if epoch == LAST_EPOCH else folder / f"epoch-{epoch}") / f"{_named(subject)}.arrow"


def table_path(study_folder: Path, configuration: str, subject: str) -> Path:
    """Where the counts of one fold lie under every setting that is chosen among.

    Raises:
        StudyError: when a name, which may come from a journal, would lead elsewhere.
    """
    return scores_folder(study_folder, configuration) / f"{_named(subject)}.npz"


def leaderboard_path(study_folder: Path) -> Path:
    """Where the leaderboard of a study lies for people to read."""
    return study_folder / "leaderboard.md"


def journal_path(study_folder: Path) -> Path:
    """Where the journal of a study lies."""
    return study_folder / "journal.jsonl"


def tracked_path(study_folder: Path) -> Path:
    """Where it is noted in which MLflow run a study is tracked."""
    return study_folder / "tracked.json"


def model_folder(study_folder: Path, configuration: str) -> Path:
    """Where the model of a configuration lies that was trained on every subject.

    Raises:
        StudyError: when the name, which may come from a journal, would lead elsewhere.
    """
    return study_folder / "models" / _named(configuration)


def _named(name: str) -> str:
    return require_file_name(name, "a configuration or subject of a journal", error=StudyError)
