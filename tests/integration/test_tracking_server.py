"""MLflow's server as cluster/compose.yaml starts it, but for its addresses: no password, no reading and no writing."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.free_ports import free_ports
from tests.manifests import CLUSTER, REPOSITORY

SECONDS_TO_START = 240
USER = "spotformer"
PASSWORD = "of-this-test-only"


@dataclass(frozen=True)
class Server:
    """A running server."""

    address: str

    def answer(self, path: str, *, password: str = "", body: object = None, **headers: str) -> int:
        """The status with which it answers a request, a POST when there is a body."""
        if password:
            headers["Authorization"] = "Basic " + b64encode(f"{USER}:{password}".encode()).decode()
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json", **headers})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("mlflow")
    service = yaml.safe_load((CLUSTER / "compose.yaml").read_text(encoding="utf-8"))["services"]["mlflow"]
    (port,) = free_ports(1)
    here = {
        "--host=0.0.0.0": "--host=127.0.0.1",
        "--port=5000": f"--port={port}",
        "--artifacts-destination=s3://mlflow": f"--artifacts-destination={folder / 'artifacts'}",
        "--allowed-hosts=mlflow:5000,localhost:5000,127.0.0.1:5000": f"--allowed-hosts=127.0.0.1:{port}",
    }
    assert here.keys() <= set(service["command"])
    settings = (CLUSTER / "mlflow-auth.ini").read_text(encoding="utf-8")
    (folder / "auth.ini").write_text(
        settings.replace("postgresql://mlflow@database:5432/mlflow", f"sqlite:///{folder / 'users.db'}")
    )
    program, *arguments = (here.get(word, word) for word in service["command"])
    environment = {
        **os.environ,
        **service["environment"],
        "MLFLOW_AUTH_ADMIN_PASSWORD": PASSWORD,
        "MLFLOW_AUTH_CONFIG_PATH": str(folder / "auth.ini"),
        "MLFLOW_BACKEND_STORE_URI": f"sqlite:///{folder / 'mlflow.db'}",
        "MLFLOW_FLASK_SERVER_SECRET_KEY": "another-of-this-test-only",
    }
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name(program), *arguments],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        running = Server(f"http://127.0.0.1:{port}")
        wait_for(running, process, folder / "server.log")
        yield running
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(server: Server, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if server.answer("/health") == 200:
                return
        except urllib.error.URLError:
            time.sleep(0.5)
    pytest.fail(f"the server did not start: {log.read_text()}")


WRITES = {
    "an experiment": ("/api/2.0/mlflow/experiments/create", {"name": "unasked"}),
    "a run": ("/api/2.0/mlflow/runs/create", {"experiment_id": "0"}),
    "a model": ("/api/2.0/mlflow/registered-models/create", {"name": "unasked"}),
    "a user": ("/api/2.0/mlflow/users/create", {"username": "stranger", "password": "a-long-password"}),
}


@pytest.mark.parametrize("what", WRITES)
@pytest.mark.parametrize("password", ["", "password1234"], ids=["no password", "a wrong password"])
def test_a_stranger_writes_nothing(server: Server, what: str, password: str):
    path, body = WRITES[what]

    assert server.answer(path, password=password, body=body) == 401


@pytest.mark.parametrize(
    "path", ["/api/2.0/mlflow/experiments/search?max_results=1", "/api/2.0/mlflow-artifacts/artifacts", "/"]
)
def test_a_stranger_reads_nothing(server: Server, path: str):
    assert server.answer(path) == 401


def test_a_page_of_another_host_is_refused_even_with_the_password(server: Server):
    path, body = WRITES["an experiment"]

    assert server.answer(path, password=PASSWORD, body=body, Host="elsewhere.example") == 403


def test_our_client_takes_user_and_password_from_the_environment_and_says_when_they_are_missing(server: Server):
    code = (
        "import sys; from platform.tracking.client import experiment_id, tracking_client\n"
        "print(experiment_id(tracking_client(sys.argv[1]), 'asked', artifacts=None))"
    )
    command = [sys.executable, "-c", code, server.address]
    known = {"MLFLOW_TRACKING_USERNAME": USER, "MLFLOW_TRACKING_PASSWORD": PASSWORD}

    allowed, refused = (
        subprocess.run(command, cwd=REPOSITORY, env={**os.environ, **more}, capture_output=True, text=True, check=False)
        for more in (known, {})
    )

    assert allowed.returncode == 0, allowed.stderr
    assert allowed.stdout.strip().isdigit()
    assert refused.returncode != 0
    assert "--tracking-uri must name a usable MLflow store" in refused.stderr
    assert PASSWORD not in refused.stderr + allowed.stderr
