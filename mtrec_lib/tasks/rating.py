"""How will it be rated?"""

from typing import Any

import keras

from mtrec_lib.losses import gaussian_nll
from mtrec_lib.models.heads import GaussianGivenItem
from mtrec_lib.tasks.task import Task


@keras.saving.register_keras_serializable("mtrec")
class Rating(Task):
    """p(rating | history, item) as a Gaussian with one learned σ. A factor, given the item.

    Squared error with the weight that likelihood gives it: 1 / 2σ².

    Args:
        hidden: hidden units of the head.
        dropout: rate in the head.
        start: the mean before training; default: the middle of the log's scale.

    >>> Rating().given
    ('item',)

    Taught in chapter 07.
    """

    name = "rating"
    label = "rating"
    given = ("item",)
    metric = "rmse"

    def __init__(self, hidden: int = 64, dropout: float = 0.1, start: float | None = None) -> None:
        self.hidden, self.dropout, self.start = hidden, dropout, start

    def make_head(self, spec: Any, width: int) -> keras.layers.Layer:
        """A Gaussian head that starts in the middle of the scale."""
        if self.start is None:
            self.start = sum(spec.grades) / len(spec.grades) if spec.grades else 0.0
        return GaussianGivenItem(self.hidden, dropout=self.dropout, start=self.start)

    def loss(self, output: Any, y: dict[str, Any]) -> Any:
        """The Gaussian's negative log likelihood, constants included."""
        return gaussian_nll(self.target(y), output[..., 0], output[..., 1])

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"hidden": self.hidden, "dropout": self.dropout, "start": self.start}
