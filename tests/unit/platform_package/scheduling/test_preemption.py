"""Nodes that leave, and what becomes of the workers on them, called as Tune calls it; no cluster is started."""

from types import SimpleNamespace

import pytest
from ray.tune.experiment import Trial

from platform.scheduling.attempts import AttemptObserver
from platform.scheduling.preemption import LeavingNodes, dismiss_idle_workers, leave
from platform.study.run_log import RunLog


class Cluster:
    """Actors are named by the node that they run on and a number: "a0" is on "a"."""

    def __init__(self, clock):
        self.leaves = {}
        self.looks = 0
        self.asked = []
        self.leaving = LeavingNodes(self.look, self.node_of, clock=clock)

    def look(self):
        self.looks += 1
        return dict(self.leaves)

    def node_of(self, actor):
        self.asked.append(actor)
        return actor[0]


@pytest.fixture
def cluster(clock):
    return Cluster(clock)


def trial(trial_id, actor, status=Trial.RUNNING):
    return SimpleNamespace(trial_id=trial_id, status=status, temporary_state=SimpleNamespace(ray_actor=actor))


class Ends:
    """A searcher that knows which trials end in time."""

    def __init__(self, **seconds):
        self.seconds = seconds
        self.lost = []

    def may_end_within(self, trial_id, seconds):
        return seconds is None or self.seconds[trial_id] <= seconds

    def attempt_started(self, trial_id):
        pass

    def attempt_lost(self, trial_id, *, preempted):
        self.lost.append((trial_id, preempted))


def test_ray_is_asked_once_a_second_and_never_for_the_nodes_of_workers_while_all_stay(cluster, clock):
    for clock.now in (0.0, 0.4, 0.9, 1.0, 1.5):
        assert not cluster.leaving.look()

    assert (cluster.looks, cluster.asked) == (2, [])


def test_what_cannot_end_in_time_is_given_up_and_the_rest_runs_on(cluster):
    cluster.leaves = {"a": 30.0, "c": None}
    trials = [trial("soon", "a0"), trial("late", "a1"), trial("elsewhere", "b0"), trial("any", "c0")]
    killed = []
    assert cluster.leaving.look()

    leave(cluster.leaving, trials, Ends(soon=20, late=40, elsewhere=40, any=99), kill=killed.append)

    assert killed == ["a1"]
    assert [one.trial_id for one in trials if cluster.leaving.took(one.trial_id)] == ["soon", "late", "any"]


def test_trials_that_wait_have_nothing_to_give_up(cluster):
    cluster.leaves = {"a": 0.0}
    cluster.leaving.look()

    leave(cluster.leaving, [trial("t0", None), trial("t1", "a0", Trial.PENDING)], Ends(), kill=pytest.fail)

    assert not cluster.leaving.took("t0")
    assert not cluster.leaving.took("t1")


def test_a_trial_that_got_another_worker_is_not_preempted_any_more(cluster):
    cluster.leaving.note("t0")

    cluster.leaving.started("t0")

    assert not cluster.leaving.took("t0")


class Worker(str):
    """One of Tune's workers."""

    __slots__ = ()

    def set_on_stop(self, value):
        assert value is None

    set_on_error = set_on_stop


def test_workers_that_wait_on_a_leaving_node_are_ended_before_they_get_a_fold(cluster):
    cluster.leaves = {"a": 30.0}
    cluster.leaving.look()
    workers = [Worker("a0"), Worker("b0"), Worker("a1")]
    cache = SimpleNamespace(_cached_objects={"cpu": list(workers)}, _num_cached_objects=3)
    removed = []
    controller = SimpleNamespace(
        _actor_cache=cache,
        _actor_manager=SimpleNamespace(_live_actors_to_ray_actors_resources={one: (str(one), None) for one in workers}),
        _remove_actor=removed.append,
    )

    dismiss_idle_workers(controller, cluster.leaving)

    assert (removed, cache._cached_objects, cache._num_cached_objects) == (["a0", "a1"], {"cpu": ["b0"]}, 1)


@pytest.mark.parametrize(
    ("seen", "num_failures", "left", "preempted"),
    [(True, 1, 0, True), (False, 0, 0, True), (False, 1, 1, False)],
    ids=["given up by us", "noticed by Ray alone", "a fault"],
)
def test_tunes_count_of_faults_is_of_faults_alone(cluster, caplog, seen, num_failures, left, preempted):
    searcher = Ends()
    observer = AttemptObserver(searcher, RunLog(lambda _record: None, run=1, num_workers=1), cluster.leaving)
    config = {"configuration": "c0000", "subject": "a"}
    lost = SimpleNamespace(trial_id="t0", config=config, run_metadata=SimpleNamespace(num_failures=0))
    observer.on_trial_start(0, [], lost)
    if seen:
        cluster.leaving.note("t0")
    lost.run_metadata.num_failures = num_failures

    observer.on_trial_recover(0, [], lost)

    assert lost.run_metadata.num_failures == left
    assert searcher.lost == [("t0", preempted)]
    why = "was on a node that is taken back" if preempted else "died"
    assert f"the worker of fold c0000/a {why}; it is run again" in caplog.text


def test_of_a_trial_that_has_ended_nothing_is_kept_that_it_reported_once_the_next_one_ends(cluster):
    # Tune keeps every trial until its run is over: of a search of thousands of folds that is most of its memory.
    trial = Trial("toy", stub=True)
    observer = AttemptObserver(Ends(), RunLog(lambda _record: None, run=1, num_workers=1), cluster.leaving)
    trial.run_metadata.last_result = {"finished": "x" * 1000}
    trial.run_metadata.update_metric("time_total_s", 1.5)
    before = len(trial.get_json_state()[1])

    observer.on_trial_complete(0, [], trial)
    assert trial.run_metadata.last_result != {}, "others are told of the trial after us"
    observer.on_trial_complete(0, [], Trial("toy", stub=True))

    assert trial.run_metadata.last_result == {}
    assert len(trial.get_json_state()[1]) < before - 1000
