"""The metrics of a run: final figures of a configuration, and its folds as steps while they come in.

A metric that is written again with the same step, time and value is the same row in MLflow. So the time is taken from
nothing but the start of the run and the seconds that its folds took, and writing twice adds nothing.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from mlflow.entities import Metric

from platform.reporting.study_comparison import f1_estimates
from platform.study.leaderboard import OVERALL, leaderboard_row
from platform.study.records import DroppedRecord, FoldRecord
from platform.study.state import StudyState
from platform.study.usage import Spent, Usage
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.metrics.protocols import FORMER_POOLED, Protocol, f1_of

_SUFFIXES = {
    Protocol.HONEST: ("",),
    Protocol.FIXED: ("_fixed",),
    # Twice, so that a run of today can be compared with one that was written under the former name.
    Protocol.POOLED: ("_pooled", f"_{FORMER_POOLED}"),
}
_FOLD = "folds/"
"""MLflow's pages keep metrics of one prefix together; a partial F1 never stands among those of complete ones."""


def final_metrics(state: StudyState, configuration: str, *, started: int) -> list[Metric]:
    """F1 of a complete configuration under each protocol with its interval, precision, recall, counts, seconds.

    Those without a suffix are of the honest protocol, others end with `_fixed` or `_pooled`; `_paper`, the former name
    of `_pooled`, is written too. What the journal has no counts for is left out.

    Args:
        started: when its run began, in milliseconds since 1970.
    """
    row = leaderboard_row(state, configuration)
    values: dict[str, float] = {}
    for protocol, result in state.results(configuration).items():
        estimates = f1_estimates(result, seed=0)
        for suffix, (key, estimate) in product(_SUFFIXES.get(protocol, ()), estimates.items()):
            values |= {f"f1_{key}{suffix}": estimate.value}
            values |= {f"f1_{key}{suffix}_low": estimate.low, f"f1_{key}{suffix}_high": estimate.high}
    for key, counts in row.counts[Protocol.HONEST].items():
        values |= {f"precision_{key}": counts.precision, f"recall_{key}": counts.recall}
        values |= {f"{name}_{key}": float(value) for name, value in counts.as_dict().items()}
    folds = list(state.configurations[configuration].folds.values())
    values |= {"gpu_seconds": _gpu_seconds(folds), "worker_seconds": _worker_seconds(folds)}
    return as_metrics(values, step=row.num_folds, timestamp=started + _milliseconds(folds))


def best_metrics(state: StudyState, configuration: str, *, started: int) -> list[Metric]:
    """F1 of the best configuration so far, for the run of its study; a step is a complete configuration."""
    f1 = state.honest_f1(configuration)
    values = {f"best_f1_{OVERALL}": f1.overall, "best_f1_macro": f1.macro, "best_f1_micro": f1.micro}
    folds = [fold for one in state.configurations.values() for fold in one.folds.values()]
    values |= {"study_gpu_seconds": _gpu_seconds(folds)}
    return as_metrics(values, step=len(state.ranking()), timestamp=started + _milliseconds(folds))


def dropped_metrics(dropped: DroppedRecord, *, started: int) -> list[Metric]:
    """How a race was lost, under names of its own, since the configuration scored on some subjects only."""
    values = {
        "dropped_f1": dropped.f1,
        "dropped_reference_f1": dropped.reference_f1,
        "dropped_subjects": float(dropped.num_subjects),
    }
    return as_metrics(values, step=dropped.num_subjects, timestamp=started)


def fold_metrics(state: StudyState, configuration: str, *, after: int, started: int) -> list[Metric]:
    """Folds as steps, in the order in which they were finished: the fold's own figures, and F1 on all up to it.

    That F1 is honest on these subjects alone, with the configuration's own decoding and after its last epoch.

    Args:
        after: this many folds are left out; they are written.
    """
    folds = list(state.configurations[configuration].folds.values())
    metrics: list[Metric] = []
    for number in range(after + 1, len(folds) + 1):
        done = folds[:number]
        values = {"final_loss": done[-1].final_loss, "seconds": _worker_seconds(done[-1:])}
        values |= dict(_f1_so_far(state, configuration, [fold.subject for fold in done]))
        named = {f"{_FOLD}{name}": value for name, value in values.items()}
        metrics += as_metrics(named, step=number, timestamp=started + _milliseconds(done))
    return metrics


def as_metrics(values: dict[str, float], *, step: int, timestamp: int) -> list[Metric]:
    """The values as MLflow's metrics, all of one step and time (milliseconds since 1970)."""
    return [Metric(name, value, timestamp=timestamp, step=step) for name, value in values.items()]


def _f1_so_far(state: StudyState, configuration: str, subjects: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Of one subject there is none: thresholds are chosen on the others."""
    if len(subjects) < 2:
        return
    counts = state.honest_counts(configuration, subjects).sum(axis=0)
    yield f"f1_{OVERALL}", float(f1_of(counts.sum(axis=0)))
    for kind, f1 in zip(KINDS, f1_of(counts), strict=True):
        yield f"f1_{kind}", float(f1)


def _worker_seconds(folds: Sequence[FoldRecord]) -> float:
    return sum(value for fold in folds for value in fold.seconds.values())


def _gpu_seconds(folds: Sequence[FoldRecord]) -> float:
    return Spent.of(*(Usage(**fold.usage) for fold in folds if fold.usage)).gpu_seconds


def _milliseconds(folds: Sequence[FoldRecord]) -> int:
    return round(1000 * _worker_seconds(folds))
