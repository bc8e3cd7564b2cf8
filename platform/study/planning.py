"""Which fold of which configuration runs next. Pure: knows neither Ray nor Optuna, only a journal and a state.

Folds of open configurations come first, in the order in which the configurations were asked; a new configuration is
asked only when none of them waits. Two modes decide what may be known when configuration c is asked:

reproducible   only what became of configurations up to c - lag, and c is asked only when those are decided. The
               search then makes the same decisions with any number of workers and after any crash.
free-running   everything that is known at that moment. Workers never wait, decisions depend on who is faster.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from platform.study.journal import Journal
from platform.study.outcomes import Outcome, OutcomeStatus
from platform.study.race import Race
from platform.study.records import (
    ConfigurationRecord,
    DecodingRecord,
    FailureRecord,
    FoldRecord,
    InfeasibleRecord,
    Record,
)
from platform.study.stacks import stacks_of
from platform.study.state import ConfigurationStatus, StudyState


class Scheduling(StrEnum):
    """What may be known when a configuration is asked."""

    REPRODUCIBLE = "reproducible"
    FREE_RUNNING = "free-running"


@dataclass(frozen=True, slots=True)
class FoldOrder:
    """One fold of one configuration that is to be run, or several that are trained side by side.

    Attributes:
        subject: that is held out; the first one of a stack.
        others: the other held-out subjects of a stack; always all of it, whatever of it is finished.
    """

    configuration: str
    subject: str
    others: tuple[str, ...] = ()

    @property
    def subjects(self) -> tuple[str, ...]:
        """All held-out subjects, in the order of the study."""
        return (self.subject, *self.others)


Ask = Callable[[Sequence[Outcome]], dict[str, Any]]
"""Values of the dimensions of the next configuration, given the outcomes of all earlier ones."""

Choose = Callable[[StudyState, str], DecodingRecord]
"""Decoding and epoch for a configuration whose folds are all in."""


_CUT_SHORT = (ConfigurationStatus.DROPPED, ConfigurationStatus.INFEASIBLE)


def _nothing_to_choose(state: StudyState, configuration: str) -> DecodingRecord:
    raise AssertionError(f"{state.study.space.get('name')}, {configuration}: a study that searches decodings chooses")


class Plan:
    """Hands out folds and takes their outcomes; every fact goes to the journal before it counts."""

    def __init__(
        self,
        state: StudyState,
        journal: Journal,
        ask: Ask,
        *,
        num_configurations: int,
        choose: Choose = _nothing_to_choose,
    ) -> None:
        self.state = state
        self._journal = journal
        self._ask = ask
        self._choose = choose
        self.num_configurations = num_configurations
        self._running: dict[str, set[str]] = defaultdict(set)
        self._race = Race(state, self._num_raced_against)
        self._stack_of = {subject: stack for stack in stacks_of(state.study) for subject in stack}

    def next(self) -> FoldOrder | None:
        """The next fold or stack to run, or None when nothing can start now (see `finished`)."""
        self._drop_losers()
        order = self._waiting_fold()
        if order is None and self._may_ask():
            self._ask_configuration()
            order = self._waiting_fold()
        if order is not None:
            self._running[order.configuration].update(order.subjects)
        return order

    def missing(self, order: FoldOrder) -> tuple[str, ...]:
        """Subjects of an order whose folds are not finished: all, unless a run died while it noted those of a stack."""
        folds = self.state.configurations[order.configuration].folds
        return tuple(subject for subject in order.subjects if subject not in folds)

    @property
    def finished(self) -> bool:
        """Whether every configuration asked for is decided."""
        return not self.state.open_ones and len(self.state.configurations) >= self.num_configurations

    def complete(self, record: FoldRecord) -> None:
        """Takes a finished fold; a configuration that has lost its race with it is dropped."""
        self.record(record)
        self._running[record.configuration].discard(record.subject)
        self.choose_decodings()
        self._drop_losers()

    def choose_decodings(self) -> None:
        """Chooses for every configuration whose folds are all in; a run that died may have left one."""
        for name in self.state.undecoded():
            self.record(self._choose(self.state, name))

    def fail(self, order: FoldOrder, reason: str) -> None:
        """Takes a fold that failed for good; its configuration gets no more folds in this run.

        A fold that was still running when its configuration was dropped, or found not to fit into memory, changes
        nothing by failing.
        """
        state = self.state.configurations[order.configuration]
        if state.dropped is None and state.status is not ConfigurationStatus.INFEASIBLE:
            self.record(FailureRecord(configuration=order.configuration, subject=order.subject, reason=reason))
        self.give_back(order)

    def refuse(self, order: FoldOrder, reason: str) -> None:
        """Takes a fold that fits into no memory there is; its configuration is decided and gets no more folds."""
        if self.state.configurations[order.configuration].status is ConfigurationStatus.OPEN:
            self.record(InfeasibleRecord(configuration=order.configuration, subject=order.subject, reason=reason))
        self.give_back(order)

    def give_back(self, order: FoldOrder) -> None:
        """Takes back what was stopped; what of it is missing waits again unless its configuration was dropped."""
        self._running[order.configuration].difference_update(order.subjects)

    def is_dropped(self, configuration: str) -> bool:
        """Whether a configuration has lost its race, so that its folds need not run on."""
        return self.state.configurations[configuration].dropped is not None

    @property
    def num_running(self) -> int:
        """Folds that were handed out and have not come back. May be read by another thread than the one that plans."""
        return sum(len(subjects) for subjects in list(self._running.values()))

    def record(self, record: Record) -> None:
        """Writes a fact to the journal, then takes it into account.

        Raises:
            OSError: when it cannot be written; it then does not count.
        """
        self._journal.append(record)
        self.state.apply(record)

    def num_folds(self) -> tuple[int, int]:
        """Finished folds, and folds in all when every configuration that is not dropped and fits runs whole."""
        configurations = self.state.configurations.values()
        done = sum(len(state.folds) for state in configurations)
        count = max(self.num_configurations, len(configurations))
        num_subjects = len(self.state.study.subjects)
        saved = sum(num_subjects - len(state.folds) for state in configurations if state.status in _CUT_SHORT)
        return done, count * num_subjects - saved

    def _drop_losers(self) -> None:
        for name, number in list(self.state.open_ones.items()):
            record = self._race.lost(number, name)
            if record is not None:
                self.record(record)

    def _waiting_fold(self) -> FoldOrder | None:
        for name, number in self.state.open_ones.items():
            for subject in self.state.missing_folds(name, num_subjects=self._race.num_subjects(number, name)):
                if subject not in self._running[name]:
                    return self._order(name, subject)
        return None

    def _order(self, configuration: str, subject: str) -> FoldOrder:
        first, *others = self._stack_of[subject]
        return FoldOrder(configuration, first, tuple(others))

    def _may_ask(self) -> bool:
        number = len(self.state.configurations)
        if number >= self.num_configurations:
            return False
        known = self._num_known(number)
        return all(other >= known for other in self.state.open_ones.values())

    def _num_known(self, number: int) -> int:
        """How many configurations must be decided before number `number` is asked."""
        if self.state.study.scheduling == Scheduling.FREE_RUNNING:
            return 0
        return max(0, number - self.state.study.lag + 1)

    def _num_raced_against(self, number: int) -> int:
        free = self.state.study.scheduling == Scheduling.FREE_RUNNING
        return len(self.state.configurations) if free else self._num_known(number)

    def _ask_configuration(self) -> None:
        number = len(self.state.configurations)
        known = self._num_known(number)
        free = self.state.study.scheduling == Scheduling.FREE_RUNNING
        outcomes = [
            self._outcome(name, known=free or position < known)
            for position, name in enumerate(self.state.configurations)
        ]
        self.record(ConfigurationRecord(configuration=f"c{number:04d}", params=self._ask(outcomes)))

    def _outcome(self, name: str, *, known: bool) -> Outcome:
        state = self.state.configurations[name]
        if not known or state.status is ConfigurationStatus.OPEN:
            return Outcome(params=state.params, status=OutcomeStatus.PENDING)
        if state.status is not ConfigurationStatus.COMPLETE:
            return Outcome(params=state.params, status=OutcomeStatus(str(state.status)))
        f1 = self.state.honest_f1(name)
        return Outcome(
            params=state.params, status=OutcomeStatus.COMPLETE, value=f1.overall, by_kind=(f1.macro, f1.micro)
        )
