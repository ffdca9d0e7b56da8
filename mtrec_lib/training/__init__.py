"""Training: the fit loop, balancing, averaging, checkpoints, saving."""

from mtrec_lib.training.averaging import WeightAverage
from mtrec_lib.training.balancing import (
    DWA,
    FAMO,
    IMTLG,
    MGDA,
    AlignedMTL,
    Balancing,
    CAGrad,
    DualProjection,
    FixedWeights,
    GradNorm,
    NashMTL,
    PCGrad,
    RandomWeights,
    UncertaintyWeighting,
    UPGrad,
    tuned_weights,
)
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
