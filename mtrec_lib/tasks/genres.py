"""Which genres will it have?"""

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Batch, Tensor
from mtrec_lib.losses import binary_cross_entropy
from mtrec_lib.models.heads import GivenNothing
from mtrec_lib.tasks.task import Task

if TYPE_CHECKING:
    from mtrec_lib.data.log import Log
    from mtrec_lib.features.inputs import Inputs
    from mtrec_lib.features.sequences.spec import InputSpec


@keras.saving.register_keras_serializable("mtrec")
class Genres(Task):
    """p(the next item has category c | history), a Bernoulli a category. A coarse view of the item.

    Categories are a set, and several may hold: the loss is the sum of their cross-entropies, in
    nats an event. Where every item has exactly one, :class:`NextCategory` is a softmax instead.

    Args:
        categories: how many there are; default: what the catalogue has.
        hidden: hidden units of the head.
        dropout: rate in the head.

    >>> Genres().kind, Genres().given
    ('coarse view', ())

    Taught in chapter 07.
    """

    name = label = "genres"
    kind = "coarse view"
    wide = True

    def __init__(
        self, categories: int | None = None, hidden: int = 64, dropout: float = 0.1
    ) -> None:
        self.categories, self.hidden, self.dropout = categories, hidden, dropout
        self._of_item: np.ndarray | None = None

    def prepare(self, inputs: "Inputs | None") -> None:
        """Take the categories of every item from the catalogue."""
        if inputs is not None:
            matrix = inputs.catalogue.category_matrix
            self.categories = matrix.shape[1]
            self._of_item = np.pad(matrix, ((2, 1), (0, 0)))  # a row an id
        if not self.categories:
            raise ParameterError("categories must be ≥ 1: the catalogue has none")

    def missing_in(self, log: "Log") -> str | None:
        """Why a log cannot carry this task, or None if it can."""
        return None if log.catalogue.categories else f"the items of {log.name} have no categories"

    def make_head(self, spec: "InputSpec", width: int) -> keras.layers.Layer:
        """A small network over the state, a logit a category."""
        return GivenNothing(self.hidden, units=self.categories or 1, dropout=self.dropout)

    def target(self, y: Batch) -> Tensor:
        """``(batch, length, categories)``: 1 for each that the item has."""
        return ops.take(_known(self._of_item, self.name), y["item"], axis=0)

    def mask(self, y: Batch) -> Tensor:
        """1 where the item is in the catalogue and has a category."""
        return ops.cast(ops.any(self.target(y) > 0, axis=-1), "float32")

    def loss(self, output: Tensor, y: Batch) -> Tensor:
        """Σ of the binary cross-entropies."""
        return ops.sum(binary_cross_entropy(output, self.target(y)), axis=-1)

    def expectation(self, output: Tensor) -> Tensor:
        """``(..., categories)`` probabilities, in the order of ``catalogue.categories``."""
        return ops.sigmoid(output)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        names = ("categories", "hidden", "dropout")
        return {name: getattr(self, name) for name in names}


def _known(of_item: np.ndarray | None, name: str) -> np.ndarray:
    if of_item is None:
        raise ParameterError(
            f"the task {name!r} does not know the items' categories: it was rebuilt from its "
            "configuration; load the model with mt.load, which brings the catalogue too"
        )
    return of_item
