"""Measured comparisons: each a script and its record in ``results/``."""
