"""Renders image sequences of a face with known macro- and micro-expressions, in the trees of real datasets."""
