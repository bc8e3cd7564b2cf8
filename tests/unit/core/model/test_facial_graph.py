import pytest

from spotformer_core.config import FaceRegions
from spotformer_core.flow.regions import region_landmarks
from spotformer_core.model.facial_graph import facial_graph


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


@pytest.mark.parametrize("regions", FaceRegions)
def test_the_graph_has_a_node_for_every_region_whose_flow_is_extracted(regions):
    assert facial_graph(regions).num_regions == len(region_landmarks(regions))
