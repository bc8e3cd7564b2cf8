"""How a cluster grows and shrinks with a search: nodes, waiting and running folds over time, as a picture.

    python -m benchmarks.autoscaling [--picture docs/images/autoscaling.png]

The fake provider of Ray's tests starts "nodes" as processes of this machine, and the GPUs of its nodes are declared
only: what is shown is when nodes are asked for and given back, not how fast anything is. Needs root, for namespaces.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.growing_cluster import ADDRESS, IDLE_SECONDS, REPOSITORY, growing_cluster, in_namespaces
from benchmarks.results_file import write_result

CPU_TYPE, SPOT_TYPE, ON_DEMAND_TYPE = "cpu", "gpu-spot", "gpu-on-demand"
GPU_TYPES = (SPOT_TYPE, ON_DEMAND_TYPE)
NODE_TYPES: dict[str, dict[str, Any]] = {
    CPU_TYPE: {"resources": {"CPU": 2}, "min_workers": 0, "max_workers": 3},
    SPOT_TYPE: {"resources": {"CPU": 1, "GPU": 1}, "min_workers": 0, "max_workers": 2, "priority": 2},
    ON_DEMAND_TYPE: {"resources": {"CPU": 1, "GPU": 1}, "min_workers": 0, "max_workers": 1, "priority": 1},
}
"""As in cluster/aws.yaml, but smaller; CPU nodes have a CPU for each of the workers that extract."""
DEMO = ("--subjects", "4", "--recordings-per-subject", "2", "--seconds", "6", "--seed", "3")
SEARCH = ("--space", "smoke", "--configurations", "4", "--seed", "5")
ON_CLUSTER = ("--workers", "6", "--gpus-per-fold", "1", "--address", ADDRESS)
SECONDS_TO_SHRINK = 90.0
SAMPLES, RESULT, LOG = "samples.jsonl", "result.json", "log.txt"


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The cluster at one moment.

    Attributes:
        seconds: since the search was started.
        nodes: by type; a head that takes no work is `local`.
        pending, running: folds that wait for a node, and that have one.
        recordings, folds: that are finished.
        on_head: 1 when a fold has its place on the head, else 0.
    """

    seconds: float
    nodes: dict[str, int]
    pending: int
    running: int
    recordings: int
    folds: int
    on_head: int

    def count(self, *types: str) -> int:
        """Nodes of these types."""
        return sum(self.nodes.get(name, 0) for name in types)


def searched_while_it_grew(folder: Path) -> list[Moment]:
    """Renders a small demo and searches on it on a cluster without nodes; what happened, until all were given back.

    `folder` holds the workspace, the search's own result and what was said.

    Raises:
        RuntimeError: when namespaces cannot be made, or the search did not end well.
    """
    run(["-m", "platform.demo", "--workspace", str(folder / "workspace"), *DEMO])
    command = [sys.executable, "-m", "benchmarks.autoscaling", "--inside", str(folder)]
    if in_namespaces(command, log=folder / LOG) != 0:
        raise RuntimeError((folder / LOG).read_text()[-4000:])
    return read_moments(folder)


def read_moments(folder: Path) -> list[Moment]:
    """The samples of a search that was run in `folder`."""
    lines = [json.loads(line) for line in (folder / SAMPLES).read_text().splitlines()]
    started = lines[0].pop("time")
    return [Moment(seconds=line.pop("time", started) - started, **line) for line in lines]


def run(arguments: Sequence[str]) -> None:
    """Runs Python with these arguments in the repository; raises CalledProcessError when it fails."""
    subprocess.run([sys.executable, *arguments], cwd=REPOSITORY, check=True)


def inside(folder: Path) -> int:
    """The search, in the namespaces: 0 when it ended well and all nodes were given back."""
    workspace, ended = folder / "workspace", folder / "ended"
    with growing_cluster(NODE_TYPES, folder=folder):
        paths = [str(path) for path in (ended, folder / SAMPLES, workspace)]
        sampler = subprocess.Popen([sys.executable, "-m", "benchmarks.growing_cluster", *paths], cwd=REPOSITORY)
        try:
            wait_until(lambda: (folder / SAMPLES).exists() and (folder / SAMPLES).read_text() != "")
            result = str(folder / RESULT)
            run(["-m", "platform.search", "--workspace", str(workspace), *SEARCH, *ON_CLUSTER, "--json", result])
            wait_until(lambda: not set(read_moments(folder)[-1].nodes) & {CPU_TYPE, *GPU_TYPES})
        finally:
            ended.touch()
            sampler.wait()
    return 0


def wait_until(happened: Any) -> None:
    """Waits for as long as the provider may take; raises TimeoutError after that."""
    deadline = time.monotonic() + SECONDS_TO_SHRINK
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError("the cluster did not come to what was waited for")
        time.sleep(0.5)


def figures_of(moments: Sequence[Moment]) -> dict[str, float]:
    """What is worth a line, in seconds and nodes."""
    last_recording = max(moment.recordings for moment in moments)
    extracted = next(moment.seconds for moment in moments if moment.recordings == last_recording)
    demanded = next((moment.seconds for moment in moments if moment.pending), 0.0)
    gpu_first = next(moment.seconds for moment in moments if moment.count(*GPU_TYPES))
    most = max(moment.count(*GPU_TYPES) for moment in moments)
    gpu_all = next(moment.seconds for moment in moments if moment.count(*GPU_TYPES) == most)
    all_folds = max(moment.folds for moment in moments)
    searched = next(moment.seconds for moment in moments if moment.folds == all_folds)
    return {
        "most CPU nodes": float(max(moment.count(CPU_TYPE) for moment in moments)),
        "most GPU nodes": float(most),
        "GPU nodes before the last recording": float(
            max(moment.count(*GPU_TYPES) for moment in moments if moment.seconds < extracted)
        ),
        "seconds from the first waiting fold to the first GPU node": gpu_first - demanded,
        "seconds from the first waiting fold to all GPU nodes": gpu_all - demanded,
        "seconds from the last fold to no node": moments[-1].seconds - searched,
        "idle timeout, seconds": IDLE_SECONDS,
    }


def main() -> int:
    """0: the picture is for people to judge; `make test-autoscaling` asserts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--picture", type=Path, metavar="FILE", help="write the picture there")
    options = parser.parse_args()
    if options.inside is not None:
        return inside(options.inside)
    with tempfile.TemporaryDirectory(prefix="spotformer-autoscaling-") as text:
        moments = searched_while_it_grew(Path(text))
    figures = figures_of(moments)
    for figure, value in figures.items():
        print(f"{figure:60} {value:8.1f}")
    write_result("autoscaling", figures, {}, repeats=1)
    if options.picture is not None:
        options.picture.write_bytes(picture(moments))
    return 0


def picture(moments: Sequence[Moment]) -> bytes:
    """Nodes above, folds below, over the same seconds; a PNG."""
    from benchmarks.autoscaling_picture import drawn

    return drawn(
        seconds=[moment.seconds for moment in moments],
        nodes={name: [moment.count(name) for moment in moments] for name in NODE_TYPES},
        folds={
            "waiting for a node": [moment.pending for moment in moments],
            "running, or kept for the next": [moment.running for moment in moments],
        },
        done=[moment.folds for moment in moments],
    )


if __name__ == "__main__":
    sys.exit(main())
