"""Where everything that the platform writes lies.

<workspace>/demo/                     the rendered demo dataset
<workspace>/landmarks/<dataset>/      landmarks that were detected
<workspace>/flow/<dataset>-<settings>/  flow stores
<workspace>/studies/<study>/journal.jsonl, scores/<configuration>/<subject>.arrow
<workspace>/mlflow.db, mlflow-artifacts/  tracking, unless --tracking-uri names a server
"""

import os
from dataclasses import dataclass
from pathlib import Path

from spotformer_core.flow.settings import ExtractionSettings

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
        """Folder of all studies."""
        return self.folder / "studies"

    def study(self, name: str) -> Path:
        """Folder of one study."""
        return self.studies / name

    @property
    def tracking_uri(self) -> str:
        """The SQLite file that MLflow uses unless told otherwise."""
        return f"sqlite:///{self.folder / 'mlflow.db'}"

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


def scores_path(study_folder: Path, configuration: str, subject: str) -> Path:
    """Where the frame scores of one fold lie."""
    return study_folder / "scores" / configuration / f"{subject}.arrow"


def journal_path(study_folder: Path) -> Path:
    """Where the journal of a study lies."""
    return study_folder / "journal.jsonl"
