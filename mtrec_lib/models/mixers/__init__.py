"""Mixers: from one state to one state a task."""

from mtrec_lib.models.mixers.shared_bottom import SharedBottom

__all__ = ["SharedBottom"]
