"""Feature extraction on Ray Data: one chunk of one recording is one unit of work."""
