"""Feature extraction on Ray Data: one recording is one unit of work."""
