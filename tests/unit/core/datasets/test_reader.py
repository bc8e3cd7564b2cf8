"""Datasets by name, and selections of their recordings."""

import pytest

from spotformer_core.datasets.policies import MissingRecordings
from spotformer_core.datasets.reader import DATASET_NAMES, ReadingOptions, read_dataset, select_recordings
from spotformer_core.errors import AnnotationError, InvalidValueError


@pytest.fixture
def dataset(cas_me_2_tree):
    for recording in cas_me_2_tree.recordings:
        cas_me_2_tree.add_recording(recording, numbers=range(1, 6))
    cas_me_2_tree.write_table([(recording, "Macro", 1, 0, 3) for recording in cas_me_2_tree.recordings])
    return read_dataset("cas-me-2", cas_me_2_tree.root)


def test_the_names_that_are_offered_are_known():
    assert DATASET_NAMES == ("cas-me-2", "cas-me-3", "demo", "lineage", "plain", "samm-lv")


def test_samm_lv_is_read_by_its_name(samm_lv_tree):
    samm_lv_tree.add_recording("006_1", numbers=range(1, 20))
    samm_lv_tree.write_table([("006_1", "Macro", 1, 2, 3)])

    dataset = read_dataset("samm-lv", samm_lv_tree.root)

    assert (dataset.name, dataset.subjects) == ("samm-lv", ("006",))


def test_the_demo_is_laid_out_as_cas_me_2_but_keeps_its_name(dataset):
    demo = read_dataset("demo", dataset.root)

    assert demo.name == "demo"
    assert {recording.dataset for recording in demo.recordings} == {"demo"}
    assert [one.expressions for one in demo.recordings] == [one.expressions for one in dataset.recordings]
    assert demo.repairs == dataset.repairs == {"missing-apex-is-midpoint": 3}


@pytest.mark.parametrize("name", ["cas-me-2", "demo"])
def test_what_to_do_with_missing_recordings_is_passed_on(cas_me_2_tree, name):
    cas_me_2_tree.add_recording("s15_0101", numbers=(1,))
    cas_me_2_tree.write_table([("s16_0401", "Macro", 1, 2, 3)])

    with pytest.raises(AnnotationError, match=r"got 1 that are not in .*: s16_0401\."):
        read_dataset(name, cas_me_2_tree.root)
    skipped = read_dataset(name, cas_me_2_tree.root, ReadingOptions(missing_recordings=MissingRecordings.SKIP))

    assert skipped.repairs == {"missing-recording-skipped": 1}


def test_an_unknown_dataset_is_an_error_with_a_suggestion(tmp_path):
    with pytest.raises(
        InvalidValueError,
        match=r"got 'samm_lv'\. Did you mean 'samm-lv'\? Known: cas-me-2, cas-me-3, demo, lineage, plain, samm-lv",
    ):
        read_dataset("samm_lv", tmp_path)


def test_a_selection_keeps_the_order_and_the_repairs_of_the_dataset(dataset):
    selected = select_recordings(dataset, ["s16_0401", "s15_0101", "s15_0101"])

    assert selected.recordings == (dataset.recordings[0], dataset.recordings[2])
    assert (selected.name, selected.root, selected.repairs) == (dataset.name, dataset.root, dataset.repairs)


def test_a_selection_with_an_unknown_name_is_an_error_with_a_suggestion(dataset):
    with pytest.raises(InvalidValueError, match=r"got 's15_010'\. Did you mean 's15_0101'\? Known: s15_0101, s15_0502"):
        select_recordings(dataset, ["s15_010"])


def test_an_empty_selection_is_an_error(dataset):
    with pytest.raises(InvalidValueError, match="a selection from cas-me-2 must name at least one recording, got none"):
        select_recordings(dataset, [])
