"""Fold trials on Ray Tune: one trial is one fold of one configuration."""
