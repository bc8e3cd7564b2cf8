"""Searches on three hosts to which something happens: `python -m tests.clusters.hosts SCENARIO FOLDER UNDISTURBED`.

FOLDER holds a workspace with a tiny demo and its flow, UNDISTURBED a finished search of it. It needs namespaces of its
own.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.clusters.network import ADDRESS, OWN_DISK, RAY, WORKER_IPS, Host, make_network, wait_until
from tests.faults.checks import as_if_nothing_had_happened, nothing_runs, report, same_as_undisturbed
from tests.faults.points import Action, Point
from tests.faults.staged import StagedSearch
from tests.searches import SMOKE_SEARCH, SMOKE_STUDY, Ended, Search, run_module

OPTIONS = ("--address", ADDRESS, "--workers", "2")
_SECONDS_CUT_OFF = 10.0


class Hosts:
    """The three, and the search that is run on them."""

    def __init__(self, folder: Path, undisturbed: Search) -> None:
        make_network()
        (marks := folder / "marks").mkdir()
        self.folder = folder
        self.undisturbed = undisturbed
        self.staged = StagedSearch(folder / "workspace", marks)
        self.head = Host("", folder, is_apart=False)
        self.workers = {name: Host(name, folder) for name in WORKER_IPS}

    def start(self) -> None:
        """Starts what does not run."""
        for host in (self.head, *self.workers.values()):
            if host.process is None or host.process.poll() is not None:
                host.start()
        wait_until(lambda: self.head.num_nodes() == 1 + len(self.workers), "all hosts have joined")

    def search(self, happens: Callable[[], None]) -> None:
        """Searches; something happens while folds run on both hosts. Nothing may differ from an undisturbed search."""
        process, fault = self.staged.start(Point.IN_A_FOLD, Action.WAIT, *OPTIONS, passing=2)
        self.staged.wait_for(fault, process)
        happens()
        fault.go_on.touch()
        assert process.wait(timeout=500) == 0, self.staged.said
        # One fold of each host at the most: the one that waited, and the one that was lost.
        assert self.staged.repeated <= len(self.workers), self.staged.repeated
        as_if_nothing_had_happened(self.undisturbed, self.staged, *OPTIONS)


def killed(hosts: Hosts) -> None:
    """A host is killed with everything on it; the other one does its work."""
    hosts.start()

    def kill() -> None:
        hosts.workers["h1"].kill()
        wait_until(lambda: hosts.head.num_nodes() == len(hosts.workers), "Ray has noticed")

    hosts.search(kill)


def cut(hosts: Hosts) -> None:
    """A host is cut off for longer than Ray waits, and comes back."""
    hosts.start()
    lost = hosts.workers["h1"]

    def cut_off() -> None:
        lost.cut()
        time.sleep(_SECONDS_CUT_OFF)
        wait_until(lambda: hosts.head.num_nodes() == len(hosts.workers), "Ray has noticed")
        lost.join()
        # Ray takes nobody back whom it has declared dead: that node ends, and whoever runs the hosts starts it again.
        assert lost.process is not None
        lost.process.wait(timeout=120)
        hosts.start()

    hosts.search(cut_off)


def head(hosts: Hosts) -> None:
    """The head is killed with the search on it, and started again; the search is submitted again."""
    hosts.head.is_apart = True
    hosts.start()
    first = submit(hosts, "first")
    assert first.returncode == 0, first.stdout + first.stderr
    wait_until(lambda: hosts.staged.num_finished >= 2, "folds are finished")
    hosts.head.kill()
    for host in hosts.workers.values():
        host.kill()
    finished = hosts.staged.num_finished

    hosts.start()
    again = submit(hosts, "second", "--json", str(hosts.staged.report))
    assert again.returncode == 0, again.stdout + again.stderr
    wait_until(hosts.staged.report.exists, "the second search has ended")
    result = json.loads(hosts.staged.report.read_text())

    assert result["resumed_folds"] >= finished
    assert result["resumed_folds"] + result["new_folds"] == 9
    same_as_undisturbed(hosts.staged.journal, hosts.undisturbed.journal)
    search = Search(hosts.staged.workspace, Ended(0, "", ""), result)
    assert report(search) == report(hosts.undisturbed)
    nothing_runs(hosts.staged.workspace)


def submit(hosts: Hosts, name: str, *more: str) -> "subprocess.CompletedProcess[str]":
    """Submits the search to the head, from the head."""
    job = ["job", "submit", "--address", "http://127.0.0.1:8265", "--no-wait", "--submission-id", name, "--"]
    command = [sys.executable, "-m", "platform.search", "--workspace", str(hosts.staged.workspace), *SMOKE_SEARCH]
    wait_until(
        lambda: hosts.head.run(RAY, "job", "list", "--address", "http://127.0.0.1:8265").returncode == 0, "Ray's jobs"
    )
    return hosts.head.run(RAY, *job, *command, *OPTIONS, *more)


def apart(hosts: Hosts) -> None:
    """No disk is shared: every host has a workspace of its own, and a folder takes the place of a bucket."""
    hosts.start()
    (hosts.folder / "bucket").mkdir()
    storage = ("--storage", f"file://{hosts.folder}/bucket")
    # The driver is on no host with a disk of its own here; to the others this path is another disk.
    own = Path(tempfile.mkdtemp(prefix="workspace-", dir=OWN_DISK))
    try:
        shutil.copytree(hosts.staged.workspace, own, dirs_exist_ok=True)
        ended = run_module(
            "search", "--workspace", own, *SMOKE_SEARCH, *OPTIONS, *storage, "--json", hosts.staged.report, timeout=500
        )

        assert ended.code == 0, ended.err
        search = Search(own, ended, json.loads(hosts.staged.report.read_text()))
        assert report(search) == report(hosts.undisturbed)
        same_as_undisturbed(search.journal, hosts.undisturbed.journal)
    finally:
        shutil.rmtree(own)
    for host in hosts.workers.values():
        there = host.run("find", str(OWN_DISK), "-name", "*.arrow", "-path", f"*{SMOKE_STUDY}*")
        assert there.stdout.strip(), f"{host.name} has trained folds into its own disk"


SCENARIOS: dict[str, Callable[[Hosts], None]] = {"killed": killed, "cut": cut, "head": head, "apart": apart}


def main(scenario: str, folder: Path, undisturbed: Path) -> None:
    """Runs one; raises AssertionError when anything is lost."""
    result = json.loads((undisturbed / "result.json").read_text())
    hosts = Hosts(folder, Search(undisturbed, Ended(0, "", ""), result))
    SCENARIOS[scenario](hosts)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
