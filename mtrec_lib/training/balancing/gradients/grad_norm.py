"""Weights that bring the tasks' gradients to comparable lengths."""

from typing import Any

import keras
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Tensor
from mtrec_lib.training.balancing.gradients.gradient_balancing import GradientBalancing
from mtrec_lib.training.balancing.positive import LEAST, positive

LEAST_WEIGHT = 1e-3  # a weight that has become negative would climb


class GradNorm(GradientBalancing):
    """λ learned so that λ_i‖g_i‖ → mean(λ‖g‖) · r_i^α, r_i the relative inverse training rate.

    r_i = (L_i / L_i at the first step that had labels), divided by its mean over tasks: a task that
    has fallen less gets a longer gradient. At every step λ moves by one step of Adam down
    Σ |λ_i‖g_i‖ − target_i|, the target held fixed, and is divided so that Σ λ_i = tasks. The
    new λ serves the next step. r needs positive losses: those below 0.001 nats (a Gaussian one
    can be negative) are taken as 0.001. λ does not fall below 0.001.

    Args:
        alpha: α ≥ 0, how strongly the slower tasks are pulled; 0 makes all lengths equal.
        learning_rate: of λ, > 0.
        at: where gradients are taken: ``"representation"`` or ``"parameters"``.

    Raises:
        ParameterError: an argument out of range; another word for ``at``.

    >>> method = GradNorm(learning_rate=0.1)
    >>> method.bind(["item", "like"])
    >>> gram = [[4.0, 0.0], [0.0, 1.0]]  # lengths 2 and 1, targets 1.5: the first λ falls
    >>> _, after = method.weights([6.0, 0.6], gram), method.weights([6.0, 0.6], gram)
    >>> [round(float(weight), 3) for weight in after]
    [0.9, 1.1]

    Source: Chen et al., arXiv:1711.02257, eq. 1–2 and algorithm 1.
    Taught in chapter 06.
    """

    def __init__(
        self, alpha: float = 1.5, learning_rate: float = 0.025, at: str = "representation"
    ) -> None:
        super().__init__(at)
        if not 0 <= alpha < float("inf"):
            raise ParameterError(f"alpha must be ≥ 0 and finite, got {alpha}")
        if not 0 < learning_rate < float("inf"):
            raise ParameterError(f"learning_rate must be > 0 and finite, got {learning_rate}")
        self.alpha, self.learning_rate = float(alpha), float(learning_rate)

    def build(self, tasks: int) -> None:
        """λ, the first losses (0 before there are any), and what Adam remembers."""
        self.current = self.remember("weights", [1.0] * tasks)
        self.first = self.remember("first_losses", [0.0] * tasks)
        self.adam = keras.optimizers.Adam(self.learning_rate)
        self.adam.build([self.current])
        self.variables += self.adam.variables

    def weights(self, losses: Tensor, gram: Tensor | None = None) -> Tensor:
        """λ of this step; then λ moves."""
        lengths = ops.sqrt(ops.maximum(ops.diagonal(self.gram_of(gram)), 0.0))
        now = ops.convert_to_tensor(self.current) + 0.0  # a copy: the variable is about to change
        weighed = now * lengths
        target = ops.mean(weighed) * ops.power(self._rates(losses), self.alpha)
        self.adam.apply([lengths * ops.sign(weighed - target)], [self.current])
        moved = ops.maximum(self.current, LEAST_WEIGHT)
        self.current.assign(moved * (float(len(self.tasks)) / ops.sum(moved)))
        return now

    def _rates(self, losses: Tensor) -> Tensor:
        """r of each task; the first loss above the least is remembered."""
        losses, first = positive(losses), ops.convert_to_tensor(self.first)
        first = ops.where(first > LEAST, first, losses)
        self.first.assign(first)
        rates = losses / first
        return rates / ops.mean(rates)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"alpha": self.alpha, "learning_rate": self.learning_rate} | super().get_config()
