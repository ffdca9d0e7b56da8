"""All losses lowered at one relative speed, from the losses alone."""

from typing import Any

import keras
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Tensor
from mtrec_lib.training.balancing.balancing import Balancing
from mtrec_lib.training.balancing.positive import positive


class FAMO(Balancing):
    """Fast adaptive multitask optimisation: the weights follow how much each log L fell.

    z = softmax(ξ) weighs the gradients of log L: λ = c z/L, with c = 1/Σ(z/L), so that Σ λ_i = 1.
    After each step the losses of the same batch are computed once more, and ξ takes a step of Adam
    against δ = log L before − log L after, through the softmax, plus a decay: a task that fell
    less than the others gains weight. One more forward pass a step, no gradients a task.
    Losses below 0.001 nats (a Gaussian one can be negative) are taken as 0.001.

    Args:
        learning_rate: of ξ, > 0.
        decay: γ, pulls ξ back to zero, ≥ 0.

    Raises:
        ParameterError: an argument out of range.

    >>> method = FAMO()
    >>> method.bind(["item", "like"])
    >>> [round(float(weight), 3) for weight in method.weights([4.0, 1.0])]  # 1/L : 1/L
    [0.2, 0.8]

    Source: Liu et al., arXiv:2306.03792, algorithm 1, with Adam for ξ as in the authors' program.
    Taught in chapter 06.
    """

    needs_after = True

    def __init__(self, learning_rate: float = 0.025, decay: float = 0.001) -> None:
        super().__init__()
        if not 0 < learning_rate < float("inf"):
            raise ParameterError(f"learning_rate must be > 0 and finite, got {learning_rate}")
        if not 0 <= decay < float("inf"):
            raise ParameterError(f"decay must be ≥ 0 and finite, got {decay}")
        self.learning_rate, self.decay = float(learning_rate), float(decay)

    def build(self, tasks: int) -> None:
        """ξ, and what Adam remembers of it."""
        self.logits = self.remember("logits", [0.0] * tasks)
        self.adam = keras.optimizers.Adam(self.learning_rate)
        self.adam.build([self.logits])
        self.variables += self.adam.variables

    def weights(self, losses: Tensor, gram: Tensor | None = None) -> Tensor:
        """λ ∝ softmax(ξ)/L."""
        shares = ops.softmax(self.logits) / positive(losses)
        return shares / ops.sum(shares)

    def after(self, before: Tensor, losses: Tensor) -> None:
        """Move ξ by what the step did to each loss of its batch."""
        fallen = ops.log(positive(before)) - ops.log(positive(losses))
        shares = ops.softmax(self.logits)
        through = shares * (fallen - ops.sum(shares * fallen))  # the softmax's Jacobian times δ
        self.adam.apply([through + self.decay * self.logits], [self.logits])

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"learning_rate": self.learning_rate, "decay": self.decay}
