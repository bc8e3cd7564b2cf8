import numpy as np
import pytest

from spotformer_core.flow.estimation.compilation import compiled
from spotformer_core.flow.estimation.rows import copy_row, largest_difference

COUNTS = [0, 1, 7, 8, 9, 16, 29]


@compiled
def copied(source, source_at, to, to_at, count):
    copy_row(source, source_at, to, to_at, count)


@pytest.mark.parametrize("count", COUNTS)
def test_as_many_elements_are_copied_as_asked_for_and_no_others(count):
    source, to = np.arange(40, dtype=np.float32), np.full(40, -1, np.float32)

    copied(source, 3, to, 5, count)

    assert to[5 : 5 + count].tolist() == list(range(3, 3 + count))
    assert (to[:5] == -1).all()
    assert (to[5 + count :] == -1).all()


@pytest.mark.parametrize("count", COUNTS[1:])
@pytest.mark.parametrize("difference", [2.5, -2.5])
def test_the_largest_difference_is_found_wherever_it_is(count, difference):
    for place in range(count):
        one, other = np.zeros(40, np.float32), np.zeros(40, np.float32)
        one[3 + place] = difference
        one[[2, 3 + count]] = 100

        assert largest_difference(one, 3, other, 5, count) == 2.5


@pytest.mark.parametrize("place", [0, 7, 8, 12])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_infinitely_different(place, value):
    one = np.zeros(20, np.float32)
    one[place] = value

    assert largest_difference(one, 0, np.zeros(20, np.float32), 0, 13) == np.inf


def test_nothing_does_not_differ():
    assert largest_difference(np.ones(9, np.float32), 0, np.zeros(9, np.float32), 0, 0) == 0
