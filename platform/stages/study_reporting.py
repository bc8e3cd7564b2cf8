"""The report on one study: from its journal to a page, Markdown, pictures and BibTeX on disk."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from platform.reporting.citations import bibliography
from platform.reporting.comparison_report import comparison_as_json
from platform.reporting.document_html import as_html
from platform.reporting.document_markdown import as_markdown, picture_path
from platform.reporting.study_facts import StudyFacts, study_facts
from platform.reporting.study_report import study_document, works_of
from platform.sampling.importance import importances
from platform.stages.paper_pictures import PictureOptions, with_pictures
from platform.study.importance import Importances
from platform.study.leaderboard import OVERALL, TWO_OBJECTIVES, configuration_entries
from platform.study.outcomes import Outcome, OutcomeStatus
from platform.study.workspace import Workspace
from spotformer_core.atomic_files import written_whole
from spotformer_core.errors import FlowStoreError, InvalidValueError
from spotformer_core.flow.flow_files import read_metadata
from spotformer_core.flow.settings import ExtractionSettings

PAGE, MARKDOWN, BIBTEX = "report.html", "report.md", "references.bib"
_DETECTOR = "insightface"


def reported_facts(
    workspace: Workspace,
    study: str,
    *,
    pictures: PictureOptions,
    seed: int = 0,
    other_names: tuple[str, ...] = (),
) -> StudyFacts:
    """Everything that the report tells; equal arguments and files give equal facts.

    Args:
        other_names: that may have been meant where no study is called so.

    Raises:
        StudyError: when there is no such study, or a recording that it does not have is asked for.
        JournalError: when its journal is damaged.
        InvalidValueError: for a negative seed, or a landmark that is no region of the study.
    """
    facts = study_facts(workspace, study, seed=seed, other_names=other_names)
    facts = with_pictures(facts, pictures, workspace=workspace)
    return replace(facts, importances=_importances(facts, seed=seed))


def write_report(facts: StudyFacts, out: Path, *, workspace: Workspace) -> list[Path]:
    """Writes the report into a folder, in place of one that is there; what was written, the page first."""
    works = works_of(facts, detected_landmarks=_landmarks_were_detected(facts, workspace))
    document = study_document(facts, works)
    written = [
        _write(out / PAGE, as_html(document)),
        _write(out / MARKDOWN, as_markdown(document)),
        _write(out / BIBTEX, bibliography(works) + "\n"),
    ]
    for picture in document.pictures():
        if picture.png:
            path = out / picture_path(picture)
            with written_whole(path) as temporary:
                temporary.write_bytes(picture.png)
            written.append(path)
    return written


def report_as_json(facts: StudyFacts, written: list[Path]) -> dict[str, Any]:
    """What the report tells in figures, and the files it was written to."""
    return {
        "study": facts.name,
        "rendered": facts.state.study.rendered,
        "best": facts.best or None,
        "comparison": None if facts.comparison is None else comparison_as_json(facts.comparison),
        "configurations": configuration_entries(facts.state),
        "importances": {target: _importances_as_json(found) for target, found in facts.importances.items()},
        "efficiency": facts.ledger.as_dict(),
        "not_drawn": list(facts.not_drawn),
        "files": [str(path) for path in written],
    }


def write_report_json(path: Path, values: dict[str, Any]) -> None:
    """Writes what `report_as_json` gives."""
    _write(path, json.dumps(values, indent=2) + "\n")


def _importances(facts: StudyFacts, *, seed: int) -> dict[str, Importances | str]:
    """For overall F1, which the ranking goes by; where both kinds are objectives, for each of them too."""
    targets = (OVERALL, "macro", "micro") if facts.state.study.sampler == TWO_OBJECTIVES else (OVERALL,)
    return {target: _importance_for(facts, target, seed=seed) for target in targets}


def _importance_for(facts: StudyFacts, target: str, *, seed: int) -> Importances | str:
    complete = [
        Outcome(
            params=one.params,
            status=OutcomeStatus.COMPLETE,
            value=float(getattr(facts.state.honest_f1(one.name), target)),
        )
        for one in facts.scored
    ]
    try:
        return importances(facts.searched.dimensions, complete, seed=seed)
    except InvalidValueError as error:
        return str(error)


def _importances_as_json(found: Importances | str) -> dict[str, Any]:
    if isinstance(found, str):
        return {"reason": found}
    return {
        "configurations": found.num_configurations,
        "best_ones": found.num_best,
        "interaction": found.interaction,
        "dimensions": {
            one.name: {"share": one.share, "low": one.low, "high": one.high, "explained": one.explained}
            for one in found.dimensions
        },
    }


def _landmarks_were_detected(facts: StudyFacts, workspace: Workspace) -> bool:
    """Whether the flow store says that insightface found the landmarks of a recording of the study."""
    study = facts.state.study
    try:
        store = workspace.flow_store(study.dataset, ExtractionSettings.from_dict(study.extraction))
        made_from = read_metadata(store / f"{min(study.recordings)}.arrow")["source"]
    except (InvalidValueError, FlowStoreError, KeyError, ValueError):
        return False
    return str(made_from["landmarks"]).startswith(_DETECTOR)


def _write(path: Path, text: str) -> Path:
    with written_whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path
