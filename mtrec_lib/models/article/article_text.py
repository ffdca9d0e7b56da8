"""The article's program as it was printed, and what happens when it is run."""

from typing import TypeVar

ARTICLE_LENGTH = 50  # the article never says how long a sequence is

Failure = TypeVar("Failure", bound=Exception)

AS_PRINTED = """\
import numpy as np
from keras import Model
from keras.layers import LSTM, Concatenate, Dense, Embedding, Input

sequence = Input(shape=(max_sequence_length,))
state = LSTM(128)(Embedding(10000, 256)(sequence))

category = Input(shape=(1,))
interest = Embedding(10, 256)(category)

both = Concatenate()([state, interest])
answer = Dense(1, activation="sigmoid")(both)

model = Model([sequence, category], answer)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])

items = np.random.randint(10000, size=(1000, max_sequence_length))
categories = np.random.randint(10, size=(1000, 1))
labels = np.random.randint(2, size=(1000, 1))
model.fit([items, categories], labels, batch_size=32, epochs=10)
"""


def article_as_printed() -> tuple[NameError, ValueError]:
    """Run :data:`AS_PRINTED` twice and hand back what it raises.

    The listing rebuilds the article's model line by line: its layers, sizes, loss, optimiser, batch
    and epochs; the random arrays stand for data that the article does not print. It fails twice
    over: ``max_sequence_length`` is nowhere defined; once it is, the state of the LSTM has the
    shape (batch, 128) and the embedded category (batch, 1, 256), which cannot be joined.

    Returns:
        The error of the listing as it stands, and the one after the length has been supplied.

    >>> first, second = article_as_printed()
    >>> print(first)
    name 'max_sequence_length' is not defined

    Taught in chapter 04.
    """
    return _raised({}, NameError), _raised({"max_sequence_length": ARTICLE_LENGTH}, ValueError)


def _raised(names: dict[str, object], kind: type[Failure]) -> Failure:
    """The error that the listing raises where ``names`` are defined."""
    try:
        exec(compile(AS_PRINTED, "the article's program", "exec"), dict(names))
    except kind as error:
        return error
    raise RuntimeError(f"the article's program ran without a {kind.__name__}; Keras has changed")
