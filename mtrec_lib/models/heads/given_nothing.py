"""A head for what an event holds before any of it is known: its category, a repeat, …"""

import keras

from mtrec_lib.models.heads.small_network import SmallNetwork


@keras.saving.register_keras_serializable("mtrec")
class GivenNothing(SmallNetwork):
    """W · relu(A state + b) + c: a small network that sees the past alone.

    Args:
        hidden: hidden units.
        units: numbers a state gets.
        dropout: rate after the hidden layer.
        start: what the output says before training, a constant.

    Shapes: states ``(..., width)`` → ``(..., units)``.

    >>> import numpy as np
    >>> tuple(GivenNothing(hidden=4, units=3)(np.zeros((2, 5, 8), "float32")).shape)
    (2, 5, 3)

    Taught in chapter 07.
    """
