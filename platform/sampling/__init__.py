"""Which configuration comes next: the only place that knows Optuna."""
