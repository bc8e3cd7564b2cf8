"""Three hosts on one network, made of namespaces: a head and two others.

To be used in namespaces of its own (`benchmarks.growing_cluster.in_namespaces`), with which all of it ends. Each of the
others has an address, its own processes and its own disks for Ray's files and at `OWN_DISK`; the rest of the file
system is shared. The head is where this process is, or has processes and disks of its own too.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HEAD_IP = "10.77.0.1"
ADDRESS = f"{HEAD_IP}:6379"
OWN_DISK = Path("/mnt")
WORKER_IPS = {"h1": "10.77.0.11", "h2": "10.77.0.12"}
SECONDS = 240.0
IMPATIENT = '{"health_check_initial_delay_ms": 0, "health_check_period_ms": 500, "health_check_failure_threshold": 6}'
"""A host that says nothing is given up after three seconds instead of half a minute."""
RAY = str(Path(sys.executable).with_name("ray"))
_OWN_PROCESSES_AND_DISKS = (
    *("unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc", "sh", "-c"),
    f'mount -t tmpfs tmpfs /tmp/ray && mount -t tmpfs tmpfs {OWN_DISK} && exec "$@"',
    "sh",
)


def ip(*words: str) -> None:
    """Runs `ip` of iproute2."""
    subprocess.run(["ip", *words], check=True)


def make_network() -> None:
    """A bridge with the head's address, and a namespace on it for each of the other hosts."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    ip("link", "add", "br0", "type", "bridge")
    ip("address", "add", f"{HEAD_IP}/24", "dev", "br0")
    ip("link", "set", "br0", "up")
    for name, address in WORKER_IPS.items():
        ip("netns", "add", name)
        ip("link", "add", f"to-{name}", "type", "veth", "peer", "name", f"of-{name}")
        ip("link", "set", f"to-{name}", "master", "br0", "up")
        ip("link", "set", f"of-{name}", "netns", name)
        ip("-n", name, "address", "add", f"{address}/24", "dev", f"of-{name}")
        ip("-n", name, "link", "set", f"of-{name}", "up")
        ip("-n", name, "link", "set", "lo", "up")


@dataclass
class Host:
    """One host, which may be killed with everything on it, and started again.

    Attributes:
        name: of its network namespace; empty for the head's, where this process is.
        is_apart: whether its processes and disks are its own, so that it can be killed whole.
    """

    name: str
    folder: Path
    is_apart: bool = True
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    def start(self) -> None:
        """Starts its Ray node; the head has no room for folds, the others for one each."""
        options = (
            ["--head", "--port=6379", f"--node-ip-address={HEAD_IP}", "--num-cpus=0", f"--system-config={IMPATIENT}"]
            if not self.name
            else [f"--address={ADDRESS}", f"--node-ip-address={WORKER_IPS[self.name]}", "--num-cpus=1"]
        )
        network = ["ip", "netns", "exec", self.name] if self.name else []
        own = _OWN_PROCESSES_AND_DISKS if self.is_apart else ()
        command = [*network, *own, RAY, "start", "--block", "--object-store-memory=200000000"]
        with (self.folder / f"{self.name or 'head'}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *options], stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def kill(self) -> None:
        """Kills every process of the host at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def cut(self) -> None:
        """Takes it off the network."""
        ip("link", "set", f"to-{self.name}", "down")

    def join(self) -> None:
        """Puts it back on the network."""
        ip("link", "set", f"to-{self.name}", "up")

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Runs a command on it, as somebody does who is logged in there."""
        inside: list[str] = []
        if self.is_apart:
            wait_until(self._children, f"{self.name} has begun")
            inside = ["nsenter", "--target", self._children()[0], "--all"]
        return subprocess.run([*inside, *words], capture_output=True, text=True, check=False, timeout=SECONDS)

    def _children(self) -> list[str]:
        assert self.process is not None
        return Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()

    def num_nodes(self) -> int:
        """Ray nodes that live as the head sees it, itself included; 0 while there is no Ray."""
        count = "print('alive:', sum(n['Alive'] for n in ray.nodes()))"
        asked = self.run(sys.executable, "-c", f"import ray; ray.init({ADDRESS!r}, log_to_driver=False); {count}")
        # Ray may say something of its own before and after.
        told = re.search(r"^alive: (\d+)$", asked.stdout, flags=re.MULTILINE)
        return int(told[1]) if told else 0


def wait_until(there: Callable[[], object], what: str) -> None:
    """Returns when something is there; fails after a while."""
    deadline = time.monotonic() + SECONDS
    while not there():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)
