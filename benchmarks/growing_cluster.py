"""A Ray cluster that grows and shrinks on this machine: the fake provider of Ray's own tests starts nodes as processes.

It must run in PID, mount and network namespaces of its own (`in_namespaces`): Ray's ports and temporary folder are its
own there, and whatever is left ends with it. GPUs are declared to Ray; there are none.
"""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
ADDRESS = "127.0.0.1:6379"
IDLE_SECONDS = 12.0
_OBJECT_STORE_BYTES = 200 * 2**20
_UNSHARED = ("unshare", "--pid", "--fork", "--mount", "--net", "--mount-proc")


def in_namespaces(command: Sequence[str], *, log: Path) -> int:
    """The exit code of `command`, run as if it were alone on a machine without a network.

    Raises:
        RuntimeError: when this process has no right to make namespaces.
    """
    allowed = subprocess.run([*_UNSHARED, "true"], capture_output=True, text=True, check=False)
    if allowed.returncode != 0:
        raise RuntimeError(f"namespaces are needed (root, and the program unshare), got: {allowed.stderr.strip()}")
    prepare = 'ip link set lo up && mkdir -p /tmp/ray && mount -t tmpfs tmpfs /tmp/ray && exec "$@"'
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    environment = {**os.environ, **token, "PYTHONPATH": str(REPOSITORY), "RAY_USAGE_STATS_ENABLED": "0"}
    with log.open("wb") as output:
        shell = [*_UNSHARED, "sh", "-c", prepare, "sh", *command]
        return subprocess.run(shell, stdout=output, stderr=output, env=environment, check=False).returncode


@contextmanager
def growing_cluster(node_types: Mapping[str, Mapping[str, Any]], *, folder: Path) -> Iterator[None]:
    """A head without room for work, and whatever the autoscaler starts of `node_types` while the block runs.

    Args:
        node_types: name to `resources` and `max_workers`, and what else Ray's autoscaler knows of a type.
        folder: for the autoscaler's file.
    """
    config = folder / "autoscaler.json"
    config.write_text(json.dumps(_config(node_types)))
    ray = Path(sys.executable).with_name("ray")
    start = [ray, "start", "--head", "--port=6379", "--num-cpus=0", "--num-gpus=0", "--include-dashboard=false"]
    options = [f"--autoscaling-config={config}", f"--object-store-memory={_OBJECT_STORE_BYTES}"]
    # Worker nodes are children of the monitor and inherit what it is given here.
    environment = {**os.environ, "AUTOSCALER_UPDATE_INTERVAL_S": "1", "RAY_FAKE_CLUSTER": "1"}
    subprocess.run([*map(str, start), *options], env=environment, check=True)
    # Everything ends with the namespace; `ray stop` would wait for processes that nobody there reaps.
    yield


def _config(node_types: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """As `example.yaml` of the provider, which Ray's wheel leaves out."""
    store = {"object_store_memory": _OBJECT_STORE_BYTES}
    types = {
        name: {
            **values,
            "node_config": {},
            "resources": {**values["resources"], **store},
            "labels": {"ray.io/node-group": name},
        }
        for name, values in node_types.items()
    }
    head = {"resources": {"CPU": 0}, "node_config": {}, "max_workers": 0}
    return {
        "cluster_name": "growing",
        "max_workers": sum(int(values["max_workers"]) for values in node_types.values()),
        "idle_timeout_minutes": IDLE_SECONDS / 60,
        "provider": {
            "type": "fake_multinode",
            "use_node_id_as_ip": True,
            "disable_node_updaters": True,
            "disable_launch_config_check": True,
        },
        "available_node_types": {**types, "ray.head.default": head},
        "head_node_type": "ray.head.default",
        "docker": {},
        "auth": {},
        "initialization_commands": [],
        "setup_commands": [],
        "head_setup_commands": [],
        "worker_setup_commands": [],
        "head_start_ray_commands": [],
        "worker_start_ray_commands": [],
        "file_mounts": {},
        "cluster_synced_files": [],
        "file_mounts_sync_continuously": False,
        "rsync_exclude": [],
        "rsync_filter": [],
    }


def sample(until: Path, out: Path, workspace: Path, *, every: float = 0.5) -> None:
    """Writes what the cluster consists of and what is done, a JSON line at a time, until the file `until` is there."""
    import ray

    from platform.scheduling.nodes import node_counts

    ray.init(address=ADDRESS, log_to_driver=False)
    with out.open("w") as file:
        while not until.exists():
            # Tune asks for a placement group for every fold, and Ray Data for none.
            groups = list(ray.util.placement_group_table().values())
            states = [group["state"] for group in groups]
            alive = {node["NodeID"]: node for node in ray.nodes() if node["Alive"]}  # type: ignore[no-untyped-call]
            used = {node for group in groups for node in group["bundles_to_node_id"].values() if node in alive}
            line = {
                "time": time.time(),
                "nodes": node_counts(),
                "pending": states.count("PENDING"),
                "running": states.count("CREATED"),
                "recordings": len(list(workspace.glob("flow/*/*.arrow"))),
                "on_head": sum(alive[node]["Resources"].get("CPU", 0) == 0 for node in used),
                "folds": len(list(workspace.glob("studies/*/scores/*/*.arrow"))),
            }
            file.write(json.dumps(line) + "\n")
            file.flush()
            time.sleep(every)


if __name__ == "__main__":
    sample(*map(Path, sys.argv[1:]))
