"""Balancing of several tasks: what a method costs, and whether it helps."""

PARTS = {"step": ("balancing/step",), "delta_m": ("balancing/delta-m",)}
