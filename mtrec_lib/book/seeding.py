"""Seeds for everything random in a notebook, without importing what it does not use.

Keras costs four seconds and many chapters never need it, so it is seeded when it is first imported.
"""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from mtrec_lib.core.runtime.first_import import around_first_import


@contextmanager
def _generators_kept() -> Iterator[None]:
    state, numbers = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(state)
        np.random.set_state(numbers)  # noqa: NPY002


def seed_everything(seed: int) -> None:
    """Seed Python and NumPy now, Keras and TensorFlow now or when they are first imported."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - what others draw from the legacy generator

    @contextmanager
    def seeded() -> Iterator[None]:
        # A late import must not move the generators that the chapter has already drawn from.
        with _generators_kept():
            yield
            _seed_keras(seed)

    imported = "keras" in sys.modules or "tensorflow" in sys.modules
    if imported or not around_first_import("keras", "seeds", seeded):
        _seed_keras(seed)


def _seed_keras(seed: int) -> None:
    import keras

    keras.utils.set_random_seed(seed)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
