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

from spotformer_core.errors import StudyError
from spotformer_core.file_names import require_file_name
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.metrics.protocols import LAST_EPOCH

WORKSPACE_VARIABLE = "SPOTFORMER_WORKSPACE"
_RAY_WORKING_DIRS = "working_dir_files"


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folder that holds everything the platform writes."""

    folder: Path

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
    instead: results there would be lost with the copy.
    """
    named = os.environ.get(WORKSPACE_VARIABLE)
    if named:
        return Workspace(Path(named).expanduser().resolve())
    current = Path.cwd()
    if _RAY_WORKING_DIRS in current.parts:
        return Workspace(Path.home() / "spotformer-workspace")
    return Workspace(current / "workspace")


def scores_path(study_folder: Path, configuration: str, subject: str, *, epoch: int = LAST_EPOCH) -> Path:
    """Where the frame scores of one fold lie, as they were after an epoch.

    Raises:
        StudyError: when a name, which may come from a journal, would lead elsewhere.
    """
    folder = _scores_folder(study_folder, configuration)
    return (folder if epoch == LAST_EPOCH else folder / f"epoch-{epoch}") / f"{_named(subject)}.arrow"


def table_path(study_folder: Path, configuration: str, subject: str) -> Path:
    """Where the counts of one fold lie under every setting that is chosen among.

    Raises:
        StudyError: when a name, which may come from a journal, would lead elsewhere.
    """
    return _scores_folder(study_folder, configuration) / f"{_named(subject)}.npz"


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


def _scores_folder(study_folder: Path, configuration: str) -> Path:
    return study_folder / "scores" / _named(configuration)


def _named(name: str) -> str:
    return require_file_name(name, "a configuration or subject of a journal", error=StudyError)
