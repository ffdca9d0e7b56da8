"""The matrix and the bias that a dense layer computes with, low-rank additions put in."""

import keras
from keras import ops

from mtrec_lib.core.types import Tensor
from mtrec_lib.pretrained.lora import LoRA


def kernel_of(layer: keras.layers.Layer) -> Tensor:
    """The kernel of a ``Dense``, an ``EinsumDense``, or of one of them in a :class:`LoRA`."""
    if not isinstance(layer, LoRA):
        return ops.convert_to_tensor(layer.kernel)
    low = ops.einsum(layer.whole, ops.convert_to_tensor(layer.a), ops.convert_to_tensor(layer.b))
    return ops.convert_to_tensor(layer.layer.kernel) + low * layer.scale


def bias_of(layer: keras.layers.Layer) -> Tensor:
    """The bias of the same."""
    return ops.convert_to_tensor((layer.layer if isinstance(layer, LoRA) else layer).bias)
