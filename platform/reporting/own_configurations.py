"""Complete configurations of a workspace's studies that may stand beside published figures, and why others may not."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platform.reporting.published_tables import (
    CAS_ME_3,
    MATCHED,
    PUBLISHED_TRUTHS,
    STANDING_TRUTHS,
    Truths,
    counted_truths,
)
from platform.reporting.study_comparison import per_subject_counts, read_study
from platform.study.choices import searches_settings, study_settings
from platform.study.state import StudyState
from platform.study.stored_scores import configuration_of
from platform.study.workspace import journal_path
from search_spaces.stored_scores import APEX_THRESHOLDS
from spotformer_core.config import Configuration
from spotformer_core.datasets import cas_me_2, lineage, samm_lv
from spotformer_core.errors import SpotFormerError
from spotformer_core.metrics.protocols import Protocol, ProtocolResult

_LINEAGE_PREFIXES = {"samm_": samm_lv.NAME, "casme_": cas_me_2.NAME, "casme3_": CAS_ME_3}
"""How the recordings of a real dataset are named in the tables of the lineage."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnConfiguration:
    """A complete configuration of a study on a dataset that the paper reports on.

    Attributes:
        matched: its values of `published_tables.MATCHED`.
        differing: its other parameters that are not as published, apex thresholds left out, and how many decodings and
            epochs were tried on stored scores where these were searched.
        truths: what it is judged by.
    """

    dataset: str
    study: str
    name: str
    matched: dict[str, Any]
    differing: dict[str, Any]
    results: dict[Protocol, ProtocolResult]
    truths: Truths

    def is_row(self, parameters: Mapping[str, object]) -> bool:
        """Whether it is the configuration of a row with these values of `MATCHED`."""
        return all(_same(self.matched[name], value) for name, value in parameters.items())

    @property
    def place(self) -> tuple[int, int, str, str]:
        """Nearer to the published truths and configuration first; what it scores has no part in it."""
        published = PUBLISHED_TRUTHS[self.dataset]
        others = sum(abs(self.truths[kind] - number) for kind, number in published.items())
        return others, len(self.differing), self.study, self.name


def own_configurations(studies: Path) -> tuple[list[OwnConfiguration], list[str]]:
    """The configurations of every study in the folder, nearest to the published one first; and what was left out."""
    found: list[OwnConfiguration] = []
    left_out: list[str] = []
    for folder in sorted(path for path in studies.glob("*") if journal_path(path).is_file()):
        try:
            state = read_study(folder)
        except SpotFormerError as error:
            left_out.append(f"{folder.name}: {error}")
            continue
        reason = why_not(state)
        if reason:
            left_out.append(f"{folder.name}: {reason}")
        else:
            found += own_configurations_of(state, study=folder.name)
    return sorted(found, key=lambda one: one.place), left_out


def own_configurations_of(state: StudyState, *, study: str) -> list[OwnConfiguration]:
    """The complete configurations of one study that may stand there, nearest to the published one first."""
    return sorted((_own(state, name, study=study) for name in state.ranking()), key=lambda one: one.place)


def why_not(state: StudyState) -> str:
    """Why a study's figures must not stand beside those of the paper; empty when they may."""
    dataset = real_dataset(state)
    if dataset not in PUBLISHED_TRUTHS:
        return f"the paper's tables have no dataset {state.study.dataset}"
    if state.study.rendered is not False:
        return "its recordings are rendered, or it began before that was noted"
    published, own = PUBLISHED_TRUTHS[dataset], _num_truths(state)
    others = STANDING_TRUTHS.get(dataset, {})
    if own != published and own not in others.values():
        reason = f"it is judged by {counted_truths(own)} expressions, the paper by {counted_truths(published)}"
        known = "; ".join(f"{name}: {counted_truths(one)}" for name, one in others.items())
        return f"{reason} (a study may also be judged by {known})" if known else reason
    return ""


def _own(state: StudyState, name: str, *, study: str) -> OwnConfiguration:
    configuration = configuration_of(state.study, state.configurations[name].params)
    parameters, usual = configuration.parameters(), Configuration().parameters()
    return OwnConfiguration(
        dataset=real_dataset(state),
        study=study,
        name=name,
        matched={field: parameters[field] for field in MATCHED},
        differing={
            field: value
            for field, value in parameters.items()
            if field not in (*MATCHED, *APEX_THRESHOLDS) and not _same(value, usual[field])
        }
        | ({"settings_tried": len(study_settings(state.study))} if searches_settings(state.study) else {}),
        results=state.results(name),
        truths=_num_truths(state),
    )


def real_dataset(state: StudyState) -> str:
    """The dataset whose recordings a study has, under whatever name its table has them."""
    if state.study.dataset != lineage.NAME:
        return state.study.dataset
    for prefix, dataset in _LINEAGE_PREFIXES.items():
        if state.study.recordings and all(name.startswith(prefix) for name in state.study.recordings):
            return dataset
    return state.study.dataset


def _num_truths(state: StudyState) -> dict[str, int]:
    counts = per_subject_counts(state.result(state.ranking()[0], Protocol.POOLED))
    return {kind: int(counts[kind][:, [0, 2]].sum()) for kind in PUBLISHED_TRUTHS[samm_lv.NAME]}


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9)
    return one == other
