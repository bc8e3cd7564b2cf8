"""`ray job submit` against a running head with token authentication: with a working dir and with a wheel."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.free_ports import free_ports
from tests.integration.test_the_name_platform import REPOSITORY, bare_environment, run
from tests.searches import Search, journal_lines, smoke_search

RAY = Path(sys.executable).with_name("ray")
SECONDS_TO_START = 240
SECONDS_TO_FIRST_FOLDS = 400


@dataclass(frozen=True)
class Head:
    """A running Ray head and what a client needs to reach it."""

    dashboard: str
    environment: dict[str, str]

    def submit(
        self, *command: str, working_dir: Path | None = None, more: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        where = ["--working-dir", str(working_dir)] if working_dir else []
        return self.job("submit", *where, *more, "--", *command, current=working_dir or Path("/"))

    def job(self, verb: str, *arguments: str, current: Path = Path("/")) -> subprocess.CompletedProcess[str]:
        """`ray job <verb>` as it ended."""
        return subprocess.run(
            [str(RAY), "job", verb, "--address", self.dashboard, *arguments],
            cwd=current,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )


def start_head(folder: Path, python: Path) -> tuple["subprocess.Popen[bytes]", Head]:
    """A head whose workers run `python`; `folder` is its home, so that its token is nobody else's."""
    token = folder / ".ray" / "auth_token"
    token.parent.mkdir(parents=True)
    token.write_text("a-token-for-this-test-only-" + "0" * 16)
    port, dashboard, agent = free_ports(3)
    environment = {
        **os.environ,
        "HOME": str(folder),
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(token),
        "PATH": f"{python.parent}:{os.environ['PATH']}",
    }
    ray = [str(python), "-m", "ray.scripts.scripts"]
    with (folder / "head.log").open("wb") as log:
        process = subprocess.Popen(
        [
            *ray, "start", "--head", "--block", f"--port={port}", "--dashboard-host=127.0.0.1",
            f"--dashboard-port={dashboard}", f"--dashboard-agent-listen-port={agent}", "--num-cpus=2",
                "--node-ip-address=127.0.0.1",
            f"--temp-dir={folder / 'ray'}", "--object-store-memory=100000000", "--disable-usage-stats",
        ],
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    return process, Head(dashboard=f"http://127.0.0.1:{dashboard}", environment=environment)


def wait_for(head: Head, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        # A head takes jobs only some time after it answers: the agent that runs them starts last.
        if head.submit("true").returncode == 0:
            return
        time.sleep(1)
    pytest.fail(f"the Ray head did not start: {log.read_text()}")


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ends the head and everything it started, which `ray start --block` stops with it."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="module")
def wheel_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The python of an environment in which the project is installed as a wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist", cwd=REPOSITORY)
    python = bare_environment(folder / "environment")
    wheel = next((folder / "dist").glob("*.whl"))
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder)
    return python


@pytest.fixture(scope="module")
def head(wheel_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Head]:
    # Unix sockets allow 107 bytes, which pytest's own folders exceed below Ray's session folder.
    folder = Path("/tmp") / f"sf-ray-{os.getpid()}"
    process, running = start_head(folder, wheel_python)
    try:
        wait_for(running, process, folder / "head.log")
        yield running
    finally:
        stop(process)
        subprocess.run(["rm", "-rf", str(folder)], check=False)


def test_a_job_with_the_working_dir_runs_the_command(head: Head):
    done = head.submit("python", "-m", "platform.search", "--help", working_dir=REPOSITORY)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "python -m platform.search" in done.stdout


def test_a_job_with_the_installed_wheel_runs_the_command(head: Head):
    done = head.submit("python", "-m", "platform.search", "--help")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "python -m platform.search" in done.stdout


def test_a_job_without_the_token_is_refused(head: Head, tmp_path: Path):
    wrong = tmp_path / "token"
    wrong.write_text("not-the-token-" + "0" * 24)
    stranger = Head(head.dashboard, {**head.environment, "RAY_AUTH_TOKEN_PATH": str(wrong)})

    done = stranger.submit("python", "-m", "platform.search", "--help")

    assert done.returncode != 0
    assert "--dataset" not in done.stdout


def test_a_job_that_was_stopped_continues_when_it_is_submitted_again(head: Head, workspace: Path, undisturbed: Search):
    journal = workspace / "studies" / "demo-smoke-seed5" / "journal.jsonl"
    report = workspace / "result.json"

    def command(count: int) -> list[str]:
        options = smoke_search("--workers", "1", "--configurations", str(count))
        return ["python", "-m", "platform.search", "--workspace", str(workspace), *options]

    # So many that folds of milliseconds still run when the command that stops them has started.
    submitted = head.submit(*command(200), more=["--no-wait", "--submission-id", "first"])
    assert submitted.returncode == 0, submitted.stdout + submitted.stderr
    wait_for_folds(head, journal, count=2)
    stopped = head.job("stop", "first")
    status, logs = head.job("status", "first"), head.job("logs", "first")
    finished = journal_lines(journal, "fold")
    wanted = max(3, len(journal_lines(journal, "configuration"))) + 1
    resumed = head.submit(*command(wanted), "--json", str(report), more=["--submission-id", "second"])

    assert stopped.returncode == 0, stopped.stdout + stopped.stderr
    assert "Job 'first' was stopped" in status.stdout
    assert "dataset demo: 3 recordings" in logs.stdout
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert "leaderboard" in resumed.stdout
    result = json.loads(report.read_text())
    assert result["resumed_folds"] == len(finished) >= 2
    assert result["new_folds"] == 3 * wanted - len(finished) > 0
    assert journal_lines(journal, "fold")[: len(finished)] == finished
    assert result["configurations"][:3] == undisturbed.result["configurations"]


def wait_for_folds(head: Head, journal: Path, *, count: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_FIRST_FOLDS
    while not journal.exists() or journal.read_bytes().count(b'"record": "fold"') < count:
        assert time.monotonic() < deadline, head.job("logs", "first").stdout
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("path", "body"), [("/api/jobs/", b'{"entrypoint": "true"}'), ("/api/jobs/", None), ("/api/version", None)]
)
def test_a_stranger_without_any_token_is_refused(head: Head, path: str, body: bytes | None):
    request = urllib.request.Request(head.dashboard + path, body, {"Content-Type": "application/json"})

    with pytest.raises(urllib.error.HTTPError) as refused, urllib.request.urlopen(request, timeout=60):
        pass

    with refused.value as answer:
        assert answer.code == 401


def test_a_users_mistake_makes_the_job_fail(head: Head):
    done = head.submit("python", "-m", "platform.search", "--space", "dmo", working_dir=REPOSITORY)

    assert done.returncode != 0
    assert "Did you mean 'demo'?" in done.stdout + done.stderr
