"""What one run of a search uses, noted in the journal while it goes on, so that a kill loses little of it.

How far a run is gets noted when it begins, when it ends, and between these after a minute or a twentieth of its length
more, whichever is longer: a run of a month is noted some two hundred times.
"""

import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from platform.study.records import Record, RunRecord
from platform.study.usage import Usage

_SECONDS_BETWEEN_NOTES = 60.0
_SHARE_BETWEEN_NOTES = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class _Started:
    configuration: str
    subjects: tuple[str, ...]
    at: float
    num_cpus: float
    num_gpus: float


class RunLog:
    """The clock of one run, and what runs in it.

    Use as a context manager: entering notes the beginning of the run, leaving its end.

    Args:
        write: takes a record to the journal.
        run: number of this run, counted from 1.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        write: Callable[[Record], None],
        *,
        run: int,
        num_workers: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.run = run
        self.node_counts: dict[str, int] = {}
        """By type: nodes that were there when last looked at."""
        self._write = write
        self._num_workers = num_workers
        self._clock = clock
        self._began = clock()
        self._noted = 0.0
        self._looked = 0.0
        self._node_seconds: dict[str, float] = defaultdict(float)
        self._started: dict[str, _Started] = {}

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return self._clock() - self._began

    @property
    def running(self) -> list[Usage]:
        """So far, of every fold that runs; those that are trained side by side share what they take."""
        return [usage for one in self._started.values() for usage in self._shared(one).values()]

    def __enter__(self) -> Self:
        self._note()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.saw_nodes(self.node_counts)
        # A disk that is full takes no note either, and the error that says so must not be hidden by another.
        with contextlib.suppress(OSError) if kind else contextlib.nullcontext():
            self._note(ended=True)

    def started(
        self,
        attempt: str,
        *,
        configuration: str,
        subject: str,
        num_cpus: float,
        num_gpus: float,
        others: Sequence[str] = (),
    ) -> None:
        """An attempt at a fold has got its worker.

        Args:
            others: held-out subjects of the folds that are trained side by side with it.
        """
        self._started[attempt] = _Started(
            configuration=configuration,
            subjects=(subject, *others),
            at=self.seconds,
            num_cpus=num_cpus,
            num_gpus=num_gpus,
        )

    def seconds_of(self, attempt: str) -> float:
        """For how long an attempt has had its worker; 0 when it has none."""
        started = self._started.get(attempt)
        return 0.0 if started is None else self.seconds - started.at

    def ended(self, attempt: str) -> Usage | None:
        """What an attempt took that has ended, all its folds together; None when it never got a worker."""
        started = self._started.pop(attempt, None)
        return None if started is None else self._usage(started)

    def saw_nodes(self, counts: Mapping[str, int]) -> None:
        """So many nodes of each type are there now; those seen before are taken to have stayed until now."""
        now = self.seconds
        for node_type, count in self.node_counts.items():
            self._node_seconds[node_type] += count * (now - self._looked)
        self.node_counts, self._looked = dict(counts), now

    @property
    def node_seconds(self) -> dict[str, float]:
        """By type of node: for how long nodes have been there in this run."""
        since = self.seconds - self._looked
        types = {**self._node_seconds, **self.node_counts}
        return {name: self._node_seconds.get(name, 0.0) + self.node_counts.get(name, 0) * since for name in types}

    def note_if_due(self) -> None:
        """Notes how far the run is when the last note is old.

        Raises:
            OSError: when the journal cannot be written.
        """
        if self.seconds - self._noted >= max(_SECONDS_BETWEEN_NOTES, _SHARE_BETWEEN_NOTES * self.seconds):
            self._note()

    def _usage(self, started: _Started) -> Usage:
        now = self.seconds
        return Usage(seconds=now - started.at, num_cpus=started.num_cpus, num_gpus=started.num_gpus, ended=now)

    def _note(self, *, ended: bool = False) -> None:
        self._noted = self.seconds
        self._write(
            RunRecord(
                run=self.run,
                seconds=round(self.seconds, 3),
                num_workers=self._num_workers,
                node_seconds={name: round(value, 3) for name, value in self.node_seconds.items()},
                running=[
                    {"configuration": one.configuration, "subject": subject, "usage": usage.as_dict()}
                    for one in self._started.values()
                    for subject, usage in self._shared(one).items()
                ],
                ended=ended,
            )
        )

    def _shared(self, started: _Started) -> dict[str, Usage]:
        share = self._usage(started).shared(len(started.subjects))
        return dict.fromkeys(started.subjects, share)
