"""MLflow as a projection of the journal: the only place that knows MLflow."""
