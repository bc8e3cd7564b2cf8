"""The files of a complete configuration's run: tables of folds and proposals, timelines, the whole configuration."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from platform.figures.timeline import draw_timeline
from platform.study.choices import searches_settings
from platform.study.proposals import SpottedRecording, proposal_rows, spotted_recordings
from platform.study.state import StudyState
from search_spaces.vocabulary import Space
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import ExpressionKind, Recording
from spotformer_core.metrics.protocols import LAST_EPOCH, Protocol, Setting

FOLD_TABLE = "folds.json"
PROPOSAL_TABLE = "proposals.json"
CONFIGURATION_FILE = "configuration.yaml"
TIMELINES = "timelines"
MOST_TIMELINES = 3
"""Pictures take longer than everything else that is written of a configuration."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackedInputs:
    """What a projection needs beside the journal.

    Attributes:
        folder: of the study, where its frame scores lie.
    """

    name: str
    recordings: tuple[Recording, ...]
    space: Space
    folder: Path
    is_rendered: bool


def write_artifacts(folder: Path, inputs: TrackedInputs, state: StudyState, configuration: str) -> tuple[str, ...]:
    """Writes the files into `folder` and returns the names of those that are tables; one without rows is left out.

    Raises:
        OSError: when frame scores of the configuration are not where they were stored.
    """
    spotted = tuple(spotted_recordings(state, configuration, recordings=inputs.recordings, folder=inputs.folder))
    proposals = [row for recording in spotted for row in proposal_rows(recording)]
    tables = {FOLD_TABLE: fold_rows(state, configuration), PROPOSAL_TABLE: proposals}
    shown = {name: rows for name, rows in tables.items() if rows}
    for name, rows in shown.items():
        table = {"columns": list(rows[0]), "data": [list(row.values()) for row in rows]}
        (folder / name).write_text(json.dumps(table), encoding="utf-8")
    whole = inputs.space.configuration(state.configurations[configuration].params).parameters()
    (folder / CONFIGURATION_FILE).write_text(yaml.safe_dump(_plain(whole), sort_keys=False), encoding="utf-8")
    _draw_timelines(folder / TIMELINES, inputs, configuration, spotted)
    return tuple(shown)


def fold_rows(state: StudyState, configuration: str) -> list[dict[str, object]]:
    """One plain row per held-out subject, in the order of the study: counts and thresholds by kind, loss, seconds."""
    result = state.result(configuration, Protocol.HONEST)
    folds = state.configurations[configuration].folds
    rows = []
    for subject in state.study.subjects:
        row: dict[str, object] = {"held_out": subject}
        for kind in KINDS:
            counts = result.counts[subject][kind]
            row |= {f"{kind}_{name}": value for name, value in counts.as_dict().items()}
            row |= {f"{kind}_f1": round(counts.f1, 4), f"{kind}_threshold": result.thresholds[subject][kind]}
        row |= _setting_columns(state, result.settings[subject])
        row |= {"final_loss": folds[subject].final_loss, "seed": folds[subject].seed}
        row |= {f"seconds_{stage}": round(value, 3) for stage, value in sorted(folds[subject].seconds.items())}
        rows.append(row)
    return rows


def _setting_columns(state: StudyState, setting: Setting) -> dict[str, object]:
    """What was chosen beside the thresholds; nothing where a study searches nothing else on stored scores."""
    if not searches_settings(state.study):
        return {}
    epoch = "last" if setting.epoch == LAST_EPOCH else str(setting.epoch)
    return {"epoch": epoch, "decoding": json.dumps(state.study.decodings[setting.decoding])}


def _plain(values: dict[str, object]) -> dict[str, object]:
    """Names of choices as text and tuples as lists, which is what YAML has."""
    plain: dict[str, object] = json.loads(json.dumps(values))
    return plain


def _draw_timelines(
    folder: Path, inputs: TrackedInputs, configuration: str, spotted: Sequence[SpottedRecording]
) -> None:
    folder.mkdir()
    rendered = " (rendered)" if inputs.is_rendered else ""
    for shown in sorted(spotted, key=_interest, reverse=True)[:MOST_TIMELINES]:
        recording = shown.recording
        title = f"{configuration} on {recording.name}{rendered}, subject {recording.subject} held out"
        draw_timeline(shown, folder / f"{recording.name}.png", title=title)


def _interest(spotted: SpottedRecording) -> tuple[int, int]:
    """Recordings that show both kinds of expression, and many, make the better picture."""
    kinds = {expression.kind for expression in spotted.recording.expressions}
    return len(kinds & set(ExpressionKind)), len(spotted.recording.expressions)
