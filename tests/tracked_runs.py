"""What a tracking store has of a study, read back through MLflow's own client."""

from mlflow.tracking import MlflowClient

from platform.tracking.client import CONFIGURATION_TAG, STUDY_TAG


def client_of(projection):
    return MlflowClient(tracking_uri=projection.tracking_uri)


def runs_of(projection, state):
    """Runs of the study by the configuration they stand for; "none" is the study itself."""
    found = client_of(projection).search_runs(
        [projection.connect().experiment_id], filter_string=f"tags.`{STUDY_TAG}` = '{state.study.identity}'"
    )
    assert len({run.data.tags[CONFIGURATION_TAG] for run in found}) == len(found)
    return {run.data.tags[CONFIGURATION_TAG]: run for run in found}


def everything_of(projection, state):
    """Every row that the store has of the study: runs, parameters, tags, and the whole history of every metric."""
    client = client_of(projection)
    return {
        name: (
            run.info.run_id,
            run.info.status,
            run.data.params,
            run.data.tags,
            {
                key: [(one.step, one.timestamp, one.value) for one in client.get_metric_history(run.info.run_id, key)]
                for key in run.data.metrics
            },
            [one.dataset.digest for one in run.inputs.dataset_inputs],
            sorted(one.path for one in client.list_artifacts(run.info.run_id)),
        )
        for name, run in runs_of(projection, state).items()
    }
