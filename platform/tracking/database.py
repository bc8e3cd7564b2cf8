"""MLflow's SQLite file, laid out whole or not at all.

MLflow makes its tables one by one, for seconds. A search that is killed meanwhile would leave a file that MLflow can
neither use nor complete, and every later start would fail on it.
"""

import fcntl
from pathlib import Path

from mlflow.store.tracking import DEFAULT_LOCAL_FILE_AND_ARTIFACT_PATH


def lay_out(path: Path) -> None:
    """Makes the database at `path` unless it is there; of several searches that begin at once, one makes it.

    Raises:
        OSError: when the folder cannot be written.
        MlflowException: when MLflow cannot make it.
    """
    if _is_there(path):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_there(path):
            _make(path)


def _is_there(path: Path) -> bool:
    # SQLite makes an empty file when it only looks.
    return path.exists() and path.stat().st_size > 0


def _make(path: Path) -> None:
    # Imported here because a tracking server needs none of it.
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    unfinished = path.with_name(f".{path.name}.part")
    for left in (unfinished, unfinished.with_name(f"{unfinished.name}-journal")):
        left.unlink(missing_ok=True)
    store = SqlAlchemyStore(f"sqlite:///{unfinished}", DEFAULT_LOCAL_FILE_AND_ARTIFACT_PATH)  # type: ignore[no-untyped-call]  # MLflow annotates no constructor
    store.engine.dispose()
    unfinished.replace(path)
