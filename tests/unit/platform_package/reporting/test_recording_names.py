"""Which recording a name stands for, as the tools of others write it."""

import pytest

from platform.reporting.recording_names import RecordingNames

SAMM = {"006_1": "006", "016_7": "016"}
CAS_2 = {"s15_0401": "s15", "s32_0101": "s32"}
CAS_3 = {"spNO.1_a": "spNO.1", "spNO.15_a": "spNO.15"}


@pytest.mark.parametrize(
    ("dataset", "subject_of", "written", "recording"),
    [
        *(("samm-lv", SAMM, one, "006_1") for one in ("006_1", "6_1", "samm_006_1", "SAMM_006_1", " 006_1 ")),
        *(("samm-lv", SAMM, one, None) for one in ("006_2", "006_1_1", "casme_006_1", "0061", "0_1", "")),
        *(("cas-me-2", CAS_2, one, "s15_0401") for one in ("s15_0401", "15_0401", "casme_015_0401", "casme_15_0401")),
        ("cas-me-2", CAS_2, "15_0401girlcrashing", "s15_0401"),
        *(("cas-me-2", CAS_2, one, None) for one in ("15_0401eatingworms", "15_401", "115_0401", "s15_0402", "15")),
        *(("cas-me-3", CAS_3, one, "spNO.1_a") for one in ("spno.1_A", "spNO.1/a", "casme3_1_a", "casme_3_1_a", "1_a")),
        *(("cas-me-3", CAS_3, one, None) for one in ("spNO.2_a", "spNO.1_b", "1a", "spNO.1")),
        ("lineage", {"samm_006_1": "samm_006"}, "006_1", "samm_006_1"),
        ("lineage", {"casme_015_0401": "casme_015"}, "s15_0401", "casme_015_0401"),
        ("plain", {"Anna_1": "anna"}, "anna_1", "Anna_1"),
        ("plain", {"006_1": "6"}, "samm_006_1", None),
    ],
)
def test_names_of_the_known_tools_are_found(dataset, subject_of, written, recording):
    assert RecordingNames(subject_of, dataset=dataset).find(written) == recording


@pytest.mark.parametrize(
    ("dataset", "subject_of", "subject", "written", "recording"),
    [
        ("samm-lv", SAMM, "6", "006_1", "006_1"),
        ("samm-lv", SAMM, "006", "1", "006_1"),
        ("samm-lv", SAMM, "7", "006_1", None),
        # The first of the 22 subjects of CAS(ME)^2 is s15 and the 15th s32, where recordings are named by codes.
        ("cas-me-2", CAS_2, "1", "anger1", "s15_0401"),
        ("cas-me-2", CAS_2, "15", "disgust1", "s32_0101"),
        ("cas-me-2", CAS_2, "15", "0401", "s15_0401"),
        ("cas-me-2", CAS_2, "s15", "0401", "s15_0401"),
        ("cas-me-2", CAS_2, "23", "anger1", None),
        ("cas-me-2", CAS_2, "0", "anger1", None),
        ("cas-me-3", CAS_3, "spNO.15", "a", "spNO.15_a"),
        ("plain", {"x": "anna"}, "Anna", "x", "x"),
        ("plain", {"x": "anna"}, "ben", "x", None),
    ],
)
def test_a_subject_beside_the_name_belongs_to_it(dataset, subject_of, subject, written, recording):
    assert RecordingNames(subject_of, dataset=dataset).find(written, subject=subject) == recording


def test_a_spelling_that_could_be_two_recordings_is_none():
    names = RecordingNames({"Anna": "a", "anna": "b", "ANNA": "c"}, dataset="plain")

    assert names.find("anna") == "anna"
    assert names.find("aNNA") is None
