"""One search and everything it has found: workspace, journal, state, results. Knows neither Ray, Optuna nor MLflow."""
