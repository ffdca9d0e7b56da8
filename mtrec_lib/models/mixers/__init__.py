"""Mixers: from one state to one state a task."""
