"""Dense optical flow: estimators behind the contract `flow.estimator.FlowEstimator`, chosen by name."""
