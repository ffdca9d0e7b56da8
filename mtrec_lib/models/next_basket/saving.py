"""What a file holds of a :class:`NextBasket`: weights, what it counted, its catalogue."""

import json
from inspect import signature
from typing import Any

from mtrec_lib.baselines import Popularity
from mtrec_lib.core import archive
from mtrec_lib.core.errors import CheckpointError
from mtrec_lib.data.catalogue import Catalogue
from mtrec_lib.models.next_basket.model import NextBasket

_SETTINGS = [name for name in signature(NextBasket).parameters if name != "progress"]


def pack(model: NextBasket) -> dict[str, bytes]:
    """The members of a file that holds a fitted model; nobody's past is among them.

    Raises:
        ParameterError: it is not fitted.
    """
    counts = model.counts
    config = {
        "settings": {name: getattr(model, name) for name in _SETTINGS},
        "repeats": model.repeats,
        "fitted_on": model.fitted_on,
        "catalogue": counts.catalogue.hash,
        "categories": list(counts.catalogue.categories),
    }
    weights = {f"w{n}": weight.numpy() for n, weight in enumerate(model.weights)}
    return {
        "config.json": archive.of_json(config),
        "weights.npz": archive.of_arrays(weights | {"popularity": counts.popularity}),
        "items.parquet": archive.of_table(counts.catalogue.items),
    }


def unpack(members: dict[str, bytes]) -> NextBasket:
    """The model that :func:`pack` took apart.

    Raises:
        CheckpointError: weights that are not the model's.
    """
    config: dict[str, Any] = json.loads(members["config.json"])
    arrays = archive.arrays_of(members["weights.npz"])
    counts = Popularity.restored(
        Catalogue(archive.table_of(members["items.parquet"]), config["categories"]),
        arrays["popularity"],
        settings={"name": Popularity.name, "decay": None},
        state={"_shares": arrays["popularity"] / max(arrays["popularity"].sum(), 1.0)},
        repeats=config["repeats"],
        fitted_on=config["fitted_on"],
    )
    weights = [arrays[f"w{number}"] for number in range(len(arrays) - 1)]
    try:
        return NextBasket(**config["settings"]).restore(counts, weights)
    except ValueError as error:
        raise CheckpointError(f"its weights are not those of its settings ({error})") from error
