"""Mixers: from one state to one state a task."""

from mtrec_lib.models.mixers.mmoe import MMoE
from mtrec_lib.models.mixers.mose import MoSE
from mtrec_lib.models.mixers.ple import PLE
from mtrec_lib.models.mixers.shared_bottom import SharedBottom

__all__ = ["PLE", "MMoE", "MoSE", "SharedBottom"]
