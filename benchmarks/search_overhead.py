"""What the platform costs beside the training: a real search of the demo with two workers, nothing else running.

    make search && python -m benchmarks.search_overhead [--configurations 4] [--rounds 2]

Workers times the wall time of the search, less the time inside `evaluate_fold`, as a share of the former. The search
begins when the features are there and MLflow is open, and ends with its last fold: Ray's start, Tune, the workers'
imports, the journal, and the time in which one worker waits for the last fold of the other are all in it. Training the
winner afterwards is not, since nothing else can run then. Features are those of the workspace; the study is made in a
folder of its own and thrown away.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.results_file import write_result
from platform.study.journal import read_journal
from platform.study.records import FoldRecord, WinnerRecord
from platform.study.workspace import Workspace, journal_path

NUM_WORKERS = 2
STUDY = "overhead"
OVERHEAD = "share of the workers' time outside evaluate_fold, two workers"
GOALS = {OVERHEAD: 0.15}


def overhead(source: Path, *, num_configurations: int) -> float:
    """The share of one search; the demo and its features are taken from `source`."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        for name in ("demo", "flow"):
            (workspace.folder / name).symlink_to(source / name)
        result = workspace.folder / "result.json"
        command = [sys.executable, "-m", "platform.search", "--workspace", folder, "--study", STUDY]
        options = ["--configurations", str(num_configurations), "--workers", str(NUM_WORKERS), "--json", str(result)]
        subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL)
        records = read_journal(journal_path(workspace.study(STUDY)))
        training = sum(sum(one.seconds.values()) for one in records if isinstance(one, FoldRecord))
        winner = sum(one.usage["seconds"] for one in records if isinstance(one, WinnerRecord))
        wall = json.loads(result.read_text())["seconds"]["search"] - winner
    share = 1 - training / (NUM_WORKERS * wall)
    print(
        f"{wall:.1f} s of {NUM_WORKERS} workers, {training:.1f} s of them in folds: {share:.1%} beside them", flush=True
    )
    return share


def main() -> int:
    """0 when the platform costs less than the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, default=Path("workspace"), help="of a finished `make search`")
    parser.add_argument("--configurations", type=int, default=4, help="of the demo's space (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=2, help="searches, one after the other (default: %(default)s)")
    options = parser.parse_args()
    source = options.workspace.resolve()
    if not (source / "flow").is_dir():
        print(
            f"error: --workspace must be that of a finished `make search`, got {source}. Run it first.", file=sys.stderr
        )
        return 2
    shares = [overhead(source, num_configurations=options.configurations) for _ in range(options.rounds)]
    figures = {OVERHEAD: statistics.median(shares), "highest of them": max(shares)}
    print(f"written to {write_result('search-overhead', figures, GOALS, repeats=len(shares))}")
    met = figures[OVERHEAD] < GOALS[OVERHEAD]
    print("the goal is met" if met else "the goal is missed")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
