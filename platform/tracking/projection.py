"""A study in MLflow: one parent run for the study, one child run per configuration.

Everything is taken from the journal and the stored frame scores, so it can be deleted and made again. Nothing here is
told what has changed: each method compares what the store has with what should be there and writes the difference, so
that every method may be repeated, after a crash or an error too.
"""

import json
from collections.abc import Container
from pathlib import Path

from mlflow.exceptions import MlflowException

from platform.storage.scratch import scratch_folder
from platform.study.records import StudyRecord
from platform.study.state import ConfigurationState, ConfigurationStatus, StudyState
from platform.tracking.artifacts import TrackedInputs, write_artifacts
from platform.tracking.client import (
    BEST_TAG,
    COMPLETE_TAG,
    DROPPED_TAG,
    FAILURE_TAG,
    FOLDS_TAG,
    INFEASIBLE_TAG,
    NOTE_TAG,
    OF_THE_STUDY,
    PARENT_TAG,
    TABLES_TAG,
    experiment_id,
    log_dataset,
    tracking_client,
)
from platform.tracking.machine import MachineSamples
from platform.tracking.measures import best_metrics, dropped_metrics, final_metrics, fold_metrics
from platform.tracking.provenance import dataset_input, provenance
from platform.tracking.runs import RUNNING, KnownRun, StudyRuns
from platform.tracking.tracked import TrackedStudy
from spotformer_core.errors import StudyError

RENDERED_NOTE = "Rendered recordings: this F1 says that the machinery works and nothing about real faces."
FINISHED, FAILED, KILLED = "FINISHED", "FAILED", "KILLED"
_WITHOUT_RESULT = {ConfigurationStatus.FAILED: FAILURE_TAG, ConfigurationStatus.INFEASIBLE: INFEASIBLE_TAG}
"""Status to the tag that says why; a later run may still bring a result."""
_ENDED = {ConfigurationStatus.COMPLETE: FINISHED, ConfigurationStatus.DROPPED: KILLED}
_ENVIRONMENT_TAG = "spotformer.environment"
_SUBJECTS_TAG = "spotformer.subjects"


