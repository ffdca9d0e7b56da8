"""The matrices, biases and norms of a layer of a KerasHub backbone, low-rank additions put in."""

from typing import Any, TypeAlias

import keras
from keras import ops

from mtrec_lib.core.types import Tensor
from mtrec_lib.pretrained.dense import bias_of, kernel_of

Weights: TypeAlias = tuple[Tensor, ...]  # as weights_of_llama lists them
BertWeights: TypeAlias = tuple[tuple[Any, ...], ...]  # as weights_of_bert does


def is_llama(backbone: keras.Model) -> bool:
    """Whether a backbone is of the Llama family, whose layers :func:`weights_of_llama` reads."""
    return type(backbone).__name__ in {"LlamaBackbone", "Llama3Backbone"}


def weights_of_llama(layer: keras.layers.Layer) -> Weights:
    """Scale, q, k, v, out, scale, gate, up, down of a layer; matrices as ``(read, written)``."""
    attention = layer._self_attention_layer
    read = [attention._query_dense, attention._key_dense, attention._value_dense]
    dense = [
        layer._feedforward_gate_dense,
        layer._feedforward_intermediate_dense,
        layer._feedforward_output_dense,
    ]
    width = int(layer._self_attention_layernorm.scale.shape[0])
    return (
        ops.convert_to_tensor(layer._self_attention_layernorm.scale),
        *(ops.reshape(kernel_of(part), (width, -1)) for part in read),
        ops.reshape(kernel_of(attention._output_dense), (-1, width)),
        ops.convert_to_tensor(layer._feedforward_layernorm.scale),
        *(kernel_of(part) for part in dense),
    )


def weights_of_bert(layer: keras.layers.Layer) -> BertWeights:
    """(q k v, bias), (out, bias), norm, (up, bias), (down, bias), norm of a layer."""
    attention = layer._self_attention_layer
    width = int(layer._self_attention_layer_norm.gamma.shape[0])
    read = [attention.query_dense, attention.key_dense, attention.value_dense]
    return (
        (
            ops.concatenate([ops.reshape(kernel_of(part), (width, -1)) for part in read], axis=1),
            ops.concatenate([ops.reshape(bias_of(part), (-1,)) for part in read], axis=0),
        ),
        (
            ops.reshape(kernel_of(attention.output_dense), (-1, width)),
            bias_of(attention.output_dense),
        ),
        _norm(layer._self_attention_layer_norm),
        *(
            (kernel_of(part), bias_of(part))
            for part in (layer._feedforward_intermediate_dense, layer._feedforward_output_dense)
        ),
        _norm(layer._feedforward_layer_norm),
    )


def _norm(layer: keras.layers.Layer) -> tuple[Tensor, Tensor, float]:
    return ops.convert_to_tensor(layer.gamma), ops.convert_to_tensor(layer.beta), layer.epsilon
