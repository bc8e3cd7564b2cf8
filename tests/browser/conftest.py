"""A study of 300 configurations with made-up scores in the pages of MLflow that `make ui` shows, and a browser."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.made_up_study import made_up_inputs, made_up_records
from platform.study.state import StudyState
from platform.study.workspace import Workspace
from platform.tracking import artifacts
from platform.tracking.client import OF_THE_STUDY
from platform.tracking.projection import Projection
from tests.searches import REPOSITORY
from tests.tracked_runs import runs_of

NUM_CONFIGURATIONS = 300
SECONDS_TO_START = 180
WITHOUT_ASSISTANT = """
localStorage.setItem("mlflow.assistant.fab.autoOpenedOnFirstLoad_v1", "true");
localStorage.setItem("mlflow.assistant.panelOpen_v1", "false");
"""
SCREENSHOTS_VARIABLE = "SPOTFORMER_SCREENSHOTS"


@dataclass(frozen=True)
class Pages:
    """MLflow's pages of the study; ids of its configurations' runs, best F1 first."""

    address: str
    experiment: str
    names: list[str]
    run_ids: list[str]

    @property
    def sorted_runs(self) -> str:
        return (
            f"{self.address}/#/experiments/{self.experiment}/runs?orderByKey=metrics.%60f1_overall%60&orderByAsc=false"
        )

    def comparison(self, count: int) -> str:
        wanted = ",".join(f'"{run}"' for run in self.run_ids[:count])
        return f'{self.address}/#/compare-runs?runs=[{wanted}]&experiments=["{self.experiment}"]'

    def artifact(self, path: str) -> str:
        return f"{self.address}/#/experiments/{self.experiment}/runs/{self.run_ids[0]}/artifacts/{path}"


@pytest.fixture(scope="session")
def pages() -> Iterator[Pages]:
    # Pages show where artifacts lie, and screenshots go into documents: a place that says nothing.
    with tempfile.TemporaryDirectory(prefix="spotformer-") as folder:
        yield from _served(Workspace(Path(folder)))


def _served(workspace: Workspace) -> Iterator[Pages]:
    names, run_ids, experiment = _write_study(workspace)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["make", "ui", f"WORKSPACE={workspace.folder}", f"PORT={port}"]
    log = workspace.folder / "ui.log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=REPOSITORY, stdout=output, stderr=output, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, server, log)
        yield Pages(address=address, experiment=experiment, names=names, run_ids=run_ids)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=60)


def _write_study(workspace: Workspace) -> tuple[list[str], list[str], str]:
    inputs = made_up_inputs(workspace.study("made-up"), num_subjects=6)
    records = made_up_records(inputs, num_configurations=NUM_CONFIGURATIONS, identity="pages")
    state = StudyState(records[0], records)
    projection = Projection(
        inputs, records[0], tracking_uri=workspace.tracking_uri, artifacts=workspace.tracking_artifacts
    )
    projection.begin()
    with pytest.MonkeyPatch.context() as patch:
        for place, name in enumerate(state.ranking()):
            # Only the timelines of the best are looked at, and drawing takes most of the time.
            patch.setattr(artifacts, "MOST_TIMELINES", 1 if place == 0 else 0)
            projection.write(state, name, is_running=True)
    projection.write_best(state)
    projection.end("FINISHED")
    runs = runs_of(projection, state)
    del runs[OF_THE_STUDY]
    best_first = sorted(runs.values(), key=lambda run: -run.data.metrics["f1_overall"])
    names = [run.info.run_name for run in best_first]
    return names, [run.info.run_id for run in best_first], projection.connect().experiment_id


def _wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            urllib.request.urlopen(f"{address}/health", timeout=5).close()
        except (urllib.error.URLError, OSError):
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.5)
        else:
            return


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium without a window."""
    reason = "pip install -e '.[browser]' gives Playwright, which drives the browser: make test-browser"
    playwright = pytest.importorskip("playwright.sync_api", reason=reason)
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("a browser is needed: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser):
    """A page of a new visitor, without the chat that MLflow would open beside it."""
    context = browser.new_context(viewport={"width": 1360, "height": 700})
    context.add_init_script(WITHOUT_ASSISTANT)
    opened = context.new_page()
    opened.set_default_timeout(120_000)
    yield opened
    context.close()


@pytest.fixture
def keep(page, tmp_path):
    """Keeps a screenshot in the folder that SPOTFORMER_SCREENSHOTS names, else in one of the test."""

    def screenshot(name: str) -> None:
        folder = Path(os.environ.get(SCREENSHOTS_VARIABLE) or tmp_path)
        folder.mkdir(parents=True, exist_ok=True)
        picture = Image.open(BytesIO(page.screenshot()))
        picture.convert("RGB").quantize(128).save(folder / f"{name}.png", optimize=True)

    return screenshot
