"""Fine-tuning by a small addition of low rank to a large frozen matrix."""

import math
from string import ascii_letters
from typing import Any

import keras
from keras import ops

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.types import Shape, Tensor

DENSE = "...i,io->...o"
KINDS = (keras.layers.Dense, keras.layers.EinsumDense)


@keras.saving.register_keras_serializable("mtrec")
class LoRA(keras.layers.Layer):
    """y = W x + (α / r) · B (A x), then the bias and the activation of the wrapped layer.

    The wrapped layer is frozen; A maps what it reads to r numbers, B maps these to what it
    answers. A begins at random and B at zero, so that the wrapped layer's answers are unchanged
    before the first step. The addition may be put into W when training is over (:meth:`merge`):
    it then costs nothing.

    Args:
        layer: a ``Dense`` or ``EinsumDense``; in the latter any number of axes may be read and
            written, such as ``(width)`` → ``(heads, size)``.
        rank: r ≥ 1, numbers between A and B.
        alpha: α > 0.

    Shapes: those of the wrapped layer. A is ``(axes that are read, rank)``, B ``(rank, axes that
    are written)``.

    Raises:
        ParameterError: another kind of layer, one that is quantized or carries an adapter of
            Keras already, an equation in which an axis of the kernel is read and stays, or a
            number out of range.

    >>> import numpy as np
    >>> plain = keras.layers.Dense(3)
    >>> x = np.ones((2, 4), "float32")
    >>> bool(np.allclose(plain(x), LoRA(plain, rank=2)(x)))
    True

    Source: Hu et al., arXiv:2106.09685, equation 3.
    Taught in chapter 05.
    """

    def __init__(
        self, layer: keras.layers.Layer, rank: int = 8, alpha: float = 16.0, **kwargs: Any
    ) -> None:
        if rank < 1 or alpha <= 0:
            raise ParameterError(f"rank must be ≥ 1 and alpha > 0, got {rank} and {alpha}")
        products = equations(_plain(layer))
        kwargs.setdefault("name", f"{layer.name}_lora")
        kwargs.setdefault("dtype", layer.dtype_policy)
        super().__init__(**kwargs)
        self.down, self.up, self.whole = products
        self.layer, self.rank, self.alpha = layer, rank, alpha
        self.supports_masking = layer.supports_masking

    def build(self, input_shape: Shape | None = None) -> None:
        """Freeze the wrapped layer, which is built first if need be, and create A and B."""
        if not self.layer.built:
            self.layer.build(input_shape)
        self.layer.trainable = False
        kernel = self.whole.split("->")[1]
        size = dict(zip(kernel, self.layer.kernel.shape, strict=True))
        inner, outer = self.whole.split("->")[0].split(",")
        read, written = [size[axis] for axis in inner[:-1]], [size[axis] for axis in outer[1:]]
        normal = keras.initializers.RandomNormal(stddev=math.prod(read) ** -0.5)
        self.a = self.add_weight(shape=(*read, self.rank), initializer=normal, name="a")
        self.b = self.add_weight(shape=(self.rank, *written), initializer="zeros", name="b")
        self.built = True

    def call(self, inputs: Tensor) -> Tensor:
        """Apply the wrapped layer with the addition."""
        if isinstance(self.layer, keras.layers.EinsumDense):
            outputs = ops.einsum(self.layer.equation, inputs, self.layer.kernel)
            added = ops.einsum(self.up, ops.einsum(self.down, inputs, self.a), self.b)
        else:  # as plain products, which XLA makes many times faster on a processor
            outputs = ops.matmul(inputs, self.layer.kernel)
            added = ops.matmul(ops.matmul(inputs, self.a), self.b)
        outputs = outputs + added * self.scale
        if self.layer.bias is not None:
            outputs = outputs + self.layer.bias
        return outputs if self.layer.activation is None else self.layer.activation(outputs)

    @property
    def scale(self) -> float:
        """α / r."""
        return self.alpha / self.rank

    def merge(self) -> keras.layers.Layer:
        """A plain layer of the wrapped kind with kernel W + (α / r) · B A, frozen as W is."""
        plain = type(self.layer).from_config(self.layer.get_config())
        plain.build_from_config(self.layer.get_build_config())
        added = ops.einsum(self.whole, ops.convert_to_tensor(self.a), ops.convert_to_tensor(self.b))
        kernel = ops.convert_to_tensor(self.layer.kernel) + added * self.scale
        plain.kernel.assign(kernel)
        if self.layer.bias is not None:
            plain.bias.assign(self.layer.bias)
        plain.trainable = False
        return plain

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """That of the wrapped layer."""
        return self.layer.compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        layer = keras.saving.serialize_keras_object(self.layer)
        return super().get_config() | {"layer": layer, "rank": self.rank, "alpha": self.alpha}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "LoRA":
        """Rebuild from :meth:`get_config`."""
        layer = keras.saving.deserialize_keras_object(config["layer"])
        return cls(**(config | {"layer": layer}))


def equations(layer: keras.layers.Layer) -> tuple[str, str, str]:
    """How a low-rank addition to a dense layer is computed, in Einstein's notation.

    Args:
        layer: a ``Dense`` or ``EinsumDense``.

    Returns:
        input with A, result with B, and A with B to a matrix of the kernel's shape.

    Raises:
        ParameterError: an axis of the kernel is neither read nor written.

    >>> equations(keras.layers.EinsumDense("btd,dnh->btnh", (None, 2, 3)))
    ('btd,da->bta', 'bta,anh->btnh', 'da,anh->dnh')
    """
    equation = layer.equation if isinstance(layer, keras.layers.EinsumDense) else DENSE
    left, output = equation.replace(" ", "").split("->")
    data, kernel = left.split(",")
    read = "".join(axis for axis in kernel if axis in data)
    written = "".join(axis for axis in kernel if axis in output)
    if set(read) & set(written) or not read or not written:
        raise ParameterError(
            f"every axis of a kernel must be read or written, not kept, got {equation!r}"
        )
    rank = next(letter for letter in ascii_letters if letter not in equation)
    rest = "".join(axis for axis in data if axis not in read)
    return (
        f"{data},{read}{rank}->{rest}{rank}",
        f"{rest}{rank},{rank}{written}->{output}",
        f"{read}{rank},{rank}{written}->{kernel}",
    )


def _plain(layer: keras.layers.Layer) -> keras.layers.Layer:
    """The layer, if an addition can be put beside its kernel."""
    if not isinstance(layer, KINDS):
        raise ParameterError(f"layer must be a Dense or EinsumDense, got {type(layer).__name__}")
    if layer.quantization_mode is not None or layer.lora_enabled:
        raise ParameterError(
            f"layer {layer.name!r} is quantized or carries an adapter of Keras; load it plain"
        )
    return layer
