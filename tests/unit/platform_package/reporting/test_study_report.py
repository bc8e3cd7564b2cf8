"""The sections of a study's report: facts in, text out."""

import dataclasses

import pytest

from platform.reporting.comparison_report import RENDERED_WARNING
from platform.reporting.document import Document, Notice
from platform.reporting.document_markdown import as_markdown
from platform.reporting.ledger_report import ledger_rows
from platform.reporting.sections.efficiency import efficiency_section
from platform.reporting.sections.parameters import importance_section, parallel_section, searched_section
from platform.reporting.sections.published import published_section
from platform.reporting.sections.ranking import history_section, leaderboard_section, protocol_section
from platform.reporting.sections.subjects import f1_or_none, subjects_section
from platform.reporting.study_facts import study_facts
from platform.reporting.study_report import study_document
from platform.sampling.decodings import draw_decodings
from platform.study.importance import Importance, Importances
from platform.study.workspace import Workspace
from search_spaces.usual_decodings import USUAL_DECODINGS
from search_spaces.vocabulary import Space
from spotformer_core.errors import InvalidValueError, StudyError
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.protocols import Protocol
from tests import scored_studies
from tests.reported_studies import SUBJECTS, complete_study, eventful_study, study_record, write_study

IMPORTANCES = Importances(
    dimensions=(
        Importance(name="learning_rate", share=0.7, low=0.5, high=0.9, explained=0.6),
        Importance(name="window", share=0.3, low=0.1, high=0.5, explained=0.1),
    ),
    num_configurations=14,
    num_best=5,
    interaction=0.3,
)


@pytest.fixture(scope="module")
def eventful(facts_of):
    return facts_of(eventful_study())


@pytest.fixture(scope="module")
def empty(facts_of):
    return facts_of([study_record()])


def text_of(section):
    return as_markdown(Document(title="", lead=(), sections=(section,)))


def charts_of(section):
    document = Document(title="", lead=(), sections=(section,))
    return {picture.name: picture.chart for picture in document.pictures()}


def test_the_leaderboard_ranks_complete_configurations_with_intervals_and_values(eventful):
    section = leaderboard_section(eventful)
    text = text_of(section)
    best = eventful.comparison.configurations[0]
    honest = best.f1[Protocol.HONEST]["overall"]

    assert f"| 1 | {best.name} | {honest.value:.4f} ({honest.low:.3f}, {honest.high:.3f}) |" in text
    assert f"| {best.name} | {best.params['learning_rate']:.3g} |" in text
    assert text.count("| c00") == 28
    chart = charts_of(section)["leaderboard-intervals"]
    assert [trace.name for trace in chart.data] == ["honest", "fixed", "pooled"]
    assert chart.data[0].x[0] == honest.value
    assert chart.data[0].marker.symbol != chart.data[1].marker.symbol


def test_two_objectives_have_their_front_drawn(facts_of):
    charts = charts_of(leaderboard_section(facts_of(complete_study(5, sampler="nsga-ii"))))

    assert [trace.name for trace in charts["front"].data] == ["beaten in both", "on the front"]
    assert sum(len(trace.x) for trace in charts["front"].data) == 5


@pytest.mark.parametrize("make", [leaderboard_section, protocol_section, subjects_section, published_section])
def test_without_a_complete_configuration_it_is_said_in_words(empty, make):
    assert "No configuration is complete yet" in text_of(make(empty))


def test_the_history_has_every_configuration_and_what_became_of_it(eventful):
    section = history_section(eventful)

    assert "17 configurations were asked: 1 open, 14 complete, 1 failed, 1 dropped." in text_of(section)
    traces = {trace.name: trace for trace in charts_of(section)["history"].data}
    assert list(traces["failed (no F1)"].x) == [15]
    assert list(traces["open (no F1)"].x) == [16]
    assert list(traces["dropped (on the subjects it ran)"].y) == [0.125]
    assert list(traces["best so far"].y) == sorted(traces["best so far"].y)
    assert max(traces["complete"].y) == traces["best so far"].y[-1]


