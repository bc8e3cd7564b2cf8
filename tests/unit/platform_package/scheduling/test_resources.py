"""What a fold is given at first, and after it has run out of memory."""

import pytest

from platform.scheduling.resources import FoldResources, Reservations, Shortage
from platform.study.planning import FoldOrder

FIRST, SIBLING, OTHER = FoldOrder("c0000", "a"), FoldOrder("c0000", "b"), FoldOrder("c0001", "a")


def reservations(num_gpus, *, node_cpus=lambda: 8):
    return Reservations(lambda _order: FoldResources(num_gpus=num_gpus), node_cpus=node_cpus)


def test_what_is_not_measured_yet_is_given_nothing():
    assert Reservations(lambda _order: None, node_cpus=lambda: 8).take(FIRST) is None


def test_after_a_shortage_beside_others_all_folds_of_the_configuration_get_a_whole_gpu():
    given = reservations(0.25)
    assert given.take(FIRST) == FoldResources(num_cpus=1, num_gpus=0.25)

    assert given.enlarge(FIRST, Shortage.DEVICE)

    assert given.take(FIRST) == given.take(SIBLING) == FoldResources(num_cpus=1, num_gpus=1)
    assert given.take(OTHER) == FoldResources(num_cpus=1, num_gpus=0.25)


def test_a_sibling_that_was_running_beside_others_is_given_more_too():
    given = reservations(0.25)
    given.take(FIRST)
    given.take(SIBLING)

    assert given.enlarge(FIRST, Shortage.DEVICE)
    assert given.enlarge(SIBLING, Shortage.DEVICE)


@pytest.mark.parametrize("num_gpus", [1, 2])
def test_there_is_nothing_larger_than_whole_gpus(num_gpus):
    given = reservations(num_gpus)
    given.take(FIRST)

    assert not given.enlarge(FIRST, Shortage.DEVICE)
    assert given.take(FIRST).num_gpus == num_gpus


def test_a_fold_on_whole_gpus_fails_for_good_the_second_time():
    given = reservations(0.25)
    given.take(FIRST)
    given.enlarge(FIRST, Shortage.DEVICE)
    given.take(FIRST)

    assert not given.enlarge(FIRST, Shortage.DEVICE)


@pytest.mark.parametrize("shortage", Shortage)
def test_on_cpus_a_fold_gets_a_node_of_its_own_once(shortage):
    given = reservations(0)
    given.take(FIRST)

    assert given.enlarge(FIRST, shortage)

    assert given.take(FIRST) == FoldResources(num_cpus=8, num_gpus=0)
    assert given.take(SIBLING) == FoldResources(num_cpus=1, num_gpus=0)
    assert not given.enlarge(FIRST, shortage)


def test_a_fold_on_a_gpu_whose_machine_ran_out_of_memory_gets_the_machine():
    given = reservations(0.25)
    given.take(FIRST)

    assert given.enlarge(FIRST, Shortage.NODE)

    assert given.take(FIRST) == FoldResources(num_cpus=8, num_gpus=1)
    assert not given.enlarge(FIRST, Shortage.NODE)


def test_on_a_node_of_one_cpu_every_fold_is_alone_already():
    given = reservations(0, node_cpus=lambda: 1)
    given.take(FIRST)

    assert not given.enlarge(FIRST, Shortage.NODE)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [((1, 0.25), (1, 1), True), ((1, 0), (8, 0), True), ((1, 1), (1, 0.25), False), ((1, 0), (1, 0), False)],
)
def test_what_needs_less_of_anything_could_take_what_another_waits_for(first, second, expected):
    one, other = (FoldResources(num_cpus=cpus, num_gpus=gpus) for cpus, gpus in (first, second))

    assert one.is_smaller(other) is expected


def test_a_whole_node_is_one_that_is_there_when_it_is_needed_not_when_the_search_began():
    nodes = [0.0]
    given = reservations(0, node_cpus=lambda: nodes[0])
    given.take(FIRST)
    nodes[0] = 4.0

    assert given.enlarge(FIRST, Shortage.NODE)
    assert given.take(FIRST).num_cpus == 4
