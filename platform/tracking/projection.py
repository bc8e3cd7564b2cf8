"""A study in MLflow: one parent run for the study, one child run per decided configuration.

Everything is taken from the journal and the stored frame scores, so it can be deleted and made again.
"""

import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlflow.entities import Metric, Param, RunTag

from platform.figures.timeline import draw_timeline
from platform.study.choices import searches_settings
from platform.study.leaderboard import LeaderboardRow, leaderboard_row
from platform.study.proposals import SpottedRecording, proposal_rows, spotted_recordings
from platform.study.state import ConfigurationStatus, StudyState
from platform.tracking.client import (
    COMPLETE_TAG,
    CONFIGURATION_TAG,
    DROPPED_TAG,
    FAILURE_TAG,
    NAME_TAG,
    PARENT_TAG,
    STUDY_TAG,
    TABLES_TAG,
    TrackedStudy,
    experiment_id,
    find_run,
    tracking_client,
)
from search_spaces.vocabulary import Space
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import ExpressionKind, Recording
from spotformer_core.metrics.protocols import LAST_EPOCH, Protocol, Setting

RENDERED_NOTE = "Rendered recordings: this F1 says that the machinery works and nothing about real faces."


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackedInputs:
    """What a projection needs beside the state."""

    name: str
    recordings: tuple[Recording, ...]
    space: Space
    folder: Path
    is_rendered: bool


