"""Runs the folds of a plan on Ray Tune until the plan is finished."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from platform.scheduling.fold_trial import FoldInputs, run_fold
from platform.scheduling.searcher import FoldSearcher
from platform.study.planning import Plan
from platform.study.records import FoldRecord

# Read by Tune when it is imported: its own tables, loggers and periodic snapshots are not wanted.
os.environ.setdefault("RAY_AIR_NEW_OUTPUT", "0")
os.environ.setdefault("TUNE_DISABLE_AUTO_CALLBACK_LOGGERS", "1")
os.environ.setdefault("TUNE_GLOBAL_CHECKPOINT_S", "100000")
os.environ.setdefault("TUNE_FUNCTION_THREAD_TIMEOUT_S", "60")
# Tune would wait for running folds when asked to stop, longer than `ray job stop` gives, and swallow the next Ctrl-C.
os.environ.setdefault("TUNE_DISABLE_SIGINT_HANDLER", "1")

from ray import tune

FOLD_RETRIES = 2
"""A fold whose worker or node died is run again this often, from its start."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FoldResources:
    """What Ray reserves for one fold; a fraction of a GPU lets several folds share it."""

    num_cpus: float = 1.0
    num_gpus: float = 0.0


def run_folds(
    plan: Plan,
    inputs: FoldInputs,
    *,
    num_workers: int,
    resources: FoldResources,
    on_fold: Callable[[FoldRecord], None],
    fold_timeout: float | None = None,
) -> None:
    """Runs folds until the plan is finished; every finished one is in the journal when `on_fold` hears of it.

    Args:
        num_workers: folds that run, or wait for a node, at the same time.
        fold_timeout: seconds after which a fold is taken for hung and run again; 0 for never, None for a limit that
            follows the longest fold so far.

    Raises:
        OSError: when the disk is full; what was finished is in the journal.
    """
    if plan.finished:
        return
    searcher = FoldSearcher(plan, on_fold, fold_timeout=fold_timeout)
    trainable = tune.with_resources(
        tune.with_parameters(run_fold, inputs=inputs), {"cpu": resources.num_cpus, "gpu": resources.num_gpus}
    )
    with tempfile.TemporaryDirectory(prefix="spotformer-tune-") as scratch:
        tune.Tuner(
            trainable,
            tune_config=tune.TuneConfig(
                search_alg=searcher, num_samples=-1, max_concurrent_trials=num_workers, reuse_actors=True
            ),
            run_config=tune.RunConfig(
                name="folds",
                storage_path=scratch,
                verbose=0,
                failure_config=tune.FailureConfig(max_failures=FOLD_RETRIES),
            ),
        ).fit()
    if searcher.stop_reason is not None:
        raise searcher.stop_reason
    if not plan.finished:
        # Asked to stop by SIGUSR1, Tune stops its trials and returns as if all were well.
        raise KeyboardInterrupt
