"""Low-rank additions to the dense layers that a model holds, put in and merged in place."""

from collections.abc import Callable, Sequence

import keras

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.pretrained.lora import KINDS, LoRA


def add_lora(
    model: keras.layers.Layer,
    rank: int = 8,
    alpha: float = 16.0,
    where: Sequence[str] = ("query", "value"),
) -> list[LoRA]:
    """Freeze a model and put a :class:`LoRA` around some of its dense layers, in place.

    Looked at are the ``Dense`` and ``EinsumDense`` layers that a layer of the model holds as an
    attribute, as attention layers hold their projections.

    Args:
        model: a built model or layer, whose variables are all frozen here.
        rank, alpha: of every addition, see :class:`LoRA`.
        where: a layer is wrapped if its name, or that of the attribute, holds one of these words.

    Returns:
        What was wrapped, each built; their A and B are all that is left to train.

    Raises:
        ParameterError: no dense layer has such a name; those there are, are named.

    >>> block = keras.layers.MultiHeadAttention(2, 4)
    >>> block.build((1, 3, 8), (1, 3, 8))
    >>> [lora.layer.name for lora in add_lora(block, rank=2)]
    ['query', 'value']

    Taught in chapter 05.
    """
    dense = _held(model, KINDS)
    wanted = [held for held in dense if _named(*held[1:], where)]
    if not wanted:
        names = sorted({layer.name for _, _, layer in dense}) or "none"
        raise ParameterError(f"where must name dense layers out of {names}, got {where!r}")
    for variable in model.variables:
        variable.trainable = False
    return _replaced(wanted, lambda layer: _built(LoRA(layer, rank, alpha)))


def merge_lora(model: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Undo :func:`add_lora` in place, with the additions put into the kernels.

    Args:
        model: a model or layer that holds :class:`LoRA` layers as attributes.

    Returns:
        The plain layers, frozen; an empty list where nothing was wrapped.

    Taught in chapter 05.
    """
    return _replaced(_held(model, (LoRA,)), lambda layer: layer.merge())


def _built(layer: LoRA) -> LoRA:
    layer.build()
    return layer


def _named(attribute: str, layer: keras.layers.Layer, where: Sequence[str]) -> bool:
    words = [where] if isinstance(where, str) else where
    return any(word in attribute or word in layer.name for word in words)


def _held(
    model: keras.layers.Layer, kinds: tuple[type[keras.layers.Layer], ...]
) -> list[tuple[keras.layers.Layer, str, keras.layers.Layer]]:
    """(holder, attribute, layer) of the layers of some kinds; what LoRA holds is left out."""
    return [
        (holder, attribute, layer)
        for holder in model._flatten_layers()
        if not isinstance(holder, LoRA)
        for attribute, layer in vars(holder).items()
        if isinstance(layer, kinds) and layer.built
    ]


def _replaced(
    held: list[tuple[keras.layers.Layer, str, keras.layers.Layer]],
    make: Callable[[keras.layers.Layer], keras.layers.Layer],
) -> list[keras.layers.Layer]:
    """Put a new layer where each held one is; a layer that is held twice is made once."""
    made: dict[int, keras.layers.Layer] = {}
    for holder, attribute, layer in held:
        if id(layer) not in made:
            made[id(layer)] = make(layer)
        tracker = holder._tracker  # Keras locks it once a layer is built
        locked = tracker.locked
        tracker.unlock()
        tracker.untrack(layer)
        setattr(holder, attribute, made[id(layer)])
        tracker.locked = locked
    return list(made.values())
