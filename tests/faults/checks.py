"""What must hold of a study after any fault and the next start, read from its journal, its report and MLflow."""

import json
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlflow.entities import Run
from mlflow.tracking import MlflowClient

from platform.console.command import DONE
from platform.study.journal import read_journal
from platform.study.records import FoldRecord, LostRecord, Record, RunRecord, StoppedRecord, WinnerRecord
from platform.study.workspace import Workspace, scores_path
from tests.faults.staged import StagedSearch
from tests.searches import SMOKE_STUDY, Search

MINE = ("spotformer.study", "mlflow.parentRunId")
"""Tags that name a study or a run by what was drawn for it."""
SPENT = (RunRecord, LostRecord, StoppedRecord, WinnerRecord)
NOT_DECIDED = frozenset({"seconds", "versions", "usage"})


def as_if_nothing_had_happened(
    undisturbed: Search, staged: StagedSearch, *options: str, tracking_uri: str = ""
) -> Search:
    """The next start, which finds or finishes everything: nothing differs from a search that nothing disturbed."""
    ended = staged.finish(*options)
    assert ended.ended.code == DONE, ended.ended.err
    same_as_undisturbed(staged.journal, undisturbed.journal)
    assert report(ended) == report(undisturbed)
    nothing_runs(staged.workspace, tracking_uri)
    return ended


def same_as_undisturbed(journal: Path, undisturbed: Path) -> None:
    """Every fold is there once, with its scores on disk, and every decision and count is that of an undisturbed run."""
    found, expected = read_journal(journal), read_journal(undisturbed)
    folds = Counter((one.configuration, one.subject, one.seed) for one in found if isinstance(one, FoldRecord))
    assert set(folds.values()) == {1}, folds
    for configuration, subject, _ in folds:
        path = scores_path(journal.parent, configuration, subject)
        assert path.read_bytes() == scores_path(undisturbed.parent, configuration, subject).read_bytes()
    assert decisions(found) == decisions(expected)


def decisions(records: list[Record]) -> list[str]:
    """The records without what was spent, versions and their order among each other; the study itself is left out."""
    told = []
    for record in records[1:]:
        if isinstance(record, SPENT):
            continue
        values = {name: getattr(record, name) for name in record.__slots__ if name not in NOT_DECIDED}
        told.append(json.dumps({"record": type(record).__name__, **values}, sort_keys=True))
    return sorted(told)


def nothing_runs(workspace: Path, tracking_uri: str = "") -> None:
    """Every run in MLflow is finished; none says that it is still running."""
    assert statuses(workspace, tracking_uri) == {"FINISHED"}


def statuses(workspace: Path, tracking_uri: str = "") -> set[str]:
    """How the runs in MLflow are."""
    with _client(workspace, tracking_uri) as client:
        return {run.info.status for run in _runs(client)}


def tracked(workspace: Path, tracking_uri: str = "") -> dict[str, Any]:
    """All of MLflow about the study, by the name of the run and without what is drawn or timed: equal studies give
    equal values."""
    with _client(workspace, tracking_uri) as client:
        champion = client.get_model_version_by_alias(SMOKE_STUDY, "champion")
        return {"runs": {run.info.run_name: _told(run) for run in _runs(client)}, "champion": champion.tags}


def _told(run: Run) -> dict[str, Any]:
    return {
        "status": run.info.status,
        "params": run.data.params,
        # What was measured of the machine while a search ran is in no journal.
        "metrics": {name: value for name, value in run.data.metrics.items() if not name.startswith("system/")},
        "tags": {name: value for name, value in run.data.tags.items() if name not in MINE},
        "artifacts": _artifacts(run.info.artifact_uri),
    }


def _runs(client: MlflowClient) -> list[Run]:
    experiments = [one.experiment_id for one in client.search_experiments()]
    return list(client.search_runs(experiments))


@contextmanager
def _client(workspace: Path, tracking_uri: str) -> Iterator[MlflowClient]:
    with warnings.catch_warnings():
        # MLflow's own tables use what SQLAlchemy 2.1 deprecates.
        warnings.filterwarnings("ignore", "The ``noload`` loader strategy is deprecated")
        yield MlflowClient(tracking_uri or Workspace(workspace).tracking_uri)


def _artifacts(uri: str) -> dict[str, str]:
    """The files of a run by name; of the registered model, which tells when it was saved, the names alone."""
    folder = Path(uri.removeprefix("file://"))
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: "" if "winner" in name else path.read_bytes().hex() for name, path in files.items()}


def report(search: Search) -> dict[str, Any]:
    """Of a report what is equal in equal searches."""
    return {name: search.result[name] for name in ("configurations", "best", "comparison")}
