"""The shortest vector in the convex hull of the gradients."""

from mtrec_lib.core.types import Tensor
from mtrec_lib.training.balancing.gradients.gradient_balancing import GradientBalancing
from mtrec_lib.training.balancing.gradients.quadratic import MOST_TASKS, simplex_minimum


class MGDA(GradientBalancing):
    """Multiple-gradient descent: w = argmin ‖Σ w_i g_i‖² with w ≥ 0, Σ w_i = 1.

    To first order no task gets worse, and all get better at the same rate or faster; d = 0 exactly
    where no direction helps all tasks. The shortest gradient rules: a task with a small loss, or
    in small units, takes nearly all the weight, and a task without a label in the batch, its
    gradient zero, stops the others. Σ w_i = 1, so d is no longer than any gradient.

    Args:
        at: where gradients are taken: ``"representation"`` (the multi-task form, justified there
            by an upper bound) or ``"parameters"``.

    Raises:
        ParameterError: another word for ``at``; more than ten tasks.

    >>> [round(float(w), 3) for w in MGDA().weights(None, [[1.0, 0.0], [0.0, 4.0]])]
    [0.8, 0.2]

    Source: Désidéri, Comptes Rendus Mathématique 350 (2012); Sener and Koltun, arXiv:1810.04650.
    Taught in chapter 06.
    """

    limit = MOST_TASKS

    def combine(self, gram: Tensor) -> Tensor:
        """The minimum over the simplex."""
        return simplex_minimum(gram)
