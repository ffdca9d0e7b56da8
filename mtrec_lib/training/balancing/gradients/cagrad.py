"""Near the mean gradient, the direction that helps the worst-off task most."""

from typing import Any

import numpy as np
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Tensor
from mtrec_lib.training.balancing.gradients.gradient_balancing import GradientBalancing
from mtrec_lib.training.balancing.gradients.quadratic import (
    MOST_TASKS,
    RIDGE,
    least,
    on_simplex,
    on_supports,
    squares,
    unit_rows,
)


class CAGrad(GradientBalancing):
    """d = argmax min_i d·g_i over ‖d − ḡ‖ ≤ c‖ḡ‖, ḡ the mean gradient.

    Its dual is a minimum over the simplex, F(w) = g_w·ḡ + c‖ḡ‖‖g_w‖ with g_w = Σ w_i g_i, and
    d = ḡ + c‖ḡ‖ g_w/‖g_w‖. On each support the stationary point of F is the root of a quadratic
    equation, so that the answer is exact. c = 0 is the mean gradient, c → 1 leads towards MGDA's
    direction. d may still conflict with a task. The scale is around the mean gradient, without
    the division by 1 + c² of the authors' programs.

    Args:
        c: radius of the ball in units of ‖ḡ‖, in [0, 1).
        at: where gradients are taken: ``"representation"`` or ``"parameters"``.

    Raises:
        ParameterError: c outside of [0, 1); another word for ``at``; more than ten tasks.

    >>> [round(float(w), 3) for w in CAGrad(c=0.5).weights(None, [[4.0, 0.0], [0.0, 4.0]])]
    [0.75, 0.75]

    Source: Liu et al., arXiv:2110.14048, eq. 4 and algorithm 1.
    Taught in chapter 06.
    """

    limit = MOST_TASKS

    def __init__(self, c: float = 0.4, at: str = "representation") -> None:
        super().__init__(at)
        if not 0 <= c < 1:
            raise ParameterError(
                f"c must be in [0, 1), the range in which training converges, got {c}"
            )
        self.c = float(c)

    def combine(self, gram: Tensor) -> Tensor:
        """1/m a task for ḡ, and what the dual adds."""
        cosines, lengths = unit_rows(gram)
        lengths = lengths / ops.max(lengths)
        mean = lengths / gram.shape[0]
        radius = self.c * ops.sqrt(squares(cosines, mean))
        slopes = ops.matmul(cosines, mean)
        candidates = _stationary(cosines, lengths, slopes, radius)
        norms = ops.sqrt(squares(cosines, candidates * lengths))
        objectives = ops.matmul(candidates * lengths, slopes) + radius * norms
        none = ops.sum(candidates, axis=-1) < 0.5  # F has no stationary point on this support
        best = least(candidates, ops.where(none, np.inf, objectives))
        blurred = RIDGE * ops.square(ops.sum(best * lengths))  # below: lost in float32
        norm = ops.sqrt(ops.maximum(squares(cosines, best * lengths), blurred))
        return 1.0 / gram.shape[0] + radius / ops.maximum(norm, 1e-18) * best

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"c": self.c} | super().get_config()


def _stationary(cosines: Tensor, lengths: Tensor, slopes: Tensor, radius: Tensor) -> Tensor:
    """Where F is stationary on each support, moved into the simplex, ``(2^m − 1, m)``.

    With b = Jḡ the condition is radius · M_S w/‖g_w‖ = λ1 − b_S, so w ∝ λx − y for x = M_S⁻¹1 and
    y = M_S⁻¹b_S; and ‖g_w‖² = wᵀMw makes λ the greater root of λ² 1·x − 2λ 1·y + b·y = radius².
    """
    ones = 1.0 / lengths
    solutions = on_supports(cosines, ops.stack([ones, slopes], axis=-1))[1:]
    x, y = solutions[..., 0], solutions[..., 1]
    one_x, one_y, b_y = ops.matmul(x, ones), ops.matmul(y, ones), ops.matmul(y, slopes)
    square = one_y * one_y - one_x * (b_y - radius * radius)
    root = (one_y + ops.sqrt(ops.maximum(square, 0.0))) / ops.maximum(one_x, 1e-18)
    return on_simplex((root[:, None] * x - y) / lengths)
