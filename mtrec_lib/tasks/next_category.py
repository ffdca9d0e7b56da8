"""What kind of item comes next?"""

from typing import TYPE_CHECKING

import keras
import numpy as np
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Batch, Tensor
from mtrec_lib.losses import softmax_cross_entropy
from mtrec_lib.tasks.genres import Genres

if TYPE_CHECKING:
    from mtrec_lib.data.catalogue import Catalogue
    from mtrec_lib.data.log import Log
    from mtrec_lib.features.inputs import Inputs


@keras.saving.register_keras_serializable("mtrec")
class NextCategory(Genres):
    """p(category of the next item | history), a softmax. A coarse view of the item, given nothing.

    For catalogues in which an item has one category, such as a shop's departments; where an item
    may have several they are a set, and the task is :class:`Genres`.

    Args:
        categories: how many there are; default: what the catalogue has.
        hidden: hidden units of the head.
        dropout: rate in the head.

    Raises:
        ParameterError: an item has several categories, or none has any.

    >>> NextCategory().kind, NextCategory().given
    ('coarse view', ())

    Taught in chapter 07.
    """

    name = label = "next_category"

    def prepare(self, inputs: "Inputs | None") -> None:
        """Take the category of every item from the catalogue."""
        super().prepare(inputs)
        if inputs is not None and _several(inputs.catalogue):
            raise ParameterError(
                "an item has several categories, and a softmax would make them exclude one "
                "another; use mt.tasks.Genres()"
            )

    def missing_in(self, log: "Log") -> str | None:
        """Why a log cannot carry this task, or None if it can."""
        if _several(log.catalogue):
            return f"an item of {log.name} has several categories: they are genres"
        return super().missing_in(log)

    def loss(self, output: Tensor, y: Batch) -> Tensor:
        """−log p(category)."""
        return softmax_cross_entropy(output, ops.argmax(self.target(y), axis=-1))

    def expectation(self, output: Tensor) -> Tensor:
        """``(..., categories)`` probabilities, in the order of ``catalogue.categories``."""
        return ops.softmax(ops.cast(output, "float32"), axis=-1)


def _several(catalogue: "Catalogue") -> bool:
    return bool(np.any(catalogue.category_matrix.sum(axis=1) > 1))
