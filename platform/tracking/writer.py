"""Writes the projection beside the search: scheduling never waits for a tracking store.

One thread follows the journal. Every second it takes what was added, and writes it in batches; the search itself calls
nothing and waits for nothing. A store that is away is tried again, ever more rarely, while the search goes on; at the
end the search waits for it as long as it can be hoped for. What is not written then is written by the next start,
since the journal has it.
"""

import logging
import sys
import threading
import time
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from platform.study.records import Record, RunRecord, StudyRecord
from platform.study.state import ConfigurationStatus, StudyState
from platform.tracking.machine import MachineSamples

_log = logging.getLogger(__name__)
_SECONDS_WITHOUT_A_NOTICE = 3.0
_SECONDS_PER_TURN = 0.0005
"""How long this thread goes on when the search's own thread wants to: Python's 5 ms are paid several times a fold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long the writer waits, in seconds.

    Attributes:
        between: passes over the journal.
        longest_pause: between two attempts on a store that does not answer; the first is `between`, each next double.
        at_end: for a store that takes nothing, when the search has ended.
        at_stop: for everything that is not written, when the search was stopped or failed.
    """

    between: float = 1.0
    longest_pause: float = 30.0
    at_end: float = 60.0
    at_stop: float = 10.0


class Projected(Protocol):
    """What the writer needs of a projection."""

    tracking_uri: str

    def forget(self) -> None: ...
    def answers(self) -> bool: ...
    def begin(self) -> None: ...
    def close(self, *, but: Container[str] = ()) -> None: ...
    def write(self, state: StudyState, configuration: str, *, is_running: bool) -> None: ...
    def write_best(self, state: StudyState) -> None: ...
    def write_machine(self, samples: MachineSamples) -> None: ...
    def end(self, status: str) -> None: ...


