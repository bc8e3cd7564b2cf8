"""The runs of one study: found by what they stand for, made when they are missing, ended as they should be.

What is in the store is asked once; afterwards only differences are written. After an error nobody knows what has
arrived, so whoever meets one asks again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlflow.entities import Metric, Param, Run, RunTag
from mlflow.tracking import MlflowClient

from platform.tracking.client import CONFIGURATION_TAG, STUDY_TAG

RUNNING = "RUNNING"
_METRICS_PER_BATCH = 1000
_RUNS_PER_PAGE = 1000


@dataclass(kw_only=True, slots=True)
class KnownRun:
    """A run as the store has it.

    Attributes:
        status: MLflow's; one of RUNNING, FINISHED, FAILED and KILLED here.
        started: milliseconds since 1970.
    """

    run_id: str
    status: str
    started: int
    tags: dict[str, str]


class StudyRuns:
    """The runs of the study `identity` in one experiment, by the value of their CONFIGURATION_TAG."""

    def __init__(self, client: MlflowClient, experiment: str, identity: str) -> None:
        self.client = client
        self.experiment = experiment
        self._identity = identity
        self._runs: dict[str, KnownRun] = {}
        for run in self._found():
            name = run.data.tags[CONFIGURATION_TAG]
            if name in self._runs:
                # Made by a request that was taken for lost; of the two, the one that was first has what is written.
                client.delete_run(run.info.run_id)
            else:
                self._runs[name] = _known(run)

    def _found(self) -> Iterator[Run]:
        """Oldest first."""
        condition, token = f"tags.`{STUDY_TAG}` = '{self._identity}'", None
        while True:
            page = self.client.search_runs(
                [self.experiment],
                filter_string=condition,
                max_results=_RUNS_PER_PAGE,
                order_by=["attributes.start_time ASC"],
                page_token=token,
            )
            yield from page
            token = page.token
            if not token:
                return

    def names(self) -> tuple[str, ...]:
        """What the runs in the store stand for."""
        return tuple(self._runs)

    def get(self, name: str) -> KnownRun | None:
        """The run that stands for `name`, if it is in the store."""
        return self._runs.get(name)

    def create(self, name: str, *, title: str, tags: Mapping[str, str]) -> KnownRun:
        """A new run that stands for `name` and is RUNNING."""
        keys = {STUDY_TAG: self._identity, CONFIGURATION_TAG: name}
        self._runs[name] = _known(self.client.create_run(self.experiment, run_name=title, tags={**tags, **keys}))
        return self._runs[name]

    def log(
        self,
        run: KnownRun,
        *,
        metrics: Sequence[Metric] = (),
        params: Mapping[str, object] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Writes everything in as few requests as MLflow allows, the tags with the last one: they say what is there."""
        whole = max(0, len(metrics) - 1) // _METRICS_PER_BATCH * _METRICS_PER_BATCH
        for start in range(0, whole, _METRICS_PER_BATCH):
            self.client.log_batch(run.run_id, metrics=metrics[start : start + _METRICS_PER_BATCH])
        self.client.log_batch(
            run.run_id,
            metrics=metrics[whole:],
            params=[Param(key, str(value)) for key, value in (params or {}).items()],
            tags=[RunTag(key, value) for key, value in (tags or {}).items()],
        )
        run.tags.update(tags or {})

    def remove_tag(self, run: KnownRun, tag: str) -> None:
        """Takes a tag away, if it is there."""
        if tag in run.tags:
            self.client.delete_tag(run.run_id, tag)
            del run.tags[tag]

    def set_status(self, run: KnownRun, status: str) -> None:
        """Makes the run say `status`, unless it does."""
        if run.status == status:
            return
        if status == RUNNING:
            self.client.update_run(run.run_id, status=RUNNING)
        else:
            self.client.set_terminated(run.run_id, status)
        run.status = status


def _known(run: Run) -> KnownRun:
    return KnownRun(
        run_id=str(run.info.run_id),
        status=str(run.info.status),
        started=int(run.info.start_time),
        tags=dict(run.data.tags),
    )
