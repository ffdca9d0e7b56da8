"""The task that makes a model of behaviour a language model."""

from typing import Any

import keras
from keras import ops

from mtrec_lib.losses import softmax_cross_entropy
from mtrec_lib.models.heads import ItemSoftmax
from mtrec_lib.tasks.task import Task


@keras.saving.register_keras_serializable("mtrec")
class NextItem(Task):
    """p(item | history): a softmax over the whole catalogue. A factor, given nothing.

    A target outside the catalogue cannot be learned and is not counted.

    >>> NextItem().kind, NextItem().given
    ('factor', ())

    Taught in chapter 04.
    """

    name = "next_item"
    metric = "ndcg@10"

    def make_head(self, spec: Any, width: int) -> keras.layers.Layer:
        """A softmax tied to the item table."""
        return ItemSoftmax(spec)

    def output(self, head: Any, states: Any, table: Any, item: Any, training: bool) -> Any:
        """Logits over the catalogue; the given item is never looked at."""
        return head(states, table)

    def mask(self, y: dict[str, Any]) -> Any:
        """1 where the item is in the catalogue."""
        return ops.cast(y["item"] >= 2, "float32")

    def loss(self, output: Any, y: dict[str, Any]) -> Any:
        """−log p(item)."""
        return softmax_cross_entropy(output, ops.maximum(y["item"] - 2, 0))
