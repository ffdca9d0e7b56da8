"""Training: the fit loop, balancing, averaging, checkpoints, saving."""

from mtrec_lib.training.averaging import WeightAverage
from mtrec_lib.training.balancing.balancing import Balancing
from mtrec_lib.training.balancing.gradients.aligned_mtl import AlignedMTL
from mtrec_lib.training.balancing.gradients.cagrad import CAGrad
from mtrec_lib.training.balancing.gradients.dual_projection import DualProjection
from mtrec_lib.training.balancing.gradients.grad_norm import GradNorm
from mtrec_lib.training.balancing.gradients.imtlg import IMTLG
from mtrec_lib.training.balancing.gradients.mgda import MGDA
from mtrec_lib.training.balancing.gradients.nash_mtl import NashMTL
from mtrec_lib.training.balancing.gradients.pcgrad import PCGrad
from mtrec_lib.training.balancing.gradients.upgrad import UPGrad
from mtrec_lib.training.balancing.losses.dwa import DWA
from mtrec_lib.training.balancing.losses.famo import FAMO
from mtrec_lib.training.balancing.losses.fixed_weights import FixedWeights
from mtrec_lib.training.balancing.losses.random_weights import RandomWeights
from mtrec_lib.training.balancing.losses.uncertainty_weighting import UncertaintyWeighting
from mtrec_lib.training.balancing.tuned_weights import tuned_weights
from mtrec_lib.training.checkpoint import Checkpoints
from mtrec_lib.training.fit import fit
from mtrec_lib.training.settings import Settings

__all__ = [
    "DWA",
    "FAMO",
    "IMTLG",
    "MGDA",
    "AlignedMTL",
    "Balancing",
    "CAGrad",
    "Checkpoints",
    "DualProjection",
    "FixedWeights",
    "GradNorm",
    "NashMTL",
    "PCGrad",
    "RandomWeights",
    "Settings",
    "UPGrad",
    "UncertaintyWeighting",
    "WeightAverage",
    "fit",
    "tuned_weights",
]
