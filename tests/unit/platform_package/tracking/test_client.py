"""An address that is no tracking store is told at once."""

import time

import pytest
from mlflow.exceptions import MlflowException

from platform.tracking.client import log_dataset, tracking_client
from spotformer_core.errors import StudyError


@pytest.mark.parametrize("what", ["a folder", "no database", "below a file"])
def test_a_sqlite_file_that_cannot_be_used_is_named_at_once(tmp_path, what):
    path = tmp_path / "mlflow.db"
    if what == "a folder":
        path.mkdir()
    elif what == "no database":
        path.write_text("certainly no database" * 100)
    else:
        path.touch()
        path = path / "mlflow.db"
    started = time.monotonic()

    with pytest.raises(StudyError, match=rf"usable MLflow store, got 'sqlite:///{path}': .*Use sqlite:///FILE"):
        tracking_client(f"sqlite:///{path}")

    assert time.monotonic() - started < 20


def test_an_address_of_an_unknown_kind_is_named():
    with pytest.raises(StudyError, match="usable MLflow store, got 'gopher://tracking'"):
        tracking_client("gopher://tracking")


@pytest.mark.parametrize("refusals", [1, 2])
def test_a_dataset_that_another_search_tells_of_at_the_same_moment_is_told_again(refusals):
    class Store:
        asked = 0

        def log_inputs(self, run_id, datasets) -> None:
            self.asked += 1
            if self.asked <= refusals:
                raise MlflowException("duplicate key")

    store = Store()
    if refusals == 1:
        log_dataset(store, "run", None)
    else:
        with pytest.raises(MlflowException, match="duplicate key"):
            log_dataset(store, "run", None)

    assert store.asked == 2
