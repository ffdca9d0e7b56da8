"""Will it be liked?"""

from typing import Any

import keras
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.losses import binary_cross_entropy
from mtrec_lib.models.heads import GivenItem
from mtrec_lib.tasks.task import Task


@keras.saving.register_keras_serializable("mtrec")
class Like(Task):
    """p(rating ≥ at | history, item). A coarse view of the rating, given the item.

    Once the rating is known nothing is left to be random, so likelihood names no weight for it
    beside :class:`Rating`.

    Args:
        at: the rating from which an event is a like; default: what the log says.
        hidden: hidden units of the head.
        dropout: rate in the head.

    >>> Like(at=4).kind
    'coarse view'

    Taught in chapter 07.
    """

    name = "like"
    label = "rating"
    given = ("item",)
    kind = "coarse view"
    metric = "auc"

    def __init__(self, at: float | None = None, hidden: int = 64, dropout: float = 0.1) -> None:
        self.at, self.hidden, self.dropout = at, hidden, dropout

    def prepare(self, inputs: Any) -> None:
        """Take the threshold from the log, where none was given."""
        if self.at is None and inputs is not None:
            self.at = inputs.like_at
        if self.at is None:
            raise ParameterError(
                "at must be a rating: the log does not say from which rating an event is a like; "
                "write mt.tasks.Like(at=4)"
            )

    def missing_in(self, log: Any) -> str | None:
        """Why a log cannot carry this task, or None if it can."""
        if self.at is None and log.about.like_at is None:
            return f"the log {log.name} does not say from which rating an event is a like"
        return super().missing_in(log)

    def make_head(self, spec: Any, width: int) -> keras.layers.Layer:
        """A small network over state and item."""
        return GivenItem(self.hidden, dropout=self.dropout)

    def target(self, y: dict[str, Any]) -> Any:
        """1 for a like, else 0."""
        return ops.cast(super().target(y) >= self.at, "float32")

    def loss(self, output: Any, y: dict[str, Any]) -> Any:
        """Binary cross-entropy."""
        return binary_cross_entropy(output[..., 0], self.target(y))

    def expectation(self, output: Any) -> Any:
        """The probability of a like."""
        return ops.sigmoid(output[..., 0])

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"at": self.at, "hidden": self.hidden, "dropout": self.dropout}
