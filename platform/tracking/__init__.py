"""MLflow as a projection of the journal: the only place that knows MLflow."""

import os

# Read when MLflow is imported. It would tell its makers of every use, and where it cannot, its thread takes a variable
# out of the environment while ours may be reading that for a request, which then fails by KeyError.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