class Projection:
    """Writes a study to one tracking store.

    Every method raises what MLflow raises, or StudyError, when the store does not answer.

    Args:
        artifacts: folder for artifacts; None leaves the choice to the tracking server.
    """

    def __init__(self, inputs: TrackedInputs, study: StudyRecord, *, tracking_uri: str, artifacts: Path | None) -> None:
        self.tracking_uri = tracking_uri
        self._inputs = inputs
        self._study = study
        self._artifacts = artifacts
        self._experiment = f"spotformer-{study.dataset}"
        self._runs: StudyRuns | None = None
        self._provenance = provenance()

    def connect(self) -> TrackedStudy:
        """Where the study is tracked; its run is made when there is none.

        Raises:
            StudyError: when there is no usable store, or it refuses the study.
        """
        try:
            runs = self._connected()
            run = self._study_run(runs)
        except MlflowException as error:
            raise StudyError(
                f"a tracking store must take the runs of a study, got from {self.tracking_uri}: {error}. "
                "Repair the server, or name another with --tracking-uri."
            ) from error
        return TrackedStudy(
            tracking_uri=self.tracking_uri,
            experiment=self._experiment,
            experiment_id=runs.experiment,
            run_id=run.run_id,
        )

    def forget(self) -> None:
        """Asks the store anew what is there, when it is needed next: after an error nobody knows what has arrived."""
        self._runs = None

    def answers(self) -> bool:
        """Whether the store can be reached now."""
        try:
            tracking_client(self.tracking_uri)
        except Exception:  # noqa: BLE001  whatever it raised, it did not answer
            return False
        return True

    def begin(self) -> None:
        """Marks the study as running, and says what with."""
        runs = self._connected()
        run = self._study_run(runs)
        if run.tags.get(_ENVIRONMENT_TAG) != self._provenance.digest:
            name = f"environment_{self._provenance.digest}.json"
            runs.client.log_text(run.run_id, json.dumps(self._provenance.environment, indent=2), name)
            runs.log(run, tags={_ENVIRONMENT_TAG: self._provenance.digest})
        runs.set_status(run, RUNNING)

    def close(self, *, but: Container[str] = ()) -> None:
        """Ends runs of configurations that say that they are running, some left out.

        Args:
            but: names that stay as they are. Runs of configurations that the journal does not know any more are closed
                by leaving out those that it knows.
        """
        runs = self._connected()
        for name in runs.names():
            run = runs.get(name)
            if run is not None and name != OF_THE_STUDY and name not in but and run.status == RUNNING:
                runs.set_status(run, KILLED)

    def write(self, state: StudyState, configuration: str, *, is_running: bool) -> None:
        """Makes the run of a configuration say what the journal says.

        Args:
            is_running: whether a search is at work, so that what is undecided runs.

        Raises:
            OSError: when its frame scores are not where they were stored.
        """
        runs = self._connected()
        found = state.configurations[configuration]
        run = runs.get(configuration) or self._new_run(runs, configuration)
        self._describe(runs, run, state, found)
        if found.status is ConfigurationStatus.COMPLETE:
            self._write_complete(runs, run, state, configuration)
        elif found.status is ConfigurationStatus.DROPPED:
            self._write_dropped(runs, run, found)
        tag = _WITHOUT_RESULT.get(found.status)
        for other in _WITHOUT_RESULT.values():
            if other != tag:
                runs.remove_tag(run, other)
        if tag is not None and run.tags.get(tag) != found.failure:
            runs.log(run, tags={tag: found.failure})
        undecided = RUNNING if is_running else KILLED
        runs.set_status(run, FAILED if tag is not None else _ENDED.get(found.status, undecided))

    def write_best(self, state: StudyState) -> None:
        """The best configuration so far, in the run of the study; a step for every time that more were complete."""
        ranking = state.ranking()
        runs = self._connected()
        run = self._study_run(runs)
        complete = str(len(ranking))
        if not ranking or run.tags.get(COMPLETE_TAG) == complete:
            return
        metrics = best_metrics(state, ranking[0], started=run.started)
        runs.log(run, metrics=metrics, tags={BEST_TAG: ranking[0], COMPLETE_TAG: complete})

    def write_machine(self, samples: MachineSamples) -> None:
        """The samples of the machine, in the run of the study."""
        runs = self._connected()
        run = self._study_run(runs)
        metrics = samples.metrics(started=run.started)
        if metrics:
            runs.log(run, metrics=metrics)
            samples.forget()

    def end(self, status: str) -> None:
        """Marks the study as ended: FINISHED, FAILED or KILLED."""
        runs = self._connected()
        runs.set_status(self._study_run(runs), status)

    def _connected(self) -> StudyRuns:
        if self._runs is None:
            client = tracking_client(self.tracking_uri)
            key = experiment_id(client, self._experiment, artifacts=self._artifacts)
            self._runs = StudyRuns(client, key, self._study.identity)
        return self._runs

    def _study_run(self, runs: StudyRuns) -> KnownRun:
        run = runs.get(OF_THE_STUDY)
        if run is not None and _SUBJECTS_TAG in run.tags:
            return run
        study = self._study
        run = run or runs.create(OF_THE_STUDY, title=self._inputs.name, tags=self._tags())
        described = {
            "space": study.space["name"],
            "seed": study.seed,
            "subjects": len(study.subjects),
            "sampler": study.sampler,
            "racing": study.racing,
            **{f"repaired_{name}": count for name, count in study.repairs.items()},
            **study.versions,
        }
        if study.missing_recordings:
            described["missing_recordings"] = len(study.missing_recordings)
        log_dataset(runs.client, run.run_id, dataset_input(study, self._inputs.recordings))
        runs.log(run, params=described, tags={_SUBJECTS_TAG: " ".join(study.subjects)})
        return run

    def _new_run(self, runs: StudyRuns, configuration: str) -> KnownRun:
        tags = self._tags() | {PARENT_TAG: self._study_run(runs).run_id, "spotformer.seed": str(self._study.seed)}
        return runs.create(configuration, title=f"{self._inputs.name}/{configuration}", tags=tags)

    def _tags(self) -> dict[str, str]:
        note = {NOTE_TAG: RENDERED_NOTE} if self._inputs.is_rendered else {}
        return self._provenance.tags | note

    def _describe(self, runs: StudyRuns, run: KnownRun, state: StudyState, found: ConfigurationState) -> None:
        """Parameters and dataset once, and the folds that are not there."""
        written = run.tags.get(FOLDS_TAG)
        if written is not None and int(written) >= len(found.folds):
            return
        params: dict[str, object] = {}
        if written is None:
            params = {**self._inputs.space.fixed, **found.params}
            log_dataset(runs.client, run.run_id, dataset_input(self._study, self._inputs.recordings))
        metrics = fold_metrics(state, found.name, after=int(written or 0), started=run.started)
        runs.log(run, metrics=metrics, params=params, tags={FOLDS_TAG: str(len(found.folds))})

    def _write_complete(self, runs: StudyRuns, run: KnownRun, state: StudyState, configuration: str) -> None:
        if run.tags.get(COMPLETE_TAG) == "yes":
            return
        with scratch_folder("tracking") as folder:
            tables = write_artifacts(folder, self._inputs, state, configuration)
            runs.client.log_artifacts(run.run_id, str(folder))
        listed = json.dumps([{"path": name, "type": "table"} for name in tables])
        metrics = final_metrics(state, configuration, started=run.started)
        runs.log(run, metrics=metrics, tags={TABLES_TAG: listed, COMPLETE_TAG: "yes"})

    def _write_dropped(self, runs: StudyRuns, run: KnownRun, found: ConfigurationState) -> None:
        dropped = found.dropped
        if dropped is None or DROPPED_TAG in run.tags:
            return
        of = f"{dropped.num_subjects} of {len(self._study.subjects)} subjects"
        metrics = dropped_metrics(dropped, started=run.started)
        runs.log(run, metrics=metrics, tags={DROPPED_TAG: f"after {of}, against {dropped.reference}"})