class TrackingWriter:
    """One thread that makes the tracking store say what a growing journal says.

    What could not be written is in `problems`; the next search of the study writes it.

    Args:
        records: of the journal, its study first; whoever searches appends to this very list.
    """

    def __init__(
        self,
        projection: Projected,
        records: Sequence[Record],
        *,
        patience: Patience | None = None,
        samples: MachineSamples | None = None,
    ) -> None:
        self._projection = projection
        self._follower = _Follower(records)
        self._patience = patience or Patience()
        self._samples = samples
        self._thread = threading.Thread(target=self._run, name="tracking", daemon=True)
        self._ending, self._stopped, self._given_up = threading.Event(), threading.Event(), threading.Event()
        self._usual_turn = sys.getswitchinterval()
        self._status = "FINISHED"
        self._has_begun = self._is_ending = self._is_closed = False
        self._refused: dict[str, str] = {}
        self._last_error = ""
        self._last_written = time.monotonic()
        self.problems: list[str] = []

    def __enter__(self) -> Self:
        sys.setswitchinterval(_SECONDS_PER_TURN)
        self._thread.start()
        return self

    def folds_are_left(self) -> None:
        """The search ends at a limit, with folds that were not run: its study is stopped, not finished."""
        self._status = "KILLED"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Waits until everything is written, the end of the study too, or cannot be hoped for any more."""
        sys.setswitchinterval(self._usual_turn)
        self._last_written = time.monotonic()
        if kind is not None:
            self._status = "KILLED" if kind is KeyboardInterrupt else "FAILED"
            self._stop()
        else:
            self._ending.set()
            try:
                self._wait(self._patience.at_end)
            except KeyboardInterrupt:
                self._status = "KILLED"
                self._stop()
                raise
        self.problems = list(self._refused.values())
        if self._given_up.is_set():
            self.problems.append(
                f"MLflow at {self._projection.tracking_uri} took nothing for the last seconds, so that "
                f"{self._follower.num_waiting()} configurations are not up to date there: {self._last_error}. "
                "Nothing is lost; the same command writes them when it answers."
            )

    def _stop(self) -> None:
        """Whoever stops a search does not wait long for what the next start writes too."""
        self._stopped.set()
        self._ending.set()
        self._thread.join(timeout=self._patience.at_stop)
        if not self._thread.is_alive():
            return
        self._given_up.set()
        if not self._last_error:
            # What is being written just now.
            self._thread.join(timeout=_SECONDS_WITHOUT_A_NOTICE)
            _log.warning(
                "stopped with %d configurations that are not up to date in MLflow; the same command writes them",
                self._follower.num_waiting(),
            )

    def _wait(self, seconds: float) -> None:
        started, is_told = time.monotonic(), False
        while self._thread.is_alive():
            self._thread.join(timeout=0.1)
            now = time.monotonic()
            if now - self._last_written > seconds:
                self._given_up.set()
                return
            if not is_told and now - started > _SECONDS_WITHOUT_A_NOTICE:
                is_told = True
                _log.warning(
                    "waiting for MLflow at %s, which is %d configurations behind; until it takes nothing for %.0f s",
                    *(self._projection.tracking_uri, self._follower.num_waiting(), seconds),
                )

    def _run(self) -> None:
        pause = self._patience.between
        while not self._given_up.is_set():
            is_last = self._ending.is_set()
            try:
                self._pass(is_last=is_last)
            except Exception as error:  # noqa: BLE001  the search goes on whatever a store raises
                pause = self._note_away(error, pause)
            else:
                pause = self._note_success(pause)
                if is_last:
                    return
            self._pause(pause)

    def _pause(self, seconds: float) -> None:
        """At the end there is little time, and so no long pause."""
        if self._ending.is_set():
            self._given_up.wait(min(seconds, self._patience.at_stop / 5))
        else:
            self._ending.wait(seconds)

    def _note_away(self, error: Exception, pause: float) -> float:
        if not self._last_error:
            _log.warning(
                "MLflow at %s does not answer; the search goes on and what it finds is written later: %s",
                *(self._projection.tracking_uri, error),
            )
        self._last_error = str(error)
        self._projection.forget()
        return min(2 * pause, self._patience.longest_pause)

    def _note_success(self, pause: float) -> float:
        if self._last_error:
            _log.warning("MLflow at %s answers again", self._projection.tracking_uri)
        self._last_error = ""
        return min(pause, self._patience.between)

    def _pass(self, *, is_last: bool) -> None:
        if self._samples is not None:
            self._samples.take()
        self._follower.take()
        state = self._follower.state
        if not self._has_begun:
            self._projection.begin()
            self._projection.close(but=state.configurations)
            self._has_begun = True
        self._close_if_stopped()
        if is_last and not self._is_ending:
            # Once: a store that takes some of it and refuses the rest would look alive for ever.
            self._is_ending = True
            self._follower.reopen((*self._refused, *state.with_status(ConfigurationStatus.OPEN)))
            self._refused = {}
        for name in self._follower.waiting():
            self._close_if_stopped()
            if self._given_up.is_set():
                return
            self._write(name, is_running=not (is_last or self._stopped.is_set()))
        self._projection.write_best(state)
        if self._samples is not None:
            self._projection.write_machine(self._samples)
        if is_last:
            self._projection.end(self._status)

    def _close_if_stopped(self) -> None:
        """What is behind may take longer than there is time, so that first of all no run says any more that it runs."""
        if self._stopped.is_set() and not self._is_closed:
            self._projection.close()
            self._projection.end(self._status)
            self._is_closed = True

    def _write(self, name: str, *, is_running: bool) -> None:
        """Writes one configuration; what the store refuses of it, or what is missing for it, does not stop the others.

        Raises:
            Exception: what the store raised, when it does not answer.
        """
        try:
            self._projection.write(self._follower.state, name, is_running=is_running)
        except Exception as error:
            self._projection.forget()
            if not self._projection.answers():
                raise
            self._refused[name] = f"{name}: {error}"
        self._follower.done(name)
        self._last_written = time.monotonic()


class _Follower:
    """What the records of a growing journal say, and which configurations have changed.

    A state of its own: the one of the search changes while it would be read.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        study = records[0]
        if not isinstance(study, StudyRecord):
            raise TypeError(f"a journal begins with its study, got {type(study).__name__}")
        self.state = StudyState(study)
        self._records = records
        self._position = 1
        self._changed: dict[str, None] = {}

    def take(self) -> None:
        """Takes what was added."""
        while self._position < len(self._records):
            record = self._records[self._position]
            self.state.apply(record)
            self._position += 1
            if not isinstance(record, StudyRecord | RunRecord):
                self._changed[record.configuration] = None

    def waiting(self) -> tuple[str, ...]:
        """Configurations to be written."""
        return tuple(self._changed)

    def reopen(self, names: Iterable[str]) -> None:
        """These are to be written again: refused ones, and with the end of a search those that run no more."""
        self._changed |= dict.fromkeys(names)

    def done(self, name: str) -> None:
        """This one is written, or refused."""
        self._changed.pop(name, None)

    def num_waiting(self) -> int:
        """How many are to be written, as far as the journal was followed."""
        return len(self._changed)
