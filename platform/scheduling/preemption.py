"""Folds on nodes that leave the cluster, as Ray was told: which they are, and which of them are given up.

A fold that is expected to end before its node goes runs on; any other is given up at once and run elsewhere, so that
nobody waits for what cannot come. The fold itself decides nothing, so that its result is the same wherever it runs.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ray
from ray.tune.experiment import Trial

from platform.compute.draining import draining_nodes, node_of
from platform.scheduling.searcher import FoldSearcher

SECONDS_BETWEEN_LOOKS = 1.0


class LeavingNodes:
    """The nodes that leave, looked at once a second, and the trials that have been seen to run there.

    Args:
        look: gives nodes that leave, with the seconds that they stay; None where nobody knows.
        node_of: the node of an actor; empty when it has none.
    """

    def __init__(
        self,
        look: Callable[[], Mapping[str, float | None]] = draining_nodes,
        node_of: Callable[[Any], str] = node_of,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look = look
        self._node_of = node_of
        self._clock = clock
        self._looked = -SECONDS_BETWEEN_LOOKS
        self._nodes: Mapping[str, float | None] = {}
        self._actors: dict[Any, str] = {}
        self._trials: set[str] = set()

    def look(self) -> bool:
        """Whether nodes leave, as far as was seen in the last second; asks Ray when the last look is older."""
        now = self._clock()
        if now - self._looked >= SECONDS_BETWEEN_LOOKS:
            self._looked, self._nodes = now, self._look()
            if not self._nodes:
                self._actors.clear()
        return bool(self._nodes)

    def has(self, actor: Any) -> bool:
        """Whether an actor runs on a node that leaves."""
        return self._node(actor) in self._nodes

    def seconds_left(self, actor: Any) -> float | None:
        """For how long the node of an actor was to stay when it was looked at; None when nobody knows."""
        return self._nodes[self._node(actor)]

    def note(self, trial_id: str) -> None:
        """A trial runs on a node that leaves: should it be lost, that is why."""
        self._trials.add(trial_id)

    def started(self, trial_id: str) -> None:
        """A trial has got a worker, on a node of which nothing is known yet."""
        self._trials.discard(trial_id)

    def took(self, trial_id: str) -> bool:
        """Whether a trial that was lost ran on a node that leaves."""
        return trial_id in self._trials

    def _node(self, actor: Any) -> str:
        # An actor of Tune's is never started again, so that it stays where it is.
        if not self._actors.get(actor):
            self._actors[actor] = self._node_of(actor)
        return self._actors[actor]


def leave(
    leaving: LeavingNodes,
    trials: Iterable[Trial],
    searcher: FoldSearcher,
    *,
    kill: Callable[[Any], None] = ray.kill,
) -> None:
    """Gives up what cannot end before its node goes; Tune hears that the worker died, and runs it elsewhere."""
    for trial in trials:
        actor = trial.temporary_state.ray_actor
        if trial.status != Trial.RUNNING or actor is None or not leaving.has(actor):
            continue
        leaving.note(trial.trial_id)
        if not searcher.may_end_within(trial.trial_id, leaving.seconds_left(actor)):
            kill(actor)


def dismiss_idle_workers(controller: Any, leaving: LeavingNodes) -> None:
    """Ends workers that wait on leaving nodes for their next fold, as Tune ends those that it has too many of.

    Ray starts nothing new on such a node, but Tune hands the next fold to a worker that is there, and has no public way
    to end one.
    """
    cache, actors = controller._actor_cache, controller._actor_manager  # noqa: SLF001  see above
    running = actors._live_actors_to_ray_actors_resources  # noqa: SLF001  see above
    for waiting in cache._cached_objects.values():  # noqa: SLF001  see above
        for worker in [one for one in waiting if leaving.has(running[one][0])]:
            waiting.remove(worker)
            cache._num_cached_objects -= 1  # noqa: SLF001  see above
            worker.set_on_stop(None)
            worker.set_on_error(None)
            controller._remove_actor(worker)  # noqa: SLF001  see above
