"""One writer at a time in a store without locks, whoever dies, hangs or comes back."""

import threading
import time

import pytest

from platform.storage.lease import Lease, LeaseTimes
from spotformer_core.errors import StorageError

QUICK = LeaseTimes(renewed=0.1, dead=0.8, looked=0.05)


def lease(objects, *, wait: bool = False, told: list | None = None, times: LeaseTimes = QUICK) -> Lease:
    told = [] if told is None else told
    return Lease(objects, "studies/s", wait=wait, on_wait=lambda: told.append("waits"), times=times)


def test_a_second_writer_is_refused_while_the_first_one_lives(objects):
    with lease(objects), pytest.raises(StorageError, match="one writer at a time may write studies/s"), lease(objects):
        pass


def test_when_the_first_one_ends_the_second_one_begins_at_once(objects):
    with lease(objects):
        pass
    told: list = []

    with lease(objects, told=told):
        pass

    assert told == []
    assert objects.below("writers") == []


def test_the_place_of_a_writer_that_died_is_taken_when_it_was_silent_for_long_enough(objects):
    objects.put("writers/studies/s/died", b"")
    told: list = []
    started = time.monotonic()

    with lease(objects, told=told):
        assert time.monotonic() - started >= QUICK.dead
        assert [one.key for one in objects.below("writers")] != ["writers/studies/s/died"]

    assert told == ["waits"]


def test_whoever_may_wait_waits_for_a_writer_that_lives(objects):
    order = []

    def first() -> None:
        with lease(objects):
            begun.set()
            time.sleep(2 * QUICK.dead)
            order.append("first")

    begun = threading.Event()
    thread = threading.Thread(target=first)
    thread.start()
    begun.wait()
    with lease(objects, wait=True):
        order.append("second")
    thread.join()

    assert order == ["first", "second"]


def test_of_many_that_begin_at_the_same_moment_one_writes_at_a_time(objects):
    inside, most, done = [], [], []

    def write() -> None:
        with lease(objects, wait=True):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()
        done.append(1)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) == 4
    assert max(most) == 1


def test_a_writer_that_was_silent_and_lost_its_place_may_not_write_any_more(objects):
    silent = LeaseTimes(renewed=3600, dead=0.3, looked=0.05)
    hung = lease(objects, times=silent)
    with (
        hung,
        lease(objects, times=LeaseTimes(renewed=0.1, dead=0.3, looked=0.05)),
        pytest.raises(StorageError, match="another one has taken its place"),
    ):
        hung.require_held()


def test_a_writer_that_was_silent_while_nobody_came_goes_on(objects):
    with lease(objects, times=LeaseTimes(renewed=3600, dead=0.1, looked=0.05)) as hung:
        time.sleep(0.2)
        hung.require_held()
