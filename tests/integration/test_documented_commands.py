"""The documented commands of the demo, really given: those of "Getting started" in their order, then all others.

They run in a folder that looks like the repository and has a workspace of its own. The demo there is a tiny one, so
that this takes minutes; a search takes whatever demo it finds.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.documented_commands import DocumentedCommand, documented_commands, shell_blocks
from tests.searches import REPOSITORY

GETTING_STARTED = "docs/getting-started.md"
NOT_RUN = {
    r"make (?!search)": "tests, checks, benchmarks, and a server that runs until it is stopped",
    r"-m benchmarks\.": "benchmarks of minutes to hours, which have targets of their own",
    r"-m platform\.\w+( score| leaderboard| tables)?$": "names a command, with nothing to do",
    r"\b(DIR|FILE|HOST|NAME|STUDY|URI|VIDEO)\b": "a form that people fill in",
    r"(s3|gs)://": "needs a bucket of one's own",
    r"platform\.watch_preemption": "watches until its node is taken back",
    r"(samm-lv|cas-me-[23]|lineage|samm_new)": "needs a dataset that may not be passed on",
    r"--root mine\b": "needs videos of one's own",
    r"(interview\.mp4|anna\.avi)": "needs a video of one's own",
    r"platform\.demo --subjects": "renders another demo than the one that is there",
}
"""Which documented commands are not given here, and why."""

pytestmark = pytest.mark.slow


def given(command: DocumentedCommand) -> bool:
    in_order = command.page == GETTING_STARTED
    return not in_order and not any(re.search(pattern, str(command)) for pattern in NOT_RUN)


OTHERS = list({command.words: command for command in documented_commands() if given(command)}.values())
"""Each once, on whichever pages it stands."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, extracted: Path) -> Path:
    """What a copy of the repository looks like, `make` having been given once; with a tiny demo that is rendered."""
    installed = (REPOSITORY / ".venv" / ".installed").stat().st_mtime
    for name in ("pyproject.toml", "constraints.txt"):
        assert (REPOSITORY / name).stat().st_mtime <= installed, f"{name} is newer than .venv: give `make check` first"
    folder = tmp_path_factory.mktemp("copy")
    for path in REPOSITORY.iterdir():
        if path.name not in (".git", "workspace", "spotting", "shared"):
            (folder / path.name).symlink_to(path)
    shutil.copytree(extracted / "demo", folder / "workspace" / "demo")
    (folder / "prices.yaml").write_text(documented_prices())
    return folder


def documented_prices() -> str:
    """The file of prices that a page shows."""
    block = re.search(
        r"^```yaml\n(.*?)^```$", (REPOSITORY / "docs" / "budgets.md").read_text(), re.MULTILINE | re.DOTALL
    )
    assert block is not None
    return block[1]


def give(copy: Path, script: str) -> str:
    """What a shell prints that is given `script`."""
    path = f"{REPOSITORY}/.venv/bin{os.pathsep}{os.environ['PATH']}"
    environment = {name: value for name, value in os.environ.items() if name != "SPOTFORMER_WORKSPACE"}
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=copy,
        env={**environment, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"{script}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def started(copy: Path) -> list[tuple[str, str, str]]:
    """Every shell block of the page, what the page shows below it, and what it printed."""
    return [(block, shown, give(copy, block)) for block, shown in shell_blocks(GETTING_STARTED)]


def beginnings(shown: str) -> list[str]:
    """The lines that a page shows, up to the first figure, which is another one on the tiny demo."""
    return [re.split(r"\d", line)[0].strip() for line in shown.splitlines() if line[0].isascii()]


def test_getting_started_does_what_it_says(started, copy: Path):
    assert len(started) >= 4
    for block, shown, printed in started:
        assert [beginning for beginning in beginnings(shown) if beginning not in printed] == [], block
    for name in ("face.csv", "face.json", "face.png"):
        assert (copy / "spotting" / "found" / name).stat().st_size > 0


@pytest.mark.parametrize("command", OTHERS, ids=str)
@pytest.mark.usefixtures("started")
def test_every_other_documented_command_of_the_demo_does_its_work(copy: Path, command: DocumentedCommand):
    give(copy, " ".join(command.words))


def test_every_reason_for_not_running_a_command_is_needed():
    commands = [str(command) for command in documented_commands()]

    assert [pattern for pattern in NOT_RUN if not any(re.search(pattern, command) for command in commands)] == []
    assert len(OTHERS) >= 5
