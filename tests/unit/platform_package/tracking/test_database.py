"""MLflow's database when the process that lays it out is killed, and when two lay it out at once."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.searches import REPOSITORY

LAY_OUT = (
    "import sys; from pathlib import Path; from platform.tracking.database import lay_out; lay_out(Path(sys.argv[1]))"
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new" / "mlflow.db"


def start(path):
    return subprocess.Popen([sys.executable, "-c", LAY_OUT, str(path)], cwd=REPOSITORY)


def num_tables(path):
    with closing(sqlite3.connect(path)) as database:
        return database.execute("select count(*) from sqlite_master where type = 'table'").fetchone()[0]


def test_a_layout_that_is_killed_leaves_no_database_and_the_next_one_makes_it_whole(path):
    unfinished = path.with_name(".mlflow.db.part")
    killed = start(path)
    deadline = time.monotonic() + 120
    while not (unfinished.exists() and unfinished.stat().st_size):
        assert time.monotonic() < deadline
        assert killed.poll() is None
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    was_there = path.exists()

    both = [start(path), start(path)]

    assert not was_there
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    assert num_tables(path) > 20
    assert not unfinished.exists()


def test_a_database_that_is_there_is_left_alone(path):
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as database:
        database.execute("create table mine (a int)")

    assert start(path).wait(timeout=120) == 0

    assert num_tables(path) == 1
