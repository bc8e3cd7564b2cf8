"""A study of 100 subjects, 500 configurations and 64 workers in figures, of which docs/scale.md is made.

    python -m benchmarks.scale [--real-folds 2000]

- In virtual time, by the platform's own plan and race on made-up counts, for several schedulings: folds that run, how
  long 64 workers take in times of one fold, how busy they are, and what a decision costs the driver's processor.
- On a real Ray, with folds that cost nothing: milliseconds of the driver per fold in the first and the last quarter of
  a run, and how much its memory grows per fold. What grows would be the end of a large study.
- One fold of a workspace that is kept in an object store: requests by kind, and bytes. They are counted on a folder
  that takes the place of a bucket; the subject is as long as those of SAMM-LV are on average.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import psutil

from benchmarks.replay import Replay
from benchmarks.results_file import write_result
from benchmarks.search_speed import NUM_THRESHOLDS, SPACE, long_fold, long_study
from benchmarks.synthetic_counts import EXPRESSIONS_OF_SUBJECTS, MIXED, counts_of
from platform.compute.connection import connected
from platform.scheduling.fold_trial import FINISHED, FoldInputs
from platform.storage.object_storage import ObjectStorage
from platform.storage.objects import ObjectStore
from platform.study.budget import Budget
from platform.study.journal import Journal, encode
from platform.study.planning import Plan, Scheduling
from platform.study.records import FoldRecord
from platform.study.run_log import RunLog
from platform.study.state import StudyState
from platform.study.workspace import journal_path, scores_folder, scores_path, table_path
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.decoding.score_files import write_scores
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowStore

NUM_SUBJECTS, NUM_CONFIGURATIONS, NUM_WORKERS = 100, 500, 64
SCHEDULINGS = (
    ("lag 3", Scheduling.REPRODUCIBLE, 3),
    ("lag 16", Scheduling.REPRODUCIBLE, 16),
    ("lag 64", Scheduling.REPRODUCIBLE, 64),
    ("free-running", Scheduling.FREE_RUNNING, 3),
)
FRAMES_OF_A_SUBJECT = 2_300
"""SAMM-LV has about 69,000 frames of 30 subjects (design of the flow band)."""


def in_virtual_time(*, seed: int) -> dict[str, float]:
    """The study as the plan runs it with different schedulings; a fold takes one unit of time."""
    generator = np.random.default_rng(seed)
    truths = generator.choice(np.array(EXPRESSIONS_OF_SUBJECTS[94]), NUM_SUBJECTS)
    counts = counts_of(generator.normal(0, MIXED.spread, NUM_CONFIGURATIONS), truths, generator)
    record = len(encode(long_fold("c0000", "s00", generator)))
    figures = {"kilobytes of the journal per fold": record / 1000}
    for name, scheduling, lag in SCHEDULINGS:
        started = time.process_time()
        replayed = Replay(
            counts=counts,
            num_configurations=NUM_CONFIGURATIONS,
            num_workers=NUM_WORKERS,
            scheduling=scheduling,
            lag=lag,
        ).run()
        seconds = time.process_time() - started
        figures |= {
            f"{name}: share of all folds that run": replayed.num_folds / (NUM_SUBJECTS * NUM_CONFIGURATIONS),
            f"{name}: folds' times until the end": replayed.seconds,
            f"{name}: share of the workers' time": replayed.num_folds / (NUM_WORKERS * replayed.seconds),
            f"{name}: processor milliseconds of the plan per fold": 1000 * seconds / replayed.num_folds,
        }
    return figures


def on_real_ray(num_folds: int) -> dict[str, float]:
    """Folds that cost nothing, on two workers of this machine."""

    from platform.scheduling.packing import fixed_packing
    from platform.scheduling.run import run_folds

    ended: list[float] = []
    memory: list[int] = []
    process = psutil.Process()

    def note(_: FoldRecord) -> None:
        ended.append(time.perf_counter())
        memory.append(process.memory_info().rss)

    study = long_study()
    with (
        connected("", num_workers=2),
        tempfile.TemporaryDirectory() as text,
        Journal(journal_path(Path(text))) as journal,
        _free_folds(),
    ):
        journal.append(study)
        plan = Plan(
            StudyState(study),
            journal,
            lambda outcomes: {"row": len(outcomes)},
            num_configurations=-(-num_folds // len(study.subjects)),
        )
        store = FlowStore(folder=Path(text), settings=ExtractionSettings())
        inputs = FoldInputs(recordings=(), store=store, space=SPACE, study_folder=Path(text), seed=0)
        with RunLog(plan.record, run=1, num_workers=2) as log:
            packing = fixed_packing(0.0)
            run_folds(plan, inputs, num_workers=2, packing=packing, on_fold=note, log=log, budget=Budget())
    quarter = len(ended) // 4
    first, last = (ended[2 * quarter] - ended[quarter]) / quarter, (ended[-1] - ended[-1 - quarter]) / quarter
    return {
        "folds on a real Ray": float(len(ended)),
        "milliseconds per fold, second quarter": 1000 * first,
        "milliseconds per fold, last quarter": 1000 * last,
        "kilobytes of the driver per fold": (memory[-1] - memory[quarter]) / (len(memory) - quarter) / 1000,
    }


@contextmanager
def _free_folds() -> Iterator[None]:
    """Trials are handed out, run by workers and taken back as ever, but what they return is there already."""
    finished = json.dumps(asdict(long_fold("", "", np.random.default_rng(0))))

    def free(trial: dict[str, Any], inputs: object) -> dict[str, Any]:
        del inputs
        place = {"configuration": trial["configuration"], "subject": trial["subject"]}
        return {FINISHED: json.dumps(json.loads(finished) | place)}

    with patch("platform.scheduling.run.run_trial", free):
        yield


def of_one_fold() -> dict[str, float]:
    """What a worker and the driver ask of an object store for one fold, and what lies there afterwards."""
    asked: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as text, _counted(asked):
        worker, driver = (
            ObjectStorage(Path(text) / name, f"file://{Path(text).resolve()}/bucket") for name in ("worker", "driver")
        )
        (Path(text) / "bucket").mkdir()
        study = worker.folder / "studies" / "study"
        files = [scores_path(study, "c0000", "s00"), table_path(study, "c0000", "s00")]
        scores = np.random.default_rng(0).random((FRAMES_OF_A_SUBJECT, len(KINDS), len(Channel)), np.float32)
        write_scores(files[0], {"s00_1": scores})
        files[1].write_bytes(bytes(_bytes_of_a_table()))
        worker.send(*files)
        driver.fetch(scores_folder(driver.folder / "studies" / "study", "c0000"))
        num_bytes = sum(file.stat().st_size for file in files)
    return {
        "objects written per fold": float(asked["_put"]),
        "objects read per fold": float(asked["_get"]),
        "lists asked for per fold": float(asked["_below"]),
        "kilobytes per fold": num_bytes / 1000,
    }


def _bytes_of_a_table() -> int:
    """Counts of a fold under 64 decodings, two kinds and the usual thresholds, as four bytes each."""
    return 64 * len(KINDS) * NUM_THRESHOLDS * 3 * 4


@contextmanager
def _counted(asked: Counter[str]) -> Iterator[None]:
    def counted(name: str) -> Callable[..., Any]:
        original = getattr(ObjectStore, name)

        def ask(self: ObjectStore, *arguments: Any) -> Any:
            asked[name] += 1
            return original(self, *arguments)

        return ask

    with ExitStack() as patches:
        for name in ("_put", "_get", "_below"):
            patches.enter_context(patch.object(ObjectStore, name, counted(name)))
        yield


def main() -> int:
    """0: these are figures, not goals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real-folds", type=int, default=2000, help="on a real Ray (default: %(default)s)")
    options = parser.parse_args()
    figures = of_one_fold() | in_virtual_time(seed=0) | on_real_ray(options.real_folds)
    for figure, value in figures.items():
        print(f"{figure:60} {value:12.3f}")
    write_result("scale", figures, {}, repeats=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
