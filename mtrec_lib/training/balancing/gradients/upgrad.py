"""Every gradient freed of its conflicts by itself, then the mean."""

from keras import ops

from mtrec_lib.core.types import Tensor
from mtrec_lib.training.balancing.gradients.gradient_balancing import GradientBalancing
from mtrec_lib.training.balancing.gradients.quadratic import MOST_TASKS, least_above


class UPGrad(GradientBalancing):
    """The mean of the gradients' projections onto {d : d·g_i ≥ 0 for all i}.

    To first order no task gets worse, and a task's share of the direction grows in proportion to
    its gradient: linear in the scale of each row, which MGDA and dual projection are not. The
    scale is that of the mean gradient; without conflict it *is* the mean gradient.

    Args:
        at: where gradients are taken: ``"representation"`` or ``"parameters"``.

    Raises:
        ParameterError: another word for ``at``; more than ten tasks.

    >>> [round(float(w), 3) for w in UPGrad().weights(None, [[1.0, -1.0], [-1.0, 4.0]])]
    [1.0, 0.625]

    Source: Quinton and Rey (Jacobian descent), arXiv:2406.16232.
    Taught in chapter 06.
    """

    limit = MOST_TASKS

    def combine(self, gram: Tensor) -> Tensor:
        """The mean of the projections."""
        return ops.mean(least_above(gram, ops.eye(gram.shape[0], dtype="float32")), axis=0)
