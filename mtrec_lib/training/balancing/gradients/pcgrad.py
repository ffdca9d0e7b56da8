"""Gradients that give way to one another in turn."""

from typing import Any

import keras
import numpy as np
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Tensor
from mtrec_lib.training.balancing.draws import uniform
from mtrec_lib.training.balancing.gradients.gradient_balancing import GradientBalancing

ORDERS = ("random", "fixed")


class PCGrad(GradientBalancing):
    """Projecting conflicting gradients: each gives up what it has against each other, in turn.

    Starting from g_i, for every other task j in some order: where the vector has a negative inner
    product with g_j, its part along g_j is taken away. The *sum* over i of what remains is
    followed. With two tasks nothing conflicts any more (and it is twice UPGrad); with three or
    more a later projection may bring an earlier conflict back.

    Args:
        order: ``"random"``, drawn anew for every task and step, or ``"fixed"``, that of the tasks:
            then the direction is linear in the scale of each gradient, and repeatable.
        at: where gradients are taken: ``"representation"`` or ``"parameters"``.
        seed: of the random orders; ``training.fit`` reseeds them every epoch.

    Raises:
        ParameterError: another word for ``order`` or ``at``.

    >>> [round(float(w), 3) for w in PCGrad().weights(None, [[1.0, -1.0], [-1.0, 4.0]])]
    [2.0, 1.25]

    Source: Yu et al., arXiv:2001.06782, algorithm 1.
    Taught in chapter 06.
    """

    def __init__(self, order: str = "random", at: str = "representation", seed: int = 0) -> None:
        super().__init__(at)
        if order not in ORDERS:
            raise ParameterError(f"order must be one of {', '.join(ORDERS)}, got {order!r}")
        self.order, self.seed = order, seed
        self.seed_generator = keras.random.SeedGenerator(seed) if order == "random" else None

    def build(self, tasks: int) -> None:
        """The state of the random orders is part of what is saved."""
        if self.seed_generator is not None:
            self.variables.append(self.seed_generator.state)

    def combine(self, gram: Tensor) -> Tensor:
        """The sum of the projected gradients; row i of ``vectors`` is what is left of g_i."""
        tasks = gram.shape[0]
        orders = self._orders(tasks)
        vectors = ops.eye(tasks, dtype="float32")
        squares = ops.maximum(ops.diagonal(gram), 1e-36)
        for turn in range(tasks):
            other = ops.one_hot(orders[:, turn], tasks, dtype="float32")
            other = other * (1 - np.eye(tasks, dtype="float32"))  # not against itself
            inner = ops.sum(ops.matmul(vectors, gram) * other, axis=1, keepdims=True)
            vectors = vectors - ops.minimum(inner, 0.0) * other / squares
        return ops.sum(vectors, axis=0)

    def _orders(self, tasks: int) -> Tensor:
        """``(tasks, tasks)`` the order in which each gradient meets the others (and itself)."""
        if self.seed_generator is None:
            return ops.tile(ops.arange(tasks)[None, :], (tasks, 1))
        return ops.argsort(uniform(self.seed_generator, [tasks, tasks]), axis=1)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"order": self.order, "seed": self.seed} | super().get_config()
