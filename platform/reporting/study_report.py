"""The report on one study: its sections in order, as one document."""

from collections.abc import Iterable

from platform.figures.charts import mark_rendered
from platform.reporting.citations import cited_keys
from platform.reporting.comparison_report import RENDERED_WARNING, worth
from platform.reporting.document import Block, Document, Notice, Paragraph, Section
from platform.reporting.own_configurations import real_dataset
from platform.reporting.sections.efficiency import efficiency_section
from platform.reporting.sections.parameters import importance_section, parallel_section, searched_section
from platform.reporting.sections.problems import problems_section
from platform.reporting.sections.published import published_section
from platform.reporting.sections.ranking import history_section, leaderboard_section, protocol_section
from platform.reporting.sections.reproduction import citation_section, reproduction_section
from platform.reporting.sections.subjects import subjects_section
from platform.reporting.study_facts import FEATURES, StudyFacts
from platform.study.state import ConfigurationStatus
from spotformer_core.datasets.frame_channels import KINDS

_WITH_F1 = frozenset({"leaderboard", "importance", "history", "parallel", "subjects", "protocols", "figures"})
"""Sections in which F1s or proposals stand: each says itself when recordings were rendered."""
_RENDERED = "Rendered recordings: nothing below is about real faces."
_FEATURES_ON_DEMAND = (
    "Fig. 7, features with and without the contrastive loss, needs two networks trained for it: `--contrast` asks for "
    "them."
)
_NOT_NOTED = (
    "The study began before it was noted whether its recordings are rendered: check before you believe a figure."
)


def works_of(facts: StudyFacts, *, detected_landmarks: bool) -> tuple[str, ...]:
    """Keys of the works that the report names.

    Args:
        detected_landmarks: whether landmarks were found by insightface.
    """
    return cited_keys(
        facts.state.study,
        dataset=real_dataset(facts.state),
        tells_importance=any(not isinstance(one, str) for one in facts.importances.values()),
        detected_landmarks=detected_landmarks,
    )


def study_document(facts: StudyFacts, works: tuple[str, ...]) -> Document:
    """The whole report; equal arguments give an equal one.

    Args:
        works: keys of what it says is to be cited.
    """
    sections = (
        leaderboard_section(facts),
        searched_section(facts),
        importance_section(facts),
        history_section(facts),
        parallel_section(facts),
        subjects_section(facts),
        protocol_section(facts),
        efficiency_section(facts),
        published_section(facts),
        Section("figures", "Figures of the paper on this study", _figures(facts)),
        problems_section(facts),
        reproduction_section(facts),
        citation_section(works),
    )
    document = Document(title=f"Study {facts.name}", lead=tuple(_lead(facts)), sections=sections)
    return _with_warnings(document) if facts.state.study.rendered else document


def _lead(facts: StudyFacts) -> Iterable[Block]:
    study = facts.state.study
    if study.rendered:
        yield Notice(RENDERED_WARNING)
    elif study.rendered is None:
        yield Notice(_NOT_NOTED)
    events = {str(kind): 0 for kind in KINDS}
    for noted in study.recordings.values():
        for expression in noted["expressions"]:
            events[expression[0]] += 1
    told = (
        f", {len(study.recordings)} recordings, {' and '.join(f'{n} {kind}' for kind, n in events.items())} expressions"
    )
    statuses = ((status, len(facts.state.with_status(status))) for status in ConfigurationStatus)
    counts = ", ".join(f"{count} {status}" for status, count in statuses if count) or "none yet"
    yield Paragraph(
        f"Dataset {study.dataset}: {len(study.subjects)} subjects{told if study.recordings else ''}. "
        f"Configurations: {counts}. Every fold holds out one subject."
    )
    if facts.comparison is not None:
        yield Paragraph(worth(facts.comparison))


def _figures(facts: StudyFacts) -> tuple[Block, ...]:
    missing = [Paragraph("What could not be drawn stands below, with the reason.")] if facts.not_drawn else []
    has_features = any(picture.name == FEATURES for picture in facts.pictures)
    asked = [] if has_features else [Paragraph(_FEATURES_ON_DEMAND)]
    return (*facts.pictures, *missing, *asked)


def _with_warnings(document: Document) -> Document:
    """The same with the warning in every section and chart that shows what networks made of rendered recordings."""
    for picture in document.pictures():
        if picture.chart is not None:
            mark_rendered(picture.chart)
    sections = tuple(
        Section(one.anchor, one.title, (Notice(_RENDERED), *one.blocks)) if one.anchor in _WITH_F1 else one
        for one in document.sections
    )
    return Document(title=document.title, lead=document.lead, sections=sections)
