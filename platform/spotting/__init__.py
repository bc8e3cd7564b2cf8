"""Spotting in videos: what was named on the command line, one unit of work per video, what is written of it."""
