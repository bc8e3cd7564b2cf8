"""A trained network put to use: from a model folder and the frames of any recording to proposals."""
