"""How far a search is, in the numbers that people watch. Pure: read off a plan between two of its changes."""

from dataclasses import dataclass
from typing import Any

from platform.study.planning import Plan
from platform.study.state import ConfigurationState, ConfigurationStatus, StudyState


@dataclass(frozen=True, kw_only=True, slots=True)
class BestSoFar:
    """The complete configuration with the highest overall F1 under the honest protocol."""

    name: str
    f1: float
    params: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchStanding:
    """Folds and configurations of a search at one moment.

    Attributes:
        num_folds: in all, when every configuration that still runs is run whole.
        num_saved: folds that racing spared.
        num_failed: configurations that could not be finished in this run.
    """

    num_done: int
    num_folds: int
    num_saved: int
    num_dropped: int
    num_failed: int
    best: BestSoFar | None


def standing_of(plan: Plan) -> SearchStanding:
    """How far the search of `plan` is."""
    num_done, num_folds = plan.num_folds()
    dropped = [one for one in plan.state.configurations.values() if one.dropped is not None]
    return SearchStanding(
        num_done=num_done,
        num_folds=num_folds,
        num_saved=sum(len(plan.state.study.subjects) - len(one.folds) for one in dropped),
        num_dropped=len(dropped),
        num_failed=sum(bool(one.failure) for one in plan.state.configurations.values()),
        best=_best(plan.state),
    )


def _best(state: StudyState) -> BestSoFar | None:
    ranking = state.ranking()
    if not ranking:
        return None
    name = ranking[0]
    return BestSoFar(name=name, f1=state.value(name), params=state.configurations[name].params)


class Decisions:
    """What has been decided about configurations since the last look, in sentences."""

    def __init__(self, state: StudyState) -> None:
        self._state = state
        self._seen = {name: one.status for name, one in state.configurations.items()}

    def new(self) -> list[str]:
        """One sentence for every configuration that was completed, dropped or given up since the last call."""
        changed = [one for name, one in self._state.configurations.items() if one.status is not self._seen.get(name)]
        self._seen |= {one.name: one.status for one in changed}
        return [self._sentence(one) for one in changed if one.status is not ConfigurationStatus.OPEN]

    def _sentence(self, one: ConfigurationState) -> str:
        if one.status is ConfigurationStatus.COMPLETE:
            leads = self._state.ranking()[0] == one.name
            return f"{one.name} complete, F1 {self._state.value(one.name):.3f} (honest){', best so far' * leads}"
        if one.dropped is not None:
            race = one.dropped
            return (
                f"{one.name} dropped after {race.num_subjects} of {len(self._state.study.subjects)} subjects, "
                f"F1 {race.f1:.3f} against {race.reference_f1:.3f} of {race.reference} on the same ones"
            )
        return f"{one.name} {one.status}, {one.failure}"
