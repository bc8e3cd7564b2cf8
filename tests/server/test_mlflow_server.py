"""Searches that write to one MLflow server: two at once, and one whose server goes away in the middle."""

import os
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from platform.tracking.client import CONFIGURATION_TAG, OF_THE_STUDY, STUDY_TAG
from tests.searches import journal_lines, run_search, search_log

# boto3 and MLflow use what newer versions of Python and SQLAlchemy deprecate.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SECONDS_FOR_A_SEARCH = 900
ARTIFACTS = ("folds.json", "configuration.yaml")


def runs_in(address: str, journal: Path) -> dict:
    """Runs of the journal's study by what they stand for, each once."""
    (study,) = journal_lines(journal, "study")
    client = MlflowClient(tracking_uri=address)
    experiment = client.get_experiment_by_name("spotformer-demo").experiment_id
    found = client.search_runs([experiment], filter_string=f"tags.`{STUDY_TAG}` = '{study['identity']}'")
    runs = {run.data.tags[CONFIGURATION_TAG]: run for run in found}
    assert len(runs) == len(found)
    return runs


def require_whole(address: str, journal: Path, stored: list[str], *, num_configurations: int = 3) -> None:
    """Every configuration with its figures, every fold as one step, every table in the bucket."""
    client = MlflowClient(tracking_uri=address)
    runs = runs_in(address, journal)
    assert set(runs) == {OF_THE_STUDY, *(f"c{number:04d}" for number in range(num_configurations))}
    assert {run.info.status for run in runs.values()} == {"FINISHED"}
    for name, run in runs.items():
        if name == OF_THE_STUDY:
            continue
        assert "f1_overall" in run.data.metrics
        for metric, steps in (("folds/final_loss", [1, 2, 3]), ("folds/f1_overall", [2, 3]), ("f1_overall", [3])):
            assert [one.step for one in client.get_metric_history(run.info.run_id, metric)] == steps
        assert all(sum(run.info.run_id in key and key.endswith(file) for key in stored) == 1 for file in ARTIFACTS)


def test_two_searches_write_at_once(server, stored, extracted, tmp_path):
    def searched(name: str):
        workspace = Path(shutil.copytree(extracted, tmp_path / name))
        return run_search(workspace, "--workers", "1", "--study", name, "--tracking-uri", server.address)

    with server.start():
        with ThreadPoolExecutor() as both:
            searches = list(both.map(searched, ("first", "second")))

        for search in searches:
            assert search.ended.code == 0, search.ended.err
            require_whole(server.address, search.journal, stored())
        models = {model.name for model in MlflowClient(tracking_uri=server.address).search_registered_models()}
    assert {"first", "second"} <= models


def test_a_server_that_was_away_gets_everything_once(server, stored, workspace, start_search):
    journal = workspace / "studies" / "demo-smoke-seed5" / "journal.jsonl"
    with server.start():
        # So long that it still runs when a server has started again, which takes most of a minute on a busy machine.
        more = ["--workers", "1", "--configurations", "12", "--tracking-uri", server.address]
        process = start_search(workspace, more)
        folds_at_stop = wait_for_folds(journal, 2, process)
    try:
        # Without its server the search goes on.
        wait_for_folds(journal, folds_at_stop + 2, process)
        with server.start():
            assert process.wait(timeout=SECONDS_FOR_A_SEARCH) == 0, search_log(workspace).read_text()
            require_whole(server.address, journal, stored(), num_configurations=12)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    told = search_log(workspace).read_text()
    assert "does not answer; the search goes on" in told
    assert "answers again" in told


def wait_for_folds(journal: Path, count: int, process) -> int:
    deadline = time.monotonic() + SECONDS_FOR_A_SEARCH
    while not journal.exists() or len(journal_lines(journal, "fold")) < count:
        assert process.poll() is None, "the search ended too early"
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return len(journal_lines(journal, "fold"))


def test_a_study_whose_server_is_away_is_resumed_and_told(server, stored, workspace):
    with server.start():
        first = run_search(workspace, "--workers", "1", "--configurations", "1", "--tracking-uri", server.address)
        assert first.ended.code == 0, first.ended.err

    away = run_search(workspace, "--workers", "1", "--tracking-uri", server.address)
    with server.start():
        again = run_search(workspace, "--workers", "1", "--tracking-uri", server.address)
        require_whole(server.address, first.journal, stored())

    assert away.ended.code == 1, away.ended.err
    assert away.result["new_folds"] == 6
    assert "are not up to date there" in away.ended.err
    assert "Traceback" not in away.ended.err
    assert (again.ended.code, again.result["new_folds"]) == (0, 0), again.ended.err


def test_a_new_study_does_not_start_without_its_server(server, workspace):
    ended = run_search(workspace, "--tracking-uri", server.address).ended

    assert ended.code == 2
    assert f"--tracking-uri must name a usable MLflow store, got '{server.address}'" in ended.err
    assert "Traceback" not in ended.err
    assert not (workspace / "studies").exists()
