from spotformer_core.model.facial_graph import (
    NUM_REGIONS,
    PART_OF_REGION,
    PARTS_PER_FACE,
    REGIONS_PER_PART,
    FacialPart,
)


def test_ten_regions_belong_to_the_left_brow_the_right_brow_and_the_mouth():
    assert NUM_REGIONS == 10
    assert [region for region, part in enumerate(PART_OF_REGION) if part is FacialPart.LEFT_BROW] == [0, 1, 2]
    assert [region for region, part in enumerate(PART_OF_REGION) if part is FacialPart.RIGHT_BROW] == [3, 4, 5]
    assert [region for region, part in enumerate(PART_OF_REGION) if part is FacialPart.MOUTH] == [6, 7, 8, 9]


def test_pooling_groups_cover_the_nodes_of_their_scale():
    assert REGIONS_PER_PART == (3, 3, 4)
    assert PARTS_PER_FACE == (3,)
