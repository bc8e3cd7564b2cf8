"""Figures at the stated apex thresholds: of studies that count there, and of journals from before that was done."""

import json
from dataclasses import replace

import pytest

from platform.reporting.study_comparison import read_study
from platform.study.choices import study_thresholds
from platform.study.journal import read_journal
from platform.study.leaderboard import configuration_entries
from platform.study.records import DecodingRecord, from_json, to_json
from platform.study.state import StudyState
from platform.study.workspace import journal_path, scores_path
from platform.winner.order import chosen_configuration
from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.decoding.score_files import read_scores
from spotformer_core.errors import StudyError
from spotformer_core.metrics.protocols import Protocol, Setting
from spotformer_core.metrics.threshold_counts import threshold_counts
from tests.scored_studies import PLAIN, SEARCHED, SUBJECTS, TRUTHS, write_journal, write_study

MACRO, MICRO = ExpressionKind.MACRO, ExpressionKind.MICRO
COARSE = replace(PLAIN, apex_thresholds=(0.2, 0.6))
FIXED = replace(PLAIN, apex_thresholds=(0.2, 0.6), fixed={"macro_apex_threshold": 0.35})


def counted_at(folder, threshold, **decoding):
    """TP, FP and FN of both kinds over all subjects after the last epoch, counted from the files themselves."""
    scored = [(read_scores(scores_path(folder, "c0000", one))[f"{one}_1"], TRUTHS) for one in SUBJECTS]
    return threshold_counts(scored, [threshold], DecodingConfig(**decoding))[:, 0].tolist()


def pooled(state, protocol):
    result = state.result("c0000", protocol)
    return [list(result.pooled(kind).as_dict().values()) for kind in (MACRO, MICRO)]


def as_before(folder, *, keep_scores):
    """Rewrites the journal of a study of COARSE as it was when only `apex_thresholds` were counted."""
    study, *others = read_journal(journal_path(folder))
    columns = [study.space["counted_thresholds"].index(one) for one in study.space["apex_thresholds"]]
    space = {name: value for name, value in study.space.items() if name != "counted_thresholds"}
    for record in others:
        if hasattr(record, "counts"):
            for kind, rows in record.counts.items():
                record.counts[kind] = [rows[column] for column in columns]
    write_journal(folder, [replace(study, space=space), *others])
    if not keep_scores:
        for subject in SUBJECTS:
            scores_path(folder, "c0000", subject).unlink()


def test_a_study_counts_at_the_stated_thresholds_although_it_tries_others(tmp_path):
    state = write_study(tmp_path, COARSE)

    assert state.study.space["counted_thresholds"] == [0.2, 0.5, 0.6]
    assert pooled(state, Protocol.FIXED) == pooled(state, Protocol.AS_RELEASED) == counted_at(tmp_path, 0.5)
    for protocol in (Protocol.HONEST, Protocol.POOLED):
        chosen = {value for one in state.result("c0000", protocol).thresholds.values() for value in one.values()}
        assert chosen <= {0.2, 0.6}


@pytest.mark.parametrize("protocol", Protocol)
def test_a_threshold_that_the_space_fixes_is_the_one_of_its_kind_under_every_protocol(tmp_path, protocol):
    state = write_study(tmp_path, FIXED)

    assert {one[MACRO] for one in state.result("c0000", protocol).thresholds.values()} == {0.35}
    assert pooled(state, protocol)[0] == counted_at(tmp_path, 0.35)[0]
    assert chosen_configuration(state, "c0000")[0].decoding.macro_apex_threshold == 0.35
    assert state.value("c0000") == state.result("c0000", Protocol.HONEST).overall.f1


def test_a_journal_without_counts_at_the_stated_threshold_is_counted_on_its_frame_scores(tmp_path):
    write_study(tmp_path, COARSE)
    as_before(tmp_path, keep_scores=True)

    state = read_study(tmp_path)

    assert pooled(state, Protocol.FIXED) == counted_at(tmp_path, 0.5)
    assert configuration_entries(state)[0]["f1_fixed"] is not None


def test_where_the_frame_scores_are_gone_there_is_no_figure_but_the_reason(tmp_path):
    write_study(tmp_path, COARSE)
    as_before(tmp_path, keep_scores=False)

    state = read_study(tmp_path)

    assert set(state.results("c0000")) == {Protocol.HONEST, Protocol.POOLED}
    assert configuration_entries(state)[0]["f1_fixed"] is None
    with pytest.raises(StudyError, match=r"counted at the apex thresholds 0.2, 0.6, not at the stated 0.5"):
        state.result("c0000", Protocol.FIXED)


def test_an_old_study_that_ignored_a_fixed_threshold_keeps_the_honest_figures_that_it_had(tmp_path):
    write_study(tmp_path, FIXED)
    study, *_ = read_journal(journal_path(tmp_path))
    old = replace(study, space={name: one for name, one in study.space.items() if name != "counted_thresholds"})

    assert study_thresholds(old).eligible == {MACRO: (0.2, 0.6), MICRO: (0.2, 0.6)}
    assert study_thresholds(study).eligible == {MACRO: (0.35,), MICRO: (0.2, 0.6)}


@pytest.fixture
def renamed(tmp_path):
    """A study that chooses decoding and epoch, with its journal as it was when `pooled` was called `paper`."""
    state = write_study(tmp_path, SEARCHED)
    *others, decoding = read_journal(journal_path(tmp_path))
    assert isinstance(decoding, DecodingRecord)
    choices = decoding.choices
    former = {"honest": choices["honest"], "paper": choices["pooled"], "as-released": choices["honest"]}
    write_journal(tmp_path, [*others, replace(decoding, choices=former)])
    return state


def test_a_journal_that_says_paper_is_read_as_pooled_and_its_oracle_is_not_taken_for_the_released_code(
    renamed, tmp_path
):
    (*_, decoding) = read_journal(journal_path(tmp_path))

    assert list(decoding.choices) == ["honest", "pooled"]
    state = StudyState(renamed.study, read_journal(journal_path(tmp_path)))
    for protocol in (Protocol.HONEST, Protocol.POOLED):
        assert state.result("c0000", protocol) == renamed.result("c0000", protocol)
    # The journal has the last epoch alone; the others are in the frame scores.
    assert Protocol.AS_RELEASED not in state.results("c0000")
    assert pooled(state, Protocol.FIXED) == counted_at(tmp_path, 0.5, macro_duration=20)
    assert set(state.result("c0000", Protocol.FIXED).settings.values()) == {Setting()}


def test_what_an_old_journal_lacks_of_the_released_codes_epochs_is_counted_on_the_frame_scores(renamed, tmp_path):
    state = read_study(tmp_path)

    assert state.result("c0000", Protocol.AS_RELEASED) == renamed.result("c0000", Protocol.AS_RELEASED)


def test_records_of_today_survive_the_journal_with_all_their_protocols(renamed):
    record = renamed.configurations["c0000"].decoding

    assert from_json(json.loads(json.dumps(to_json(record)))) == record
    assert list(record.choices) == ["honest", "fixed", "pooled", "as-released"]
