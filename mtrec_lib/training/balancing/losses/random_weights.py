"""λ drawn anew at every step: the baseline that methods must beat."""

from typing import Any

import keras
from keras import ops

from mtrec_lib.core.types import Tensor
from mtrec_lib.training.balancing.balancing import Balancing
from mtrec_lib.training.balancing.draws import normal


class RandomWeights(Balancing):
    """Random loss weighting: λ = softmax(z), z a standard normal a task, at every step.

    Σ λ_i = 1, as published: in the mean a task weighs 1/tasks.

    Args:
        seed: of the draws; ``training.fit`` reseeds them every epoch.

    >>> method = RandomWeights()
    >>> method.bind(["item", "like"])
    >>> round(float(sum(method.weights([2.0, 1.0]))), 4)
    1.0

    Source: Lin et al., arXiv:2111.10603.
    Taught in chapter 06.
    """

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, tasks: int) -> None:
        """The state of the draws is part of what is saved."""
        self.variables.append(self.seed_generator.state)

    def weights(self, losses: Tensor, gram: Tensor | None = None) -> Tensor:
        """λ of each task; nothing is looked at."""
        return ops.softmax(normal(self.seed_generator, [len(self.tasks)]))

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"seed": self.seed}
