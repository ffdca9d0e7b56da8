"""Gradients made orthogonal and equally long, with as little change as possible."""

from typing import Any

from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Tensor
from mtrec_lib.training.balancing.gradients.gradient_balancing import GradientBalancing


class AlignedMTL(GradientBalancing):
    """The mean of gradients whose singular values are all brought down to the smallest.

    With M = VΛVᵀ the gradients become √λ_min · VΛ^(−½)Vᵀ J: orthogonal, one length, condition
    number one. In the span of dependent gradients λ_min is the smallest *positive* eigenvalue. The
    scale is that of a mean; d is short where two gradients are nearly in one line, opposite or
    not. d may conflict with a task: aligned gradients agree with one another, not with the old.

    Args:
        tolerance: eigenvalues up to this share of the largest count as zero, in (0, 1); float32
            sums of products leave about 1e-6 where the exact value is zero.
        at: where gradients are taken: ``"representation"`` or ``"parameters"``.

    Raises:
        ParameterError: a tolerance outside of (0, 1); another word for ``at``.

    >>> [round(float(w), 3) for w in AlignedMTL().weights(None, [[1.0, 0.0], [0.0, 4.0]])]
    [0.5, 0.25]

    Source: Senushkin et al., arXiv:2305.19000, eq. 14–16.
    Taught in chapter 06.
    """

    def __init__(self, tolerance: float = 1e-5, at: str = "representation") -> None:
        super().__init__(at)
        if not 0 < tolerance < 1:
            raise ParameterError(f"tolerance must be in (0, 1), got {tolerance}")
        self.tolerance = float(tolerance)

    def combine(self, gram: Tensor) -> Tensor:
        """√λ_min VΛ^(−½)Vᵀ times 1/m a task."""
        gram = gram / ops.maximum(ops.max(ops.diagonal(gram)), 1e-36)
        values, vectors = ops.eigh(gram)
        positive = values > self.tolerance * ops.max(values)
        smallest = ops.min(ops.where(positive, values, ops.max(values)))
        shrink = ops.where(positive, ops.sqrt(smallest / ops.where(positive, values, 1.0)), 0.0)
        return ops.matmul(vectors, shrink * ops.mean(vectors, axis=0))

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"tolerance": self.tolerance} | super().get_config()
