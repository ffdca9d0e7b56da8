"""Balancing: how much each task weighs in the sum of losses, step by step."""

from mtrec_lib.training.balancing.aligned_mtl import AlignedMTL
from mtrec_lib.training.balancing.balancing import Balancing
from mtrec_lib.training.balancing.cagrad import CAGrad
from mtrec_lib.training.balancing.dual_projection import DualProjection
from mtrec_lib.training.balancing.dwa import DWA
from mtrec_lib.training.balancing.famo import FAMO
from mtrec_lib.training.balancing.fixed_weights import FixedWeights
from mtrec_lib.training.balancing.grad_norm import GradNorm
from mtrec_lib.training.balancing.gradient_balancing import GradientBalancing
from mtrec_lib.training.balancing.imtlg import IMTLG
from mtrec_lib.training.balancing.mgda import MGDA
from mtrec_lib.training.balancing.nash_mtl import NashMTL
from mtrec_lib.training.balancing.pcgrad import PCGrad
from mtrec_lib.training.balancing.random_weights import RandomWeights
from mtrec_lib.training.balancing.tuned_weights import tuned_weights
from mtrec_lib.training.balancing.uncertainty_weighting import UncertaintyWeighting
from mtrec_lib.training.balancing.upgrad import UPGrad

__all__ = [
    "DWA",
    "FAMO",
    "IMTLG",
    "MGDA",
    "AlignedMTL",
    "Balancing",
    "CAGrad",
    "DualProjection",
    "FixedWeights",
    "GradNorm",
    "GradientBalancing",
    "NashMTL",
    "PCGrad",
    "RandomWeights",
    "UPGrad",
    "UncertaintyWeighting",
    "tuned_weights",
]
