"""From proposals and truths to F1: matching, counts, protocols. Knows nothing of models."""
