"""What a file holds of a :class:`mtrec_lib.models.MultiTask`: weights, inputs, catalogue."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from numpy.typing import NDArray

import mtrec_lib.models
import mtrec_lib.tasks  # noqa: F401  registers the classes that a file may name
from mtrec_lib.core import archive
from mtrec_lib.core.errors import CheckpointError
from mtrec_lib.data import Catalogue
from mtrec_lib.features import Inputs, InputSpec, LatentFactors, PairFeatures
from mtrec_lib.features.people import People
from mtrec_lib.models.multi_task.rebuilding import configuration, give_inputs

if TYPE_CHECKING:
    from mtrec_lib.models.multi_task.model import MultiTask


def pack(model: "MultiTask") -> dict[str, bytes]:
    """The members of a file that holds a model.

    Raises:
        ParameterError: a model that was rebuilt from its configuration and has no catalogue.
    """
    config = _config(model)
    if not model.built:
        model.build()
    return {
        "config.json": archive.of_json(config),
        "weights.npz": archive.of_arrays({f"w{n}": v.numpy() for n, v in enumerate(model.weights)}),
        "inputs.npz": archive.of_arrays(_arrays(model.inputs)),
        "items.parquet": archive.of_table(model.catalogue.items),
    }


def unpack(members: dict[str, bytes]) -> "MultiTask":
    """The model that :func:`pack` took apart. Only classes registered by mtrec are built.

    Raises:
        CheckpointError: another class, or weights that are not the model's.
    """
    config = json.loads(members["config.json"])
    if not str(config["model"].get("registered_name", "")).startswith("mtrec>"):
        raise CheckpointError("it does not hold a model of mtrec; only these are loaded")
    model = keras.saving.deserialize_keras_object(config["model"], safe_mode=True)
    catalogue = Catalogue(archive.table_of(members["items.parquet"]), config["categories"])
    give_inputs(model, _inputs(config["inputs"], catalogue, members["inputs.npz"]))
    if not model.built:
        model.build()
    arrays = archive.arrays_of(members["weights.npz"])
    if len(arrays) != len(model.weights):
        raise CheckpointError(f"it holds {len(arrays)} weights, the model has {len(model.weights)}")
    for number, weight in enumerate(model.weights):
        weight.assign(arrays[f"w{number}"])
    return model


def _config(model: "MultiTask") -> dict[str, Any]:
    inputs = model.inputs
    return {
        "model": configuration(model),
        "inputs": {
            "spec": inputs.spec.to_dict(),
            "side_names": list(inputs.side_names),
            "repeats": inputs.repeats,
            "like_at": inputs.like_at,
            "beside": _beside_config(inputs.beside),
            "fitted_on": inputs.fitted_on,
            "people": None if inputs.people is None else inputs.people.get_config(),
        },
        "catalogue": inputs.catalogue.hash,
        "categories": list(inputs.catalogue.categories),
    }


def _arrays(inputs: Inputs) -> dict[str, np.ndarray]:
    """Side information, popularity, the items' totals and vectors: nothing of any one person,
    unless attributes of people are read."""
    arrays = {"side": inputs.side, "popularity": inputs.popularity}
    if inputs.beside is not None:
        arrays |= {"totals": inputs.beside.totals(), "scale": np.asarray(inputs.beside.scale)}
        if inputs.beside.factors is not None:
            arrays["factors"] = inputs.beside.factors.vectors
    if inputs.people is not None:
        arrays |= {"users": inputs.people.users, "people": inputs.people.table}
    return arrays


def _beside_config(beside: PairFeatures | None) -> dict[str, Any] | None:
    if beside is None:
        return None
    return {"best": beside.best, "until": beside.until, "prior": beside.prior}


def _beside(
    config: dict[str, Any] | None, arrays: Mapping[str, NDArray[Any]]
) -> PairFeatures | None:
    if config is None:
        return None
    factors = LatentFactors(arrays["factors"]) if "factors" in arrays else None
    return PairFeatures.of_totals(
        arrays["side"], arrays["totals"], scale=arrays["scale"], factors=factors, **config
    )


def _people(
    config: list[dict[str, Any]] | None, arrays: Mapping[str, NDArray[Any]]
) -> People | None:
    return None if config is None else People.from_config(config, arrays["users"], arrays["people"])


def _inputs(config: dict[str, Any], catalogue: Catalogue, content: bytes) -> Inputs:
    arrays = archive.arrays_of(content)
    return Inputs(
        spec=InputSpec.of(config["spec"]),
        catalogue=catalogue,
        side=arrays["side"],
        side_names=tuple(config["side_names"]),
        popularity=arrays["popularity"],
        repeats=config["repeats"],
        like_at=config["like_at"],
        beside=_beside(config["beside"], arrays),
        people=_people(config.get("people"), arrays),
        fitted_on=config["fitted_on"],
    )
