"""A ``MultiTask`` from its configuration: as it was, or with room for new items."""

from typing import TYPE_CHECKING, Any, TypeVar

import keras
import numpy as np
from numpy.typing import NDArray

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.features.grown_inputs import grown_inputs
from mtrec_lib.features.inputs import Inputs
from mtrec_lib.layers.item_table import described
from mtrec_lib.models.growing import grown_weight

if TYPE_CHECKING:
    import polars as pl

    from mtrec_lib.layers.item_table import ItemTable
    from mtrec_lib.models.multi_task.scoring import Scoring

MARKS_BEHIND = 1  # the begin mark's row stands behind those of the items


def configuration(model: "Scoring") -> dict[str, Any]:
    """What Keras needs to rebuild a model."""
    config = keras.saving.serialize_keras_object(model)
    config.pop("compile_config", None)  # fit compiles again; Keras would warn that load does not
    return config


def give_inputs(model: "Scoring", inputs: Inputs) -> None:
    """Let a model that was rebuilt from its configuration read with ``inputs``."""
    model.inputs_fitted = model.trunk.fitted = inputs
    for task in model.tasks:
        task.prepare(inputs)  # what a task takes from the catalogue is not in its configuration


Built = TypeVar("Built", bound="Scoring")


def with_more_items(
    model: Built, items: "pl.DataFrame", vectors: NDArray[Any] | None = None
) -> Built:
    """See :meth:`mtrec_lib.models.multi_task.scoring.Scoring.with_items`."""
    inputs = grown_inputs(model.inputs, items)
    old, size = model.inputs.catalogue.size, inputs.catalogue.size
    whole = _all_vectors(model.trunk.table, vectors, size - old)
    config = _changed(configuration(model), old, inputs, whole)
    grown = keras.saving.deserialize_keras_object(config, safe_mode=True)
    give_inputs(grown, inputs)
    for each in (model, grown):
        if not each.built:
            each.build()
    for before, weight in zip(model.weights, grown.weights, strict=True):
        weight.assign(_values(before, weight, inputs, whole))
    for head in grown.heads:
        if getattr(head, "sampler", None) is not None:
            head.sampler.draw_by(inputs.popularity)
    return grown


def _values(
    before: keras.Variable, weight: keras.Variable, inputs: Inputs, vectors: np.ndarray | None
) -> np.ndarray:
    """What a weight of the grown model begins with."""
    old, items = before.numpy(), inputs.catalogue.size
    if old.shape == tuple(weight.shape):
        return old
    if weight.name == "side":
        return inputs.side
    if weight.name == "item_vectors" and vectors is not None:
        return vectors
    if weight.name == "trained":
        return grown_weight(old, weight.shape, 0.0, MARKS_BEHIND)
    marks = weight.shape[0] - items  # 3 rows of a table are no items: two in front, one behind
    rows = old[2:-1] if marks else old
    known = inputs.popularity[: len(rows)] > 0
    mean = (rows[known] if known.any() else rows).mean(axis=0)
    return grown_weight(old, weight.shape, mean, MARKS_BEHIND if marks else 0)


def _all_vectors(table: "ItemTable", vectors: NDArray[Any] | None, new: int) -> np.ndarray | None:
    """Given vectors of all items, ``(items, columns)``; None where the table has none."""
    if table.vectors is None:
        if vectors is None:
            return None
        raise ParameterError("vectors were given, and this model reads none; leave vectors out")
    columns = table.vectors["columns"]
    shape = None if vectors is None else np.shape(vectors)
    if shape != (new, columns):
        raise ParameterError(
            f"vectors must be ({new}, {columns}), a row a new item, got "
            f"{shape}; make them as those of the other items"
        )
    values = np.asarray(vectors, np.float32)
    if not np.isfinite(values).all():
        raise ParameterError("vectors must be finite, got NaN or infinity")
    return np.concatenate([table.item_vectors.numpy(), values])


def _changed(value: Any, old: int, inputs: Inputs, vectors: np.ndarray | None) -> Any:
    """A configuration with the sizes of the grown catalogue, wherever they stand."""
    if isinstance(value, list | tuple):
        return [_changed(each, old, inputs, vectors) for each in value]
    if not isinstance(value, dict):
        return value
    if {"items", "grades", "max_length"} <= set(value):
        return inputs.spec.to_dict()
    config = {name: _changed(each, old, inputs, vectors) for name, each in value.items()}
    if config.get("items") == old:  # of a sampler
        config["items"] = inputs.catalogue.size
    if vectors is not None and config.get("item_vectors"):
        config["item_vectors"] = described(vectors)
    return config
