"""Random Jacobians: direction and length against independent solutions."""

import numpy as np
import pytest

import mtrec_lib.training as training
from tests.training.balancing import jacobians, oracles

CASES = {
    "MGDA": (training.MGDA(), oracles.mgda),
    "DualProjection": (training.DualProjection(), oracles.dual_projection),
    "UPGrad": (training.UPGrad(), oracles.upgrad),
    "CAGrad": (training.CAGrad(), oracles.cagrad),
    "CAGrad(c=0.9)": (training.CAGrad(c=0.9), lambda rows: oracles.cagrad(rows, c=0.9)),
    "NashMTL": (training.NashMTL(), oracles.nash),
    "PCGrad": (training.PCGrad(order="fixed"), oracles.pcgrad),
    "AlignedMTL": (training.AlignedMTL(), oracles.aligned),
}


def _agree(found, wanted, scale):
    gap = np.linalg.norm(found - wanted) / scale
    if gap > 1e-4:  # near 0 neither angle nor relative length means anything
        lengths = np.linalg.norm(found), np.linalg.norm(wanted)
        assert found @ wanted / np.prod(lengths) >= 1 - 1e-4, gap
        assert lengths[0] == pytest.approx(lengths[1], rel=2e-3), gap


@pytest.mark.parametrize("kind", jacobians.KINDS)
@pytest.mark.parametrize("name", CASES)
def test_direction_and_length(name, kind):
    method, oracle = CASES[name]
    for rows in jacobians.drawn(kind, count=2):
        _agree(jacobians.direction(method, rows), oracle(rows), jacobians.longest(rows))


@pytest.mark.parametrize("kind", ["random", "conflicting"])
def test_imtl_g(kind):
    """Its formula divides by zero for dependent rows; its length is that of Σα = 1, often long."""
    for rows in jacobians.drawn(kind, count=2):
        wanted = oracles.imtl_g(rows)
        _agree(jacobians.direction(training.IMTLG(), rows), wanted, np.linalg.norm(wanted))
