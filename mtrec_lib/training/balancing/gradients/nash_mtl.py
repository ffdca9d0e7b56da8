"""The direction that tasks would agree on by bargaining."""

import math

import numpy as np
from keras import ops

from mtrec_lib.core.types import Tensor
from mtrec_lib.training.balancing.gradients.gradient_balancing import GradientBalancing
from mtrec_lib.training.balancing.gradients.quadratic import RIDGE, solve, squares, unit_rows

STEPS = 20  # of Newton's method; for random gradients six leave float32 nothing to improve


class NashMTL(GradientBalancing):
    """The Nash bargaining solution: d maximises Σ log d·g_i over a ball, Mα = 1/α.

    To first order no task gets worse. The direction does not depend on the scale of any loss. The
    length is the published one, ‖d‖ = √tasks, however small the gradients: the learning rate
    alone decides how far a step goes. Found as the minimum of ½αᵀMα − Σ log α_i, which is convex,
    by a fixed number of damped Newton steps, each followed by the best rescaling of α. At a point
    where no direction helps all tasks there is nothing to agree on; d is then nearly zero.

    Args:
        at: where gradients are taken: ``"representation"`` or ``"parameters"``.

    Raises:
        ParameterError: another word for ``at``.

    >>> [round(float(w), 3) for w in NashMTL().weights(None, [[1.0, 0.0], [0.0, 4.0]])]
    [1.0, 0.5]

    Source: Navon et al., arXiv:2202.01017, claim 3.1.
    Taught in chapter 06.
    """

    def combine(self, gram: Tensor) -> Tensor:
        """α, by way of β = ‖g‖α: the same problem for rows of length one."""
        cosines, lengths = unit_rows(gram)
        cosines = cosines + RIDGE * np.eye(gram.shape[0], dtype="float32")
        start = ops.ones_like(lengths)
        return ops.fori_loop(0, STEPS, lambda _, beta: _newton(cosines, beta), start) / lengths


def _newton(cosines: Tensor, beta: Tensor) -> Tensor:
    """One damped Newton step, then the best multiple.

    The unknown is the relative change η of β: (diag(β)C diag(β) + I)η = 1 − β·Cβ, a matrix whose
    eigenvalues are at least one. The objective is self-concordant: divided by 1 + decrement the
    step keeps β positive and always lowers it.
    """
    size = cosines.shape[0]
    slope = 1.0 - beta * ops.matmul(cosines, beta)
    hessian = beta[:, None] * cosines * beta[None, :] + np.eye(size, dtype="float32")
    change = solve(hessian[None], slope[None, :, None])[0, :, 0]
    decrement = ops.sqrt(ops.maximum(ops.sum(change * slope), 0.0))
    beta = beta * (1.0 + change / (1.0 + decrement))
    return beta * math.sqrt(size) / ops.sqrt(ops.maximum(squares(cosines, beta), 1e-18))
