"""What a watcher has done with its node, and when it ends; clock and cluster are stand-ins."""

import pytest

from platform.preemption.notice import Notice
from platform.preemption.watch import SECONDS_BETWEEN_QUESTIONS, Watch

SOON = Notice(reason="it goes", seconds=100.0)
SOMETIME = Notice(reason="it had better be left", seconds=None)


class World:
    """A node, its provider and their time."""

    name = "toy"

    def __init__(self, *notices, leaves_at=1e9, deaf=0):
        self.notices = list(notices)
        self.leaves_at = leaves_at
        self.deaf = deaf
        self.now = 0.0
        self.drained = []
        self.said = []
        self.watch = Watch(self, self.said.append, seconds_between=2, sleep=self.sleep, clock=lambda: self.now)

    def sleep(self, seconds):
        assert self.now < 10_000, "it never ends"
        self.now += seconds

    def notice(self):
        notice = self.notices.pop(0) if len(self.notices) > 1 else self.notices[0]
        if isinstance(notice, Exception):
            raise notice
        return notice

    def drain(self, reason, *, seconds):
        self.drained.append((self.now, reason, seconds))
        self.deaf -= 1
        return self.deaf < 0

    def is_there(self):
        return self.now < self.leaves_at


def test_the_node_is_drained_when_the_notice_comes_and_watched_until_it_goes():
    world = World(None, None, SOON)

    world.watch.until_it_goes(world)

    assert world.drained == [(4.0, "it goes", 100.0)]
    assert world.said == ["it goes in 100 s; Ray gives it no new folds"]
    assert world.now == 104


def test_it_ends_as_soon_as_the_node_has_left():
    world = World(SOON, leaves_at=9)

    world.watch.until_it_goes(world)

    assert world.now == 10


def test_a_cluster_that_does_not_hear_is_told_again():
    world = World(SOON, deaf=2)

    world.watch.until_it_goes(world)

    assert [at for at, *_ in world.drained] == [0, 2, 4]
    assert len(world.said) == 1


def test_a_recommendation_is_passed_on_once_and_the_notice_after_it():
    world = World(SOMETIME, SOMETIME, SOMETIME, SOON)

    world.watch.until_it_goes(world)

    assert world.drained == [(0, "it had better be left", None), (6, "it goes", 100.0)]
    assert world.said[0] == "it had better be left; Ray gives it no new folds"


def test_it_ends_with_ray_on_the_node():
    world = World(None, leaves_at=45)

    world.watch.until_it_goes(world)

    assert world.drained == []
    assert world.now == pytest.approx(2 * SECONDS_BETWEEN_QUESTIONS, abs=2)


def test_metadata_that_do_not_answer_are_asked_again_and_that_is_said_once_each_time():
    gone = OSError("no route")
    world = World(gone, gone, None, gone, SOON)

    world.watch.until_it_goes(world)

    assert len(world.drained) == 1
    sentence = "the metadata of toy do not answer, they are asked again: no route"
    assert world.said == [sentence, sentence, "it goes in 100 s; Ray gives it no new folds"]
