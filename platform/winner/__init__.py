"""The winner of a study: trained on every subject, kept as a model folder, described for people."""
