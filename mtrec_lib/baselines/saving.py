"""What is kept of a counting model: its settings, what it counted, its catalogue."""

import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

import mtrec_lib.baselines as room
from mtrec_lib.baselines.base import Baseline, State
from mtrec_lib.core import archive
from mtrec_lib.core.errors import CheckpointError, ParameterError
from mtrec_lib.data.catalogue import Catalogue

_PARTS = ("data", "indices", "indptr", "shape")  # of a sparse array


def pack(model: Baseline) -> dict[str, bytes]:
    """The members of a file that holds a fitted counting model.

    Raises:
        ParameterError: it is not fitted, or a class that is not one of ``mt.baselines``.
    """
    name = type(model).__name__
    if getattr(room, name, None) is not type(model):
        raise ParameterError(
            f"{name} is no class of mt.baselines, and a file names classes of mtrec alone; "
            "save what it was made of"
        )
    config = {
        "class": name,
        "settings": model.settings(),
        "repeats": model.repeats,
        "fitted_on": model.fitted_on,
        "catalogue": model.catalogue.hash,
        "categories": list(model.catalogue.categories),
    }
    return {
        "config.json": archive.of_json(config),
        "counts.npz": archive.of_arrays(_flat(model.state()) | {"popularity": model.popularity}),
        "items.parquet": archive.of_table(model.catalogue.items),
    }


def unpack(members: dict[str, bytes]) -> Baseline:
    """The model that :func:`pack` took apart.

    Raises:
        CheckpointError: a class that mt.baselines does not have, or settings that are not its own.
    """
    config = json.loads(members["config.json"])
    kind = getattr(room, str(config["class"]), None)
    if not (isinstance(kind, type) and issubclass(kind, Baseline)):
        raise CheckpointError(f"the file holds a {config['class']!r}, and mt.baselines has no such")
    arrays = archive.arrays_of(members["counts.npz"])
    popularity = arrays.pop("popularity")
    return kind.restored(
        Catalogue(archive.table_of(members["items.parquet"]), config["categories"]),
        popularity,
        settings=config["settings"],
        state=_nested(arrays),
        repeats=config["repeats"],
        fitted_on=config["fitted_on"],
    )


def _flat(state: State) -> dict[str, NDArray[np.generic]]:
    """Sparse arrays as their parts."""
    flat: dict[str, NDArray[np.generic]] = {}
    for name, value in state.items():
        if sparse.issparse(value):
            flat |= {f"{name}.{part}": getattr(value, part) for part in _PARTS}
        else:
            flat[name] = value
    return flat


def _nested(arrays: Mapping[str, NDArray[np.generic]]) -> State:
    """What :func:`_flat` took apart."""
    state = {name: value for name, value in arrays.items() if "." not in name}
    for name in {name.partition(".")[0] for name in arrays if "." in name}:
        data, indices, indptr, shape = (arrays[f"{name}.{part}"] for part in _PARTS)
        state[name] = sparse.csr_array((data, indices, indptr), shape=tuple(shape))
    return state