class Projection:
    """Writes a study to one tracking store; every method may be repeated without effect."""

    def __init__(self, inputs: TrackedInputs, state: StudyState, *, tracking_uri: str, artifacts: Path | None) -> None:
        self._inputs = inputs
        self._state = state
        self._client = tracking_client(tracking_uri)
        experiment = f"spotformer-{state.study.dataset}"
        experiment_key = experiment_id(self._client, experiment, artifacts=artifacts)
        self.tracked = TrackedStudy(
            tracking_uri=tracking_uri,
            experiment=experiment,
            experiment_id=experiment_key,
            run_id=self._study_run(experiment_key),
        )

    def begin(self) -> None:
        """Marks the study as running."""
        self._client.update_run(self.tracked.run_id, status="RUNNING")

    def end(self, status: str) -> None:
        """Marks the study as ended: FINISHED, FAILED or KILLED; its best F1 stands in its metrics."""
        ranking = self._state.ranking()
        if ranking:
            best = leaderboard_row(self._state, ranking[0])
            self._client.log_batch(self.tracked.run_id, metrics=_metrics(best))
            self._client.set_tag(self.tracked.run_id, "spotformer.best_configuration", best.name)
        self._client.set_terminated(self.tracked.run_id, status)

    def project(self, configuration: str) -> None:
        """Writes one decided configuration, unless it is there."""
        tags = {STUDY_TAG: self._state.study.identity, CONFIGURATION_TAG: configuration}
        found = find_run(self._client, self.tracked.experiment_id, tags)
        decided = {} if found is None else found.data.tags
        if decided.get(COMPLETE_TAG) == "yes" or DROPPED_TAG in decided:
            return
        run_id = str(found.info.run_id) if found is not None else self._new_run(configuration, tags)
        params = self._state.configurations[configuration].params
        self._client.log_batch(run_id, params=_params({**self._inputs.space.fixed, **params}))
        status = self._state.configurations[configuration].status
        if status is ConfigurationStatus.COMPLETE:
            self._write_complete(run_id, configuration)
            if found is not None and FAILURE_TAG in found.data.tags:
                self._client.delete_tag(run_id, FAILURE_TAG)
            self._client.set_tag(run_id, COMPLETE_TAG, "yes")
            self._client.set_terminated(run_id, "FINISHED")
        elif status is ConfigurationStatus.DROPPED:
            self._write_dropped(run_id, configuration)
        elif status is ConfigurationStatus.FAILED:
            self._client.set_tag(run_id, FAILURE_TAG, self._state.configurations[configuration].failure)
            self._client.set_terminated(run_id, "FAILED")

    def _study_run(self, experiment: str) -> str:
        study = self._state.study
        tags = {STUDY_TAG: study.identity, CONFIGURATION_TAG: "none"}
        found = find_run(self._client, experiment, tags)
        run = found or self._client.create_run(experiment, run_name=self._inputs.name, tags={**tags, **self._note()})
        described = {
            "space": study.space["name"],
            "seed": study.seed,
            "subjects": len(study.subjects),
            "sampler": study.sampler,
            "racing": study.racing,
            **{f"repaired_{name}": count for name, count in study.repairs.items()},
        }
        if study.missing_recordings:
            described["missing_recordings"] = len(study.missing_recordings)
        self._client.log_batch(run.info.run_id, params=_params({**described, **study.versions}))
        return str(run.info.run_id)

    def _new_run(self, configuration: str, tags: dict[str, str]) -> str:
        name = f"{self._inputs.name}/{configuration}"
        more = {PARENT_TAG: self.tracked.run_id, NAME_TAG: name, **self._note()}
        run = self._client.create_run(self.tracked.experiment_id, run_name=name, tags={**tags, **more})
        return str(run.info.run_id)

    def _note(self) -> dict[str, str]:
        return {"mlflow.note.content": RENDERED_NOTE} if self._inputs.is_rendered else {}

    def _write_complete(self, run_id: str, configuration: str) -> None:
        row = leaderboard_row(self._state, configuration)
        self._client.log_batch(run_id, metrics=_metrics(row), tags=[RunTag("spotformer.folds", str(row.num_folds))])
        spotted = tuple(
            spotted_recordings(
                self._state,
                configuration,
                recordings=self._inputs.recordings,
                space=self._inputs.space,
                folder=self._inputs.folder,
            )
        )
        proposals = [row for recording in spotted for row in proposal_rows(recording)]
        self._log_tables(run_id, {"folds.json": self._fold_rows(configuration), "proposals.json": proposals})
        full = self._inputs.space.configuration(self._state.configurations[configuration].params)
        self._client.log_text(run_id, json.dumps(full.parameters(), indent=2), "configuration.json")
        self._log_timeline(run_id, row, spotted)

    def _write_dropped(self, run_id: str, configuration: str) -> None:
        """A run that looks like no complete one: under names of its own, since it scored on some subjects only."""
        dropped = self._state.configurations[configuration].dropped
        if dropped is None:
            return
        values = {
            "dropped_f1": dropped.f1,
            "dropped_reference_f1": dropped.reference_f1,
            "dropped_subjects": float(dropped.num_subjects),
        }
        self._client.log_batch(run_id, metrics=_as_metrics(values))
        self._client.set_terminated(run_id, "KILLED")
        told = (
            f"after {dropped.num_subjects} of {len(self._state.study.subjects)} subjects, against {dropped.reference}"
        )
        self._client.set_tag(run_id, DROPPED_TAG, told)

    def _log_tables(self, run_id: str, tables: dict[str, list[dict[str, object]]]) -> None:
        """Writes tables in the form that MLflow's pages show; one without rows is left out."""
        shown = {name: rows for name, rows in tables.items() if rows}
        for name, rows in shown.items():
            # Not MLflow's own log_table, which appends to what an interrupted projection has left.
            table = {"columns": list(rows[0]), "data": [list(row.values()) for row in rows]}
            self._client.log_dict(run_id, table, name)
        listed = [{"path": name, "type": "table"} for name in shown]
        self._client.set_tag(run_id, TABLES_TAG, json.dumps(listed))

    def _log_timeline(self, run_id: str, row: LeaderboardRow, spotted: Sequence[SpottedRecording]) -> None:
        shown = max(spotted, key=_interest)
        recording = shown.recording
        rendered = " (rendered)" if self._inputs.is_rendered else ""
        title = f"{row.name} on {recording.name}{rendered}, subject {recording.subject} held out"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"timeline_{recording.name}.png"
            draw_timeline(shown, path, title=title)
            self._client.log_artifact(run_id, str(path))

    def _fold_rows(self, configuration: str) -> list[dict[str, object]]:
        result = self._state.result(configuration, Protocol.HONEST)
        folds = self._state.configurations[configuration].folds
        rows = []
        for subject in self._state.study.subjects:
            row: dict[str, object] = {"held_out": subject}
            for kind in KINDS:
                counts = result.counts[subject][kind]
                row |= {f"{kind}_{name}": value for name, value in counts.as_dict().items()}
                row |= {f"{kind}_f1": round(counts.f1, 4), f"{kind}_threshold": result.thresholds[subject][kind]}
            row |= self._setting_columns(result.settings[subject])
            row |= {"final_loss": folds[subject].final_loss, "seed": folds[subject].seed}
            row |= {f"seconds_{stage}": round(value, 3) for stage, value in sorted(folds[subject].seconds.items())}
            rows.append(row)
        return rows

    def _setting_columns(self, setting: Setting) -> dict[str, object]:
        """What was chosen beside the thresholds; nothing where a study searches nothing else on stored scores."""
        if not searches_settings(self._state.study):
            return {}
        epoch = "last" if setting.epoch == LAST_EPOCH else str(setting.epoch)
        return {"epoch": epoch, "decoding": json.dumps(self._state.study.decodings[setting.decoding])}


def _interest(spotted: SpottedRecording) -> tuple[int, int]:
    """Recordings that show both kinds of expression, and many, make the better picture."""
    kinds = {expression.kind for expression in spotted.recording.expressions}
    return len(kinds & set(ExpressionKind)), len(spotted.recording.expressions)


def _metrics(row: LeaderboardRow) -> list[Metric]:
    values: dict[str, float] = {}
    for key, counts in row.honest.items():
        values |= {f"f1_{key}": counts.f1, f"precision_{key}": counts.precision, f"recall_{key}": counts.recall}
        values |= {f"{name}_{key}": float(value) for name, value in counts.as_dict().items()}
    values |= {f"f1_{key}_paper": counts.f1 for key, counts in row.paper.items()}
    return _as_metrics(values)


def _as_metrics(values: dict[str, float]) -> list[Metric]:
    now = int(time.time() * 1000)
    return [Metric(name, value, timestamp=now, step=0) for name, value in values.items()]


def _params(values: dict[str, object]) -> list[Param]:
    return [Param(name, str(value)) for name, value in values.items()]
