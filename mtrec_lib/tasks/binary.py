"""What every yes-or-no question shares."""

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from mtrec_lib.core.types import Batch, Tensor
from mtrec_lib.losses import binary_cross_entropy
from mtrec_lib.models.heads import AdaptiveTransfer, GivenItem, GivenNothing
from mtrec_lib.tasks.task import Task

if TYPE_CHECKING:
    from mtrec_lib.features.sequences.spec import InputSpec


class Binary(Task):
    """A question that is answered yes or no: one logit, binary cross-entropy, a probability.

    A subclass says its ``name``, ``label``, ``given`` and ``kind``; the label is a column that
    holds 0 and 1, or whatever ``target`` and ``mask`` make of one. The head sees the item where
    the task is given it.

    Args:
        hidden: hidden units of the head.
        dropout: rate in the head.

    >>> class Returned(Binary):
    ...     name = label = "returned"
    ...     given = ("item",)
    >>> Returned(hidden=32).get_config()
    {'hidden': 32, 'dropout': 0.1}

    Taught in chapter 07.
    """

    metric = "auc"

    def __init__(self, hidden: int = 64, dropout: float = 0.1) -> None:
        self.hidden, self.dropout = hidden, dropout

    def make_head(self, spec: "InputSpec", width: int) -> keras.layers.Layer:
        """A small network with one output."""
        seeing = AdaptiveTransfer if self.transfer_from else GivenItem
        kind = seeing if "item" in self.given else GivenNothing
        return kind(self.hidden, dropout=self.dropout)

    def loss(self, output: Tensor, y: Batch) -> Tensor:
        """Binary cross-entropy."""
        return binary_cross_entropy(output[..., 0], self.target(y))

    def expectation(self, output: Tensor) -> Tensor:
        """The probability of a yes."""
        return ops.sigmoid(output[..., 0])

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"hidden": self.hidden, "dropout": self.dropout}
