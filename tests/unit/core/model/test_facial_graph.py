from itertools import pairwise

import pytest

from spotformer_core.config import FaceRegions
from spotformer_core.flow.regions import PARTS
from spotformer_core.model.facial_graph import FacialPart, facial_graph


@pytest.mark.parametrize(
    ("regions", "regions_per_part"),
    [
        (FaceRegions.TEN, (3, 3, 4)),
        (FaceRegions.NOSE_SIDES, (3, 3, 4, 2)),
        (FaceRegions.EYELIDS, (3, 3, 4, 2, 1, 1)),
    ],
)
def test_parts_have_these_numbers_of_regions(regions, regions_per_part):
    graph = facial_graph(regions)

    assert graph.regions_per_part == regions_per_part
    assert graph.num_regions == sum(regions_per_part)
    assert graph.num_parts == len(regions_per_part)


def test_every_choice_begins_with_the_regions_of_the_one_before():
    graphs = [facial_graph(regions).regions_per_part for regions in FaceRegions]

    for fewer, more in pairwise(graphs):
        assert more[: len(fewer)] == fewer
        assert len(more) > len(fewer)
    assert len(graphs[-1]) == len(FacialPart)


def test_the_first_parts_are_those_for_which_flow_is_extracted():
    assert facial_graph(FaceRegions.TEN).regions_per_part == tuple(len(landmarks) for landmarks in PARTS[:3])
