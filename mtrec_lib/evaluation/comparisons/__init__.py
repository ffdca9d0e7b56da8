"""Intervals, paired comparisons and slices."""
