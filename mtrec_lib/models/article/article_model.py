"""The article's model with the fewest repairs."""

from typing import Any

import keras
from keras import layers

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Batch, Shape, Tensor
from mtrec_lib.models.article.article_text import ARTICLE_LENGTH

VOCABULARY, CATEGORIES, WIDTH, STATE = 10_000, 10, 256, 128


@keras.saving.register_keras_serializable("mtrec")
class ArticleModel(keras.Model):
    """An LSTM over the last items, beside the category of the next one: will they like it?

    The article's layers and sizes, with two repairs without which it does not run: the length of
    the sequence is given, and the embedded category is flattened. One more makes it meaningful:
    the article does not say how short histories are filled; here padding (id 0) is masked.

    What it cannot do: it never sees *which* item is to be judged, only that item's category, so
    two films of one genre always get the same answer. It has one output, hence is no multi-task
    model, and no next-item loss, hence is no language model.

    Args:
        max_length: items of history it reads (≥ 1).

    Call it with ``{"history": (batch, max_length), "category": (batch, 1)}``, int32, as
    :func:`article_arrays` makes them; it returns ``(batch, 1)`` probabilities.

    >>> import numpy as np
    >>> model = ArticleModel(max_length=3)
    >>> x = {"history": np.array([[0, 2, 5]]), "category": np.array([[1]])}
    >>> tuple(model(x).shape)
    (1, 1)

    Taught in chapter 04.
    """

    def __init__(self, max_length: int = ARTICLE_LENGTH, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if max_length < 1:
            raise ParameterError(f"max_length must be ≥ 1, got {max_length}; the usual is 50")
        self.max_length = max_length
        self.item_embedding = layers.Embedding(VOCABULARY, WIDTH, mask_zero=True)
        self.lstm = layers.LSTM(STATE, use_cudnn=False)  # cuDNN wants right padding
        self.category_embedding = layers.Embedding(CATEGORIES, WIDTH)
        self.flatten = layers.Flatten()
        self.concatenate = layers.Concatenate()
        self.dense = layers.Dense(1, activation="sigmoid", dtype="float32")

    def build(self, input_shape: Shape | None = None) -> None:
        """Make the weights; their shapes do not depend on the input."""
        self.item_embedding.build((None, self.max_length))
        self.lstm.build((None, self.max_length, WIDTH))
        self.category_embedding.build((None, 1))
        self.dense.build((None, STATE + WIDTH))
        self.built = True

    def call(self, inputs: Batch) -> Tensor:
        """Probabilities of a like, ``(batch, 1)``."""
        items = self.item_embedding(inputs["history"])  # (batch, length, 256)
        state = self.lstm(items, mask=self.item_embedding.compute_mask(inputs["history"]))
        interest = self.category_embedding(inputs["category"])  # (batch, 1, 256)
        return self.dense(self.concatenate([state, self.flatten(interest)]))  # (batch, 384) → 1

    def compute_output_shape(self, input_shape: dict[str, Shape]) -> tuple[int | None, int]:
        """``(batch, 1)``."""
        return (input_shape["category"][0], 1)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return super().get_config() | {"max_length": self.max_length}
