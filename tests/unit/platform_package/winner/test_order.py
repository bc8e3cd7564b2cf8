"""Which network is trained as the winner, and what is told of it."""

from dataclasses import replace

import pytest

from platform.study.identity import fold_seed
from platform.study.records import DecodingRecord
from platform.study.state import StudyState
from spotformer_core.errors import StudyError
from spotformer_core.metrics.protocols import Protocol

COUNTS = {"macro": [1, 0, 0], "micro": [0, 0, 1]}


def test_the_best_configuration_is_ordered_with_the_thresholds_of_the_pooled_scores(study):
    order = study.order()

    assert order.origin["configuration"] == "c0000"
    assert order.folder == study.folder / "models" / "c0000"
    decoding = order.configuration.decoding
    # At 0.3 and 0.5 both kinds are found alike, at 0.9 nothing is: of the equal ones the middle one.
    assert (decoding.macro_apex_threshold, decoding.micro_apex_threshold) == (0.5, 0.5)
    assert (decoding.macro_duration, order.configuration.model.window) == (20, 9)


def test_decoding_and_epoch_are_those_chosen_on_the_pooled_scores(study):
    searched = replace(
        study.state.study,
        space=study.state.study.space | {"stored_epochs": [1]},
        decodings=[{}, {"overlap_threshold": 0.25}],
    )
    choice = {"epoch": 1, "decoding": 1, "thresholds": {"macro": 0.3, "micro": 0.9}, "counts": {}}
    study.state.study = searched
    study.state.configurations["c0000"].decoding = DecodingRecord(
        configuration="c0000",
        choices={protocol: {subject: choice | {"counts": COUNTS} for subject in "ab"} for protocol in Protocol},
    )

    order = study.order()

    decoding = order.configuration.decoding
    assert decoding.overlap_threshold == 0.25
    assert (decoding.macro_apex_threshold, decoding.micro_apex_threshold) == (0.3, 0.9)
    assert (order.epoch, order.origin["epoch"]) == (1, 1)
    assert "for 1 of 2 epochs" in order.card


def test_the_last_epoch_is_taken_where_none_was_searched(study):
    assert study.order().epoch == 2


def test_the_seed_follows_the_rule_of_the_folds_with_nobody_held_out(study):
    assert study.order().seed == fold_seed(7, "")
    assert study.order().seed not in {fold_seed(7, "a"), fold_seed(7, "b")}


def test_the_frame_rate_is_that_of_the_recordings(study):
    slower = tuple(replace(recording, frames_per_second=200 / 7) for recording in study.dataset.recordings)

    order = replace(study, dataset=replace(study.dataset, recordings=slower)).order()

    assert order.description.frames_per_second == 200 / 7


def test_a_configuration_that_is_not_complete_is_refused(study):
    with pytest.raises(StudyError, match=r"must be a complete configuration, got c0001, which is failed. .* c0000\."):
        study.order(configuration="c0001")


def test_an_unknown_configuration_is_refused(study):
    with pytest.raises(StudyError, match=r"must be one of the study's, got 'c00'. Did you mean 'c0001'\? Known: c0000"):
        study.order(configuration="c00")


def test_a_study_without_a_complete_configuration_has_no_winner(study):
    with pytest.raises(StudyError, match=r"got a study without any. Let it go on"):
        replace(study, state=StudyState(study.state.study)).order()


def test_another_dataset_is_refused(study):
    fewer = replace(study.dataset, recordings=study.dataset.recordings[:1])

    with pytest.raises(StudyError, match=r"must be trained on the dataset of its study, toy with .*, got toy with"):
        replace(study, dataset=fewer).order()