def test_what_was_searched_names_dimensions_conditions_and_the_best_values(eventful):
    text = text_of(searched_section(eventful))

    assert "| learning_rate | 0.0001 to 0.01 (log) | always |" in text
    assert "| learning_rate_decay | 0.9 to 0.99 | when learning_rate_schedule is exponential |" in text
    assert "space made-up, sampler tpe, racing off, seed 7" in text
    assert "| width | 32 |" in text


def test_how_many_folds_were_trained_side_by_side_is_told_where_any_were(facts_of, eventful):
    stacked = facts_of([study_record(stack_folds=4)])

    assert "up to 4 folds trained side by side" in text_of(searched_section(stacked))
    assert "side by side" not in text_of(searched_section(eventful))


def test_decodings_and_epochs_that_were_searched_are_told(facts_of):
    space = Space(name="d", description="", decoding=USUAL_DECODINGS, num_decodings=5, stored_epochs=(2, 7))
    decodings = draw_decodings(space.decoding, count=5, seed=0)

    text = text_of(searched_section(facts_of([study_record(space=space, decodings=decodings)])))

    assert "Nothing varies: the study has one configuration." in text
    assert "6 decodings, the configuration's own among them, and the epochs the last, 7, 2" in text
    assert "among 18 settings" in text
    assert "| overlap_threshold | 0.1 to 0.9 |" in text


def test_importance_is_told_with_its_range_and_interaction(eventful):
    section = importance_section(dataclasses.replace(eventful, importances={"overall": IMPORTANCES}))
    text = text_of(section)

    assert "| learning_rate | 0.70 (0.50, 0.90) | 0.60 |" in text
    assert "no dimension by itself explains 30% of the variance" in text
    assert "Dropped configurations, 1 here, have no F1" in text
    chart = charts_of(section)["importance-overall"].data[0]
    assert list(chart.x) == [0.7, 0.3]
    assert list(chart.error_x.array) == pytest.approx([0.2, 0.2])
    pair = charts_of(section)["pair-learning_rate-window"].data[0]
    assert len(pair.x) == 14
    assert min(pair.x) >= 0
    assert max(pair.x) <= 1


def test_importance_that_cannot_be_told_is_said_in_words(eventful):
    section = importance_section(dataclasses.replace(eventful, importances={"overall": "too few."}))

    assert "Not told: too few." in text_of(section)
    assert charts_of(section) == {}


def test_lines_of_a_dimension_that_does_not_exist_have_a_gap(eventful):
    chart = charts_of(parallel_section(eventful))["parallel"]
    names = list(chart.layout.xaxis.ticktext)
    lines = [trace for trace in chart.data if trace.mode == "lines+markers"]

    assert len(lines) == 14
    # Last, where it cuts no line in two.
    assert names[-1] == "learning_rate_decay"
    gaps = [line.y[-1] is None for line in lines]
    schedules = [one.params["learning_rate_schedule"] for one in sorted(eventful.scored, key=lambda one: one.f1)]
    assert gaps == [schedule == "constant" for schedule in schedules]
    assert [line.marker.symbol for line in lines].count("diamond") == 1


def test_one_configuration_has_no_lines_but_words(facts_of):
    section = parallel_section(facts_of(complete_study(1)))

    assert "need 2 complete configurations and something that varies, got 1 and 4 dimensions" in text_of(section)


def test_every_subject_has_its_row_and_the_pooled_counts_come_last(eventful):
    text = text_of(subjects_section(eventful))
    result = eventful.state.result(eventful.best, Protocol.HONEST)
    counts = next(iter(result.counts["013"].values()))

    assert all(f"| {subject} |" in text for subject in SUBJECTS)
    assert f"| 013 | {counts.true_positives} / {counts.false_positives} / {counts.false_negatives} |" in text
    assert f"| {result.overall.f1:.4f} |  |" in text.splitlines()[-1]


