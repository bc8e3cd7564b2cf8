"""The efficiency ledger as a few plain lines."""

from collections.abc import Iterator

from platform.study.ledger import EfficiencyLedger
from platform.study.usage import Spent

_MINUTE, _HOUR = 60.0, 3600.0


def ledger_lines(ledger: EfficiencyLedger) -> Iterator[str]:
    """What was used, saved and lost, each in one line; nothing is said of what did not happen."""
    return (f"{label}: {value}" for label, value in ledger_rows(ledger))


def ledger_rows(ledger: EfficiencyLedger) -> Iterator[tuple[str, str]]:
    """The same as labels and values."""
    folds = _number(ledger.finished.count, "fold") + (" and the winner" if ledger.winner.count else "")
    busy = "" if ledger.busy is None else f"; workers trained {ledger.busy:.0%} of the time that they were there"
    yield "used by this study", f"{_time(ledger.used)} for {folds}{busy}"
    yield from _line("saved", _saved(ledger))
    yield from _line("lost", _lost(ledger))
    if ledger.cost is not None:
        nodes = ", ".join(f"{_duration(seconds)} of {name}" for name, seconds in ledger.node_seconds.items())
        yield "cost", f"{ledger.cost:.2f} ({nodes})"
    if ledger.num_unmeasured:
        yield "GPUs", f"not known of {_number(ledger.num_unmeasured, 'fold')}, of which an older version noted none"


def _saved(ledger: EfficiencyLedger) -> Iterator[str]:
    racing, resuming, warm = ledger.saved_by_racing, ledger.saved_by_resuming, ledger.warm_start
    if racing.count:
        yield f"about {_time(racing)} by racing ({_number(racing.count, 'fold')} not run whole)"
    if resuming.count:
        yield f"{_time(resuming)} by {_number(resuming.count, 'fold')} of earlier runs"
    if warm.num_configurations:
        took = f", which took {_duration(warm.worker_seconds)}" if warm.worker_seconds else ""
        yield f"{_number(warm.num_configurations, 'configuration')} known from other studies{took}"


def _lost(ledger: EfficiencyLedger) -> Iterator[str]:
    if ledger.lost.count:
        yield f"{_time(ledger.lost)} to {_number(ledger.lost.count, 'attempt')} at folds without a result"
    if ledger.preempted.count:
        yield f"{_time(ledger.preempted)} to {_number(ledger.preempted.count, 'attempt')} on nodes that were taken back"
    if ledger.stopped.count:
        yield f"{_time(ledger.stopped)} to {_number(ledger.stopped.count, 'fold')} stopped by racing"
    if ledger.cut.count:
        yield f"{_time(ledger.cut)} to {_number(ledger.cut.count, 'fold')} that ran when a run was stopped"


def _line(title: str, parts: Iterator[str]) -> Iterator[tuple[str, str]]:
    found = list(parts)
    if found:
        yield title, "; ".join(found)


def _time(spent: Spent) -> str:
    workers = f"{_duration(spent.worker_seconds)} of workers"
    return f"{workers} ({_duration(spent.gpu_seconds)} of GPUs)" if spent.gpu_seconds else workers


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < 100 * _MINUTE else f"{seconds / _HOUR:.1f} h"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
