"""What counts as a tensor."""

import numpy as np
import pytest

from mtrec_lib.core.types import Tensor

OPERATIONS = sorted(name for name in vars(Tensor) if name.startswith("__") and name[2:-2] in {
    "getitem", "neg", "add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv",
    "pow", "matmul", "lt", "le", "gt", "ge",
})  # fmt: skip


@pytest.mark.parametrize("operation", [*OPERATIONS, "shape", "dtype"])
def test_tensors_of_numpy_keras_and_tensorflow_do_all_of_it(operation):
    import keras
    import tensorflow as tf

    for tensor in (np.zeros(2), tf.zeros(2), keras.KerasTensor((2,))):
        assert hasattr(tensor, operation)
