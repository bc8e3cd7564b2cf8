from spotformer_core.flow.regions import NUM_REGIONS, PARTS, REGION_LANDMARKS


def test_the_ten_regions_are_those_of_the_brows_and_the_mouth_in_this_order():
    assert REGION_LANDMARKS == (18, 19, 20, 23, 24, 25, 48, 51, 54, 57)
    assert NUM_REGIONS == 10
    assert [len(part) for part in PARTS] == [3, 3, 4]
