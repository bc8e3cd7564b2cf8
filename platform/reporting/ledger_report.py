"""The efficiency ledger as a few plain lines."""

from collections.abc import Iterator

from platform.study.ledger import EfficiencyLedger
from platform.study.usage import Spent

_MINUTE, _HOUR = 60.0, 3600.0


def ledger_lines(ledger: EfficiencyLedger) -> Iterator[str]:
    """What was used, saved and lost, each in one line; nothing is said of what did not happen."""
    folds = f"{ledger.finished.count} folds" + (" and the winner" if ledger.winner.count else "")
    busy = "" if ledger.busy is None else f"; workers trained {ledger.busy:.0%} of the time that they were there"
    yield f"used by this study: {_time(ledger.used)} for {folds}{busy}"
    yield from _line("saved", _saved(ledger))
    yield from _line("lost", _lost(ledger))
    if ledger.cost is not None:
        nodes = ", ".join(f"{_duration(seconds)} of {name}" for name, seconds in ledger.node_seconds.items())
        yield f"cost: {ledger.cost:.2f} ({nodes})"
    if ledger.num_unmeasured:
        yield f"GPUs of {ledger.num_unmeasured} folds are not known: an older version ran them"


def _saved(ledger: EfficiencyLedger) -> Iterator[str]:
    if ledger.saved_by_racing.count:
        yield f"about {_time(ledger.saved_by_racing)} by racing ({ledger.saved_by_racing.count} folds not run whole)"
    if ledger.saved_by_resuming.count:
        yield f"{_time(ledger.saved_by_resuming)} by {ledger.saved_by_resuming.count} folds of earlier runs"
    warm = ledger.warm_start
    if warm.num_configurations:
        took = f", which took {_duration(warm.worker_seconds)}" if warm.worker_seconds else ""
        yield f"{warm.num_configurations} configurations known from other studies{took}"


def _lost(ledger: EfficiencyLedger) -> Iterator[str]:
    if ledger.lost.count:
        yield f"{_time(ledger.lost)} to {ledger.lost.count} attempts at folds without a result"
    if ledger.stopped.count:
        yield f"{_time(ledger.stopped)} to {ledger.stopped.count} folds stopped by racing"
    if ledger.cut.count:
        yield f"{_time(ledger.cut)} to {ledger.cut.count} folds that ran when a run was stopped"


def _line(title: str, parts: Iterator[str]) -> Iterator[str]:
    found = list(parts)
    if found:
        yield f"{title}: {'; '.join(found)}"


def _time(spent: Spent) -> str:
    workers = f"{_duration(spent.worker_seconds)} of workers"
    return f"{workers} ({_duration(spent.gpu_seconds)} of GPUs)" if spent.gpu_seconds else workers


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < 100 * _MINUTE else f"{seconds / _HOUR:.1f} h"
