"""The mean gradient, turned until no task objects."""

from keras import ops

from mtrec_lib.core.types import Tensor
from mtrec_lib.training.balancing.gradients.gradient_balancing import GradientBalancing
from mtrec_lib.training.balancing.gradients.quadratic import MOST_TASKS, least_above


class DualProjection(GradientBalancing):
    """The mean gradient projected onto {d : d·g_i ≥ 0 for all i}, the dual cone of the gradients.

    To first order no task gets worse, and of all such directions this is the one nearest to the
    mean gradient, whose scale it keeps. Without conflict it *is* the mean gradient.

    Args:
        at: where gradients are taken: ``"representation"`` or ``"parameters"``.

    Raises:
        ParameterError: another word for ``at``; more than ten tasks.

    >>> [round(float(w), 3) for w in DualProjection().weights(None, [[1.0, -2.0], [-2.0, 9.0]])]
    [1.0, 0.5]

    Source: Lopez-Paz and Ranzato (gradient episodic memory), arXiv:1706.08840.
    Taught in chapter 06.
    """

    limit = MOST_TASKS

    def combine(self, gram: Tensor) -> Tensor:
        """The projection of the mean."""
        tasks = gram.shape[0]
        return least_above(gram, ops.full((1, tasks), 1.0 / tasks, dtype="float32"))[0]
