"""What counts as a tensor."""

import numpy as np
import pytest

from mtrec_lib.core.types import Tensor

OPERATIONS = (
    "getitem neg add radd sub rsub mul rmul truediv rtruediv pow matmul eq lt le gt ge".split()
)
MEMBERS = [*(f"__{name}__" for name in OPERATIONS), "shape", "dtype"]


@pytest.mark.parametrize("operation", MEMBERS)
def test_tensors_of_numpy_keras_and_tensorflow_do_all_of_it(operation):
    import keras
    import tensorflow as tf

    assert operation in vars(Tensor)
    for tensor in (np.zeros(2), tf.zeros(2), keras.KerasTensor((2,))):
        assert hasattr(tensor, operation)
