"""Plans hold every pixel that the flow of some areas depends on."""

import numpy as np
import pytest

from spotformer_core.flow.estimation.tiles import plan_tiles

REACH, ITERATIONS = 3, 2
SIZES = (150, 75, 38)


def boxes_of(tiles, level):
    return tiles[tiles[:, 0] == level, 1:]


def mask_of(boxes, size, margin=0):
    mask = np.zeros((size, size), bool)
    for top, left, bottom, right in boxes:
        mask[max(top - margin, 0) : bottom + margin, max(left - margin, 0) : right + margin] = True
    return mask


def plan(*areas, sizes=SIZES):
    return plan_tiles(np.array(areas, np.int64), np.array(sizes, np.int64), REACH, ITERATIONS)


AREAS = [
    [(0, 0, 5, 5)],
    [(145, 145, 150, 150), (0, 70, 9, 80)],
    [(20, 30, 33, 43), (22, 50, 35, 63), (100, 70, 113, 83)],
    [(0, 0, 150, 150)],
]


@pytest.mark.parametrize("areas", AREAS)
def test_every_level_gives_what_the_finer_one_starts_from(areas):
    tiles = plan(*areas)

    wanted = mask_of(areas, SIZES[0])
    for level, size in enumerate(SIZES):
        given = mask_of(boxes_of(tiles, level), size)
        assert not (wanted & ~given).any()
        if level + 1 < len(SIZES):
            coarse = SIZES[level + 1]
            needed = mask_of(boxes_of(tiles, level), size, margin=REACH * ITERATIONS)
            places = np.clip((np.arange(size) + 0.5) * coarse / size - 0.5, 0, coarse - 1)
            wanted = np.zeros((coarse, coarse), bool)
            rows, columns = np.nonzero(needed)
            for step_down in (np.floor, np.ceil):
                for step_right in (np.floor, np.ceil):
                    wanted[step_down(places[rows]).astype(int), step_right(places[columns]).astype(int)] = True


@pytest.mark.parametrize("areas", AREAS)
def test_boxes_stay_inside_their_level_and_coarse_levels_come_first(areas):
    tiles = plan(*areas)

    assert tiles[:, 0].tolist() == sorted(tiles[:, 0], reverse=True)
    for level, (top, left, bottom, right) in zip(tiles[:, 0], tiles[:, 1:], strict=True):
        assert 0 <= top < bottom <= SIZES[level]
        assert 0 <= left < right <= SIZES[level]


def test_neighbours_are_worked_on_together_and_distant_areas_apart():
    tiles = plan((20, 20, 30, 30), (20, 32, 30, 42), (120, 120, 130, 130), sizes=(150,))

    assert sorted(map(tuple, boxes_of(tiles, 0))) == [(20, 20, 30, 42), (120, 120, 130, 130)]


def test_areas_are_left_as_they_are():
    areas = np.array(AREAS[2], np.int64)
    before = areas.copy()

    plan_tiles(areas, np.array(SIZES), REACH, ITERATIONS)

    assert np.array_equal(areas, before)
