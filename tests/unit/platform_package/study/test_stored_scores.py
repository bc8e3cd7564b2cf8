"""Decoding and epoch chosen on stored frame scores: from files to a record, and from a journal to results."""

from dataclasses import replace

import numpy as np
import pytest

from platform.study.choices import recorded_result, searches_settings, study_settings
from platform.study.journal import read_journal
from platform.study.records import DecodingRecord
from platform.study.state import ConfigurationStatus, StudyState
from platform.study.stored_scores import choose_decoding, count_fold, decoding_at
from platform.study.workspace import journal_path, scores_path, table_path
from spotformer_core.errors import StudyError
from spotformer_core.metrics.protocols import Protocol, Setting, choose_settings
from spotformer_core.metrics.setting_tables import write_setting_table
from tests.scored_studies import PLAIN, SEARCHED, SUBJECTS, study_record, write_garbage, write_study


@pytest.fixture
def study(tmp_path) -> StudyState:
    return write_study(tmp_path)


def tables(state: StudyState, folder) -> dict[str, np.ndarray]:
    return {subject: count_fold(state, "c0000", subject, folder=folder) for subject in SUBJECTS}


def test_the_last_epoch_with_the_own_decoding_comes_first_and_earlier_epochs_from_the_latest_on():
    space = replace(SEARCHED, stored_epochs=(1, 3))
    record = study_record(space, decodings=[{}, {"macro_duration": 50}])

    assert [(one.epoch, one.decoding) for one in study_settings(record)] == [
        *((0, 0), (0, 1)),
        *((3, 0), (3, 1)),
        *((1, 0), (1, 1)),
    ]
    assert searches_settings(record)
    assert not searches_settings(study_record(PLAIN))


@pytest.mark.parametrize("protocol", Protocol)
def test_what_a_journal_gives_back_is_what_was_chosen(study, tmp_path, protocol):
    expected = choose_settings(
        protocol, tables(study, tmp_path), study.study.space["apex_thresholds"], study_settings(study.study)
    )

    read = read_journal(journal_path(tmp_path))

    assert StudyState(read[0], read).result("c0000", protocol) == expected
    assert recorded_result(read[-1], protocol) == expected
    assert (set(expected.settings.values()) == {Setting()}) == (protocol is Protocol.FIXED)


def test_a_chosen_decoding_scores_more_than_the_own_one_where_it_is_chosen_on_all(study):
    chosen = study.result("c0000", Protocol.POOLED).overall.f1
    study.configurations["c0000"].decoding = None

    own = study.result("c0000", Protocol.POOLED).overall.f1

    assert chosen > own


def test_the_tables_that_folds_leave_are_used_and_made_again_where_they_are_missing(study, tmp_path):
    expected = choose_decoding(study, "c0000", folder=tmp_path)
    for subject, table in tables(study, tmp_path).items():
        write_setting_table(table_path(tmp_path, "c0000", subject), study_settings(study.study), table)
        scores_path(tmp_path, "c0000", subject).unlink()

    assert choose_decoding(study, "c0000", folder=tmp_path) == expected

    table_path(tmp_path, "c0000", "b").unlink()
    with pytest.raises(StudyError, match=r"b\.arrow must hold the frame scores of a finished fold"):
        choose_decoding(study, "c0000", folder=tmp_path)


def test_garbage_changes_what_is_counted_of_its_subject_alone(study, tmp_path):
    before = tables(study, tmp_path)

    write_garbage(tmp_path, "c0000", "c", epochs=(0, 2))

    after = tables(study, tmp_path)
    assert [subject for subject in SUBJECTS if not np.array_equal(before[subject], after[subject])] == ["c"]


def test_frame_scores_of_other_recordings_are_refused(study, tmp_path):
    path = scores_path(tmp_path, "c0000", "b")
    path.write_bytes(scores_path(tmp_path, "c0000", "a").read_bytes())

    with pytest.raises(StudyError, match=r"hold the recordings of subject b, \['b_1'\], got \['a_1'\]\. Restore"):
        count_fold(study, "c0000", "b", folder=tmp_path)


def test_a_setting_names_the_decoding_that_it_means(study):
    candidate = study.study.decodings[3]

    decoding = decoding_at(study, "c0000", Setting(decoding=3))

    assert {name: getattr(decoding, name) for name in candidate} == candidate
    assert decoding_at(study, "c0000", Setting()).overlap_threshold == 0.5


def test_a_configuration_is_complete_when_its_decoding_is_chosen(tmp_path):
    write_study(tmp_path)
    study, *rest, decoding = read_journal(journal_path(tmp_path))

    state = StudyState(study, rest)

    assert state.configurations["c0000"].status is ConfigurationStatus.OPEN
    assert (state.undecoded(), state.missing_folds("c0000")) == (("c0000",), ())
    state.apply(decoding)
    assert state.configurations["c0000"].status is ConfigurationStatus.COMPLETE
    assert state.undecoded() == ()


def test_a_choice_that_was_made_on_a_fold_whose_line_is_gone_does_not_count(tmp_path):
    write_study(tmp_path)
    study, asked, gone, *folds, decoding = read_journal(journal_path(tmp_path))

    state = StudyState(study, [asked, *folds, decoding])

    assert state.configurations["c0000"].decoding is None
    state.apply(gone)
    assert state.undecoded() == ("c0000",)


def test_the_choice_for_a_configuration_is_a_small_record(study):
    record = study.configurations["c0000"].decoding

    assert isinstance(record, DecodingRecord)
    assert set(record.choices) == {"honest", "fixed", "pooled", "as-released"}
    assert record.choices["honest"]["a"].keys() == {"epoch", "decoding", "thresholds", "counts"}
