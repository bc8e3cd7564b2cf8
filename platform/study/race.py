"""The race of one study: which folds of a configuration may run now, and when it is dropped.

A decision rests on fixed facts only. In reproducible scheduling the reference of configuration c is the best complete
one of those up to c - lag, all of which were decided when c was asked; later ones do not count, however early they end.
A configuration without a reference runs whole. Nothing runs ahead of an undecided look, so that the folds that run are
the same with any number of workers too.
"""

from collections.abc import Callable
from itertools import islice

from platform.study.racing import lost_race, racing_rule
from platform.study.records import DroppedRecord
from platform.study.state import ConfigurationStatus, StudyState

NumKnown = Callable[[int], int]
"""How many configurations, in the order asked, a decision about configuration number c may know of."""


class Race:
    """Looks at every open configuration whenever one of its blocks is whole."""

    def __init__(self, state: StudyState, num_known: NumKnown) -> None:
        self._state = state
        self._num_known = num_known
        self._rule = racing_rule(state.study.racing)
        self._looks = () if self._rule is None else self._rule.looks(len(state.study.subjects))
        self._num_passed: dict[str, int] = {}
        self._references: dict[int, str | None] = {}
        self._references_hold_for = state.num_decisions

    def num_subjects(self, number: int, configuration: str) -> int:
        """How many subjects, in the study's order, `configuration` may be given folds of before it is looked at."""
        passed = self._num_passed.get(configuration, 0)
        if passed == len(self._looks) or not (self._waits(number) or self._reference(number)):
            return len(self._state.study.subjects)
        return self._looks[passed]

    def lost(self, number: int, configuration: str) -> DroppedRecord | None:
        """The record that drops `configuration`, if it has lost at a look that its finished folds allow."""
        folds = self._state.configurations[configuration].folds
        while (passed := self._num_passed.get(configuration, 0)) < len(self._looks):
            look = self._looks[passed]
            whole = len(folds) >= look and all(subject in folds for subject in self._state.study.subjects[:look])
            reference = None if not whole or self._waits(number) else self._reference(number)
            if self._rule is None or reference is None:
                return None
            record = lost_race(
                self._state, self._rule, configuration=configuration, reference=reference, num_subjects=look
            )
            if record is not None:
                return record
            self._num_passed[configuration] = passed + 1
        return None

    def _waits(self, number: int) -> bool:
        """Whether a configuration that must be decided first is open: one that had failed and was opened again."""
        reproducible = self._state.study.scheduling == "reproducible"
        return reproducible and any(other < self._num_known(number) for other in self._state.open_ones.values())

    def _reference(self, number: int) -> str | None:
        if self._references_hold_for != self._state.num_decisions:
            self._references, self._references_hold_for = {}, self._state.num_decisions
        if number not in self._references:
            known = islice(self._state.configurations.values(), self._num_known(number))
            complete = (one.name for one in known if one.status is ConfigurationStatus.COMPLETE)
            self._references[number] = max(complete, key=self._state.value, default=None)
        return self._references[number]
