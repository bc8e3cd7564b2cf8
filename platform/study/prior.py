"""Outcomes of other studies as knowledge that a new one starts with.

Only what was measured in the same way is taken: same data, features, splits and their seeds, thresholds and versions.
Of those studies the complete configurations count that are points of the new space: everything that does not vary in
it must be as it is fixed there.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from platform.study.choices import study_thresholds
from platform.study.journal import read_journal
from platform.study.outcomes import Outcome, OutcomeStatus
from platform.study.records import StudyRecord
from platform.study.state import ConfigurationStatus, StudyState
from platform.study.stored_scores import configuration_of
from platform.study.workspace import Workspace, journal_path
from search_spaces.vocabulary import Space
from spotformer_core.errors import InvalidValueError, StudyError, did_you_mean
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.protocols import Protocol
from spotformer_core.shapes import Int

_EQUAL = ("dataset", "dataset_digest", "extraction", "subjects", "seed", "versions")


def collected_prior(
    wanted: StudyRecord, names: Sequence[str], space: Space, workspace: Workspace
) -> list[dict[str, Any]]:
    """What the studies called `names` have found about points of `space`, as plain JSON values.

    Raises:
        StudyError: when one of them does not exist, is not comparable, or has no complete configuration in the space.
    """
    found: list[dict[str, Any]] = []
    for name in names:
        other = _read(name, workspace)
        _require_comparable(wanted, other.study, name)
        known = [_measured(one) for one in found]
        outcomes = [one for one in _outcomes(other, space) if _measured(one) not in known]
        if not outcomes:
            raise StudyError(
                f"a study given to --from must have complete configurations inside the space {space.name!r}, "
                f"got {name!r} without any. Search a space that holds its fixed values, or leave it out."
            )
        found += outcomes
    return found


def _measured(outcome: dict[str, Any]) -> dict[str, Any]:
    """What was found, without what it took to find it."""
    return {name: value for name, value in outcome.items() if name != "worker_seconds"}


def require_studies(names: Sequence[str], workspace: Workspace) -> None:
    """Raises StudyError unless every study has a journal in the workspace."""
    for name in names:
        _read(name, workspace)


def prior_outcomes(study: StudyRecord) -> tuple[Outcome, ...]:
    """What a study knew of other studies when it began."""
    return tuple(
        Outcome(
            params=values["params"],
            status=OutcomeStatus.COMPLETE,
            value=values["value"],
            by_kind=(values["macro"], values["micro"]),
        )
        for values in study.prior
    )


def prior_counts(study: StudyRecord) -> Int[np.ndarray, "configurations subjects 3"] | None:
    """Overall TP, FP and FN of every prior configuration and subject, by name of the subject, under `honest`.

    None where there are no prior studies, or this one began before their counts were noted.
    """
    noted = [values.get("counts") for values in study.prior]
    if not noted or not all(noted):
        return None
    return np.array([[one[subject] for subject in sorted(one)] for one in noted if one], np.int64)


def _read(name: str, workspace: Workspace) -> StudyState:
    path = journal_path(workspace.study(name))
    workspace.storage.fetch_journal(name, path)
    records = read_journal(path) if path.exists() else []
    if not records or not isinstance(records[0], StudyRecord):
        known = [one.name for one in workspace.studies.iterdir()] if workspace.studies.is_dir() else []
        raise StudyError(
            f"a study given to --from must have a journal in the workspace, got {name!r}. {did_you_mean(name, known)}"
        )
    return StudyState(records[0], records)


def _require_comparable(wanted: StudyRecord, other: StudyRecord, name: str) -> None:
    different = [field for field in _EQUAL if getattr(wanted, field) != getattr(other, field)]
    if study_thresholds(wanted).eligible != study_thresholds(other).eligible:
        different.append("apex_thresholds")
    if different:
        raise StudyError(
            f"a study given to --from must have the same data, features, splits, seeds and versions, "
            f"got {name!r} with another {', '.join(different)}. Leave it out, or repeat its search under these."
        )


def _outcomes(other: StudyState, space: Space) -> list[dict[str, Any]]:
    outcomes = []
    for name in other.with_status(ConfigurationStatus.COMPLETE):
        params = _as_point(other, name, space)
        if params is not None:
            f1 = other.honest_f1(name)
            took = round(other.spending.finished_of[name].worker_seconds, 3)
            outcome = {"params": params, "value": f1.overall, "macro": f1.macro, "micro": f1.micro}
            counts = other.result(name, Protocol.HONEST).counts
            per_subject = {
                subject: list(sum(counts[subject].values(), Counts()).as_dict().values()) for subject in sorted(counts)
            }
            outcomes.append({**outcome, "worker_seconds": took, "counts": per_subject})
    return outcomes


def _as_point(other: StudyState, name: str, space: Space) -> dict[str, Any] | None:
    """The configuration as a point of `space`, or None when it is none."""
    try:
        whole = configuration_of(other.study, other.configurations[name].params)
    except InvalidValueError:
        # A field of another version; versions of this project are not part of a study.
        return None
    values = whole.parameters()
    point = {name: values[name] for name in space.existing(values)}
    inside = all(space.dimensions[name].holds(value) for name, value in point.items())
    return point if inside and space.configuration(point) == whole else None
