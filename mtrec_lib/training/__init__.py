"""Training: the fit loop, balancing, averaging, checkpoints, saving."""

from mtrec_lib.training.averaging import WeightAverage
from mtrec_lib.training.checkpoint import Checkpoints
from mtrec_lib.training.fit import fit
from mtrec_lib.training.fixed_weights import FixedWeights
from mtrec_lib.training.saving import load, save

__all__ = ["Checkpoints", "FixedWeights", "WeightAverage", "fit", "load", "save"]
