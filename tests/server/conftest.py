"""A real MLflow server on a real PostgreSQL, with artifacts in an S3 bucket; moto stands in for the S3 store.

Everything listens on free ports of the loopback interface, lies in a temporary folder and is stopped at the end.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.searches import REPOSITORY

BUCKET = "spotformer"
SECONDS_TO_START = 180
KEYS = {"AWS_ACCESS_KEY_ID": "stand-in", "AWS_SECRET_ACCESS_KEY": "stand-in", "AWS_DEFAULT_REGION": "us-east-1"}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def is_open(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def is_healthy(port: int) -> bool:
    """Whether MLflow answers: its port is open long before."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10).close()
    except OSError:
        return False
    return True


def wait_until(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while not ready():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)


@contextmanager
def running(command: Sequence[str | Path], *, ready: Callable[[], bool], log: Path, **more) -> Iterator[None]:
    """A server, from when it is ready until the block is left."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(map(str, command)), stdout=output, stderr=output, start_new_session=True, **more
        )
    try:
        wait_until(ready, process, log)
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a new database."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("a database is needed: apt-get install postgresql")
    # PostgreSQL refuses to run as root; Debian's package brings a user of its own.
    user = "postgres" if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="spotformer-postgresql-") as temporary:
        folder = Path(temporary)
        if user:
            shutil.chown(folder, user)
        data, port = folder / "data", free_port()
        named = {"user": user, "cwd": folder}
        make = [programs[-1] / "initdb", "--pgdata", data, "--auth", "trust", "--username", "mlflow", "--no-sync"]
        subprocess.run(list(map(str, make)), check=True, capture_output=True, **named)
        listen = ["-c", "listen_addresses=127.0.0.1", "-c", f"port={port}", "-c", f"unix_socket_directories={folder}"]
        with running(
            [programs[-1] / "postgres", "-D", data, *listen], ready=partial(is_open, port), log=folder / "log", **named
        ):
            uri = f"postgresql://mlflow@127.0.0.1:{port}"
            _make_database(uri)
            yield f"{uri}/mlflow"


def _make_database(uri: str) -> None:
    psycopg = pytest.importorskip("psycopg", reason="pip install -e '.[server]': make test-mlflow-server")
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            connection = psycopg.connect(f"{uri}/postgres")
            break
        except psycopg.OperationalError:
            # The port is open a little before the database answers.
            assert time.monotonic() < deadline
            time.sleep(0.2)
    connection.autocommit = True
    connection.cursor().execute("create database mlflow")
    connection.close()


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of an S3-compatible store with an empty bucket."""
    boto3 = pytest.importorskip("boto3", reason="pip install -e '.[server]': make test-mlflow-server")
    port = free_port()
    log = tmp_path_factory.mktemp("s3") / "log"
    moto = Path(sys.executable).with_name("moto_server")
    with running([moto, "-H", "127.0.0.1", "-p", str(port)], ready=partial(is_open, port), log=log):
        endpoint = f"http://127.0.0.1:{port}"
        keys = {"aws_access_key_id": "stand-in", "aws_secret_access_key": "stand-in", "region_name": "us-east-1"}
        boto3.client("s3", endpoint_url=endpoint, **keys).create_bucket(Bucket=BUCKET)
        yield endpoint


@pytest.fixture
def stored(object_store: str) -> Callable[[], list[str]]:
    """The names of everything in the bucket."""
    boto3 = pytest.importorskip("boto3", reason="pip install -e '.[server]': make test-mlflow-server")

    def names() -> list[str]:
        keys = {"aws_access_key_id": "stand-in", "aws_secret_access_key": "stand-in", "region_name": "us-east-1"}
        pages = boto3.client("s3", endpoint_url=object_store, **keys).get_paginator("list_objects_v2")
        return [one["Key"] for page in pages.paginate(Bucket=BUCKET) for one in page.get("Contents", ())]

    return names


@dataclass(frozen=True)
class Server:
    """An MLflow server that can be stopped and started again."""

    address: str
    start: Callable[[], AbstractContextManager[None]]


@pytest.fixture(scope="session")
def server(postgresql: str, object_store: str, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """The server itself is not running: `with server.start()` runs it."""
    port = free_port()
    command = [
        *(Path(sys.executable).with_name("mlflow"), "server", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "2", "--backend-store-uri", postgresql),
        *("--serve-artifacts", "--artifacts-destination", f"s3://{BUCKET}/mlflow"),
    ]
    environment = {**os.environ, **KEYS, "MLFLOW_S3_ENDPOINT_URL": object_store}
    log = tmp_path_factory.mktemp("server") / "log"
    return Server(
        address=f"http://127.0.0.1:{port}",
        start=lambda: running(command, ready=partial(is_healthy, port), log=log, env=environment, cwd=REPOSITORY),
    )