def test_a_subject_with_nothing_to_find_has_no_f1():
    assert f1_or_none(Counts()) is None
    assert f1_or_none(Counts(0, 1, 0)) == 0


def test_the_protocol_gap_is_pooled_minus_honest(eventful):
    text = text_of(protocol_section(eventful))
    one = eventful.comparison.configurations[-1]
    gap = one.f1[Protocol.POOLED]["overall"].value - one.f1[Protocol.HONEST]["overall"].value

    assert gap > 0
    assert f"| {gap:+.4f} |" in text
    assert "Cross-fitting, not full nested cross-validation" in text


def test_efficiency_is_the_ledger_of_the_search_and_what_a_fold_takes(eventful):
    text = text_of(efficiency_section(eventful))

    assert all(f"| {label} | {value} |" in text for label, value in ledger_rows(eventful.ledger))
    assert "| used by this study | 34 min of workers for 155 folds |" in text
    assert "(2 folds not run whole)" in text
    assert "| training, mean of 155 folds | 12.50 s |" in text


def test_efficiency_without_folds_is_said_in_words(empty):
    assert "No fold has finished yet." in text_of(efficiency_section(empty))


def test_rendered_recordings_are_said_wherever_f1_stands(facts_of):
    facts = facts_of(complete_study(2, rendered=True))
    document = study_document(facts, ("Deng2024",))

    assert document.lead[0] == Notice(RENDERED_WARNING)
    warned = {one.anchor for one in document.sections if isinstance(one.blocks[0], Notice)}
    assert warned == {"leaderboard", "importance", "history", "parallel", "subjects", "protocols", "figures"}
    charts = [picture.chart for picture in document.pictures()]
    assert len(charts) >= 5
    assert all("rendered recordings" in [one.text for one in chart.layout.annotations] for chart in charts)


@pytest.mark.parametrize(("rendered", "told"), [(False, False), (None, True)])
def test_real_recordings_carry_no_warning_and_unknown_ones_are_named(facts_of, rendered, told):
    text = as_markdown(study_document(facts_of(complete_study(2, rendered=rendered)), ("Deng2024",)))

    assert RENDERED_WARNING not in text
    assert ("before it was noted whether its recordings are rendered" in text) == told


def test_searched_decodings_are_reported_too(tmp_path):
    workspace = Workspace(tmp_path)
    scored_studies.write_study(workspace.study("toy"), num_configurations=2)

    facts = study_facts(workspace, "toy")
    text = as_markdown(study_document(facts, ("Deng2024",)))

    assert "Each protocol chooses among" in text
    setting = facts.state.result(facts.best, Protocol.HONEST).settings["c"]
    epoch, decoding = setting.epoch or "last", setting.decoding or "own"
    row = next(line for line in text.splitlines() if line.startswith("| c | "))
    assert row.endswith(f"| {epoch} | {decoding} |")
    numbers = {one.decoding for one in facts.state.result(facts.best, Protocol.HONEST).settings.values()} - {0}
    assert numbers
    overlaps = [facts.state.study.decodings[number]["overlap_threshold"] for number in numbers]
    assert all(f"| {overlap:.3g} |" in text for overlap in overlaps)


def test_an_unknown_study_is_answered_with_the_nearest_name(tmp_path):
    workspace = Workspace(tmp_path)
    write_study(workspace, "made-up", [study_record()])

    with pytest.raises(StudyError, match=r"got 'made-ip'. Did you mean 'made-up'\? Known: made-up, tables."):
        study_facts(workspace, "made-ip", other_names=("tables",))
    with pytest.raises(StudyError, match="No study is there"):
        study_facts(Workspace(tmp_path / "other"), "made-up")


def test_a_negative_seed_is_an_error(tmp_path):
    workspace = Workspace(tmp_path)
    write_study(workspace, "made-up", complete_study(1))

    with pytest.raises(InvalidValueError, match="0 or more, got -1"):
        study_facts(workspace, "made-up", seed=-1)
