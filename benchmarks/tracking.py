"""What tracking costs a search, and what people wait for when they look at 300 runs.

    make bench-tracking

- The loop: a fold's record is written and weighed, every 20 ms, with a writer beside it that has always something to
  do, and without one. The difference is what tracking costs the loop per fold; 5 ms is the most that is allowed.
- Writing: seconds until a finished study of 300 configurations is in a new store (SQLite), tables and timelines too.
- Reading: seconds in which the store answers what the pages ask for first, all runs sorted by F1; and columns.

Scores are made up; their study is made before anything is measured.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from statistics import mean, median

from mlflow.tracking import MlflowClient

from benchmarks.made_up_study import made_up_inputs, made_up_records
from benchmarks.results_file import write_result
from platform.study.journal import Journal
from platform.study.records import FoldRecord, Record, StudyRecord
from platform.study.state import StudyState
from platform.tracking.artifacts import TrackedInputs
from platform.tracking.projection import Projection
from platform.tracking.writer import Patience, TrackingWriter

NUM_SUBJECTS = 12
LOOP_CONFIGURATIONS = 25
SECONDS_BETWEEN_FOLDS = 0.02
GOALS = {
    "milliseconds of the loop per fold": 5.0,
    "seconds to read all runs, sorted": 2.0,
}
_WHOLE = Patience(between=0.05, at_end=600.0)


def new_projection(folder: Path, inputs: TrackedInputs, study: StudyRecord, *, name: str) -> Projection:
    """Into a store of its own."""
    made = Projection(inputs, study, tracking_uri=f"sqlite:///{folder / name}.db", artifacts=folder / f"{name}-files")
    made.connect()
    return made


def loop_seconds(path: Path, records: Sequence[Record], projection: Projection | None) -> list[float]:
    """Seconds of the loop for every fold: its record written and weighed, as a search does it."""
    seconds = []
    with Journal(path) as journal:
        study = _study_of(records)
        journal.append(study)
        state = StudyState(study)
        writer = nullcontext() if projection is None else TrackingWriter(projection, journal.records, patience=_WHOLE)
        with writer:
            for record in records[1:]:
                started = time.perf_counter()
                journal.append(record)
                state.apply(record)
                state.ranking()
                if isinstance(record, FoldRecord):
                    seconds.append(time.perf_counter() - started)
                time.sleep(SECONDS_BETWEEN_FOLDS)
    return seconds


def loop_cost(folder: Path, *, rounds: int) -> tuple[float, float]:
    """Mean and median milliseconds that the writer adds to the loop per fold; rounds with and without it alternate."""
    inputs = made_up_inputs(folder, num_subjects=NUM_SUBJECTS)
    records = made_up_records(inputs, num_configurations=LOOP_CONFIGURATIONS, identity="loop")
    alone: list[float] = []
    beside: list[float] = []
    for number in range(rounds):
        projection = new_projection(folder, inputs, _study_of(records), name=f"loop-{number}")
        alone += loop_seconds(folder / f"alone-{number}.jsonl", records, None)
        beside += loop_seconds(folder / f"beside-{number}.jsonl", records, projection)
    return 1000 * (mean(beside) - mean(alone)), 1000 * (median(beside) - median(alone))


def _study_of(records: Sequence[Record]) -> StudyRecord:
    return next(record for record in records if isinstance(record, StudyRecord))


def reading(projection: Projection) -> tuple[float, int]:
    """Seconds for all runs sorted by F1, and how many different metrics and parameters the configurations have."""
    client = MlflowClient(tracking_uri=projection.tracking_uri)
    experiment = projection.connect().experiment_id
    started = time.perf_counter()
    runs = client.search_runs([experiment], max_results=1000, order_by=["metrics.f1_overall DESC"])
    seconds = time.perf_counter() - started
    columns = {f"m {name}" for run in runs for name in run.data.metrics}
    return seconds, len(columns | {f"p {name}" for run in runs for name in run.data.params})


def main() -> int:
    """0 when every goal is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configurations", type=int, default=300, help="of the study that is written (default: 300)")
    parser.add_argument("--rounds", type=int, default=3, help="of the loop, with and without (default: 3)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        cost, middle = loop_cost(folder / "loop", rounds=options.rounds)
        inputs = made_up_inputs(folder / "whole", num_subjects=NUM_SUBJECTS)
        records = made_up_records(inputs, num_configurations=options.configurations, identity="whole")
        projection = new_projection(folder, inputs, _study_of(records), name="whole")
        started = time.perf_counter()
        with TrackingWriter(projection, records, patience=_WHOLE) as writer:
            pass
        written = time.perf_counter() - started
        if writer.problems:
            raise RuntimeError(writer.problems)
        read, columns = reading(projection)
    figures = {
        "milliseconds of the loop per fold": cost,
        "milliseconds of the loop per fold, median": middle,
        "seconds to write a configuration, tables and timelines too": written / options.configurations,
        "seconds to read all runs, sorted": read,
        "columns": float(columns),
    }
    for name, value in figures.items():
        print(f"{name}: {value:.3g}")
    print(f"written to {write_result('tracking', figures, GOALS, repeats=options.rounds)}")
    met = all(figures[name] <= goal for name, goal in GOALS.items())
    print("every goal is met" if met else "a goal is missed")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
