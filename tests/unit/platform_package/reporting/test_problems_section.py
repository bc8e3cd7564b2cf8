"""What went wrong in a study: named with its reason, or said not to be."""

import dataclasses

from platform.reporting.document import Document
from platform.reporting.document_markdown import as_markdown
from platform.reporting.sections.problems import problems_section
from platform.study.records import ConfigurationRecord, InfeasibleRecord, LostRecord, StoppedRecord
from platform.study.usage import Usage
from tests.reported_studies import complete_study, drawn_params, eventful_study


def told(facts):
    return as_markdown(Document(title="", lead=(), sections=(problems_section(facts),)))


def test_failures_open_and_lost_configurations_are_named_with_reasons(facts_of):
    text = told(dataclasses.replace(facts_of(eventful_study()), not_drawn=("flow: no store",)))

    assert '| c0015 | 009: loss &lt;nan> in epoch 3: & "quoted" |' in text
    assert "Undecided: c0016, with 5 of 10 folds done." in text
    assert "dropped: c0014 after 8 of 10 subjects, F1 0.125 against 0.500 of c0003" in text
    assert "- flow: no store" in text


def test_infeasible_configurations_lost_attempts_and_stopped_folds_are_named_with_reasons(facts_of):
    usage = Usage(seconds=7.0).as_dict()
    records = [
        *eventful_study(),
        *(
            LostRecord(configuration="c0016", subject=subject, reason="the worker died", usage=usage)
            for subject in ("012", "013", "013")
        ),
        StoppedRecord(configuration="c0014", subject="015", num_epochs=4, usage=usage),
        ConfigurationRecord(configuration="c0017", params=drawn_params(17)),
        InfeasibleRecord(configuration="c0017", subject="006", reason="too large for 80 GB"),
    ]

    text = told(facts_of(records))

    assert "| c0017 | 006: too large for 80 GB |" in text
    assert "--retry-infeasible tries again" in text
    assert "| the worker died | 3 | c0016/012, c0016/013 |" in text
    assert "| c0014/015 | 4 |" in text


def test_repairs_and_missing_recordings_are_named(facts_of):
    facts = facts_of(complete_study(1, repairs={"onset-zero": 10}, missing_recordings=["006_3"]))
    text = told(facts)

    assert "| onset-zero | 10 |" in text
    assert "Annotated but not on disk: 006_3." in text


def test_a_study_without_problems_says_so(facts_of):
    assert "Nothing failed, nothing is undecided" in told(facts_of(complete_study(1)))
