"""One file that holds a model and all it needs to recommend."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import polars as pl

import mtrec_lib.models
import mtrec_lib.tasks  # noqa: F401  registers the classes that a file may name
from mtrec_lib.core import atomic_path, sha256_bytes
from mtrec_lib.core.errors import CheckpointError
from mtrec_lib.data import Catalogue
from mtrec_lib.features import Inputs, InputSpec, LatentFactors, PairFeatures
from mtrec_lib.features.people import People

FORMAT = 1
_MEMBERS = ("config.json", "weights.npz", "inputs.npz", "items.parquet")


def save(model: Any, path: Path | str) -> Path:
    """Write a :class:`mtrec_lib.models.MultiTask` with weights, inputs and catalogue.

    The file is a zip of plain arrays, JSON and Parquet with a SHA-256 a member: no pickle, no
    code. It replaces an older file only once it is whole.

    Args:
        model: a built model.
        path: where to, by habit ``*.mtrec``.

    Returns:
        The path.

    Taught in chapter 09.
    """
    members = {
        "config.json": json.dumps(_config(model), indent=1).encode("utf-8"),
        "weights.npz": _npz({f"w{n}": v.numpy() for n, v in enumerate(model.weights)}),
        "inputs.npz": _npz(_arrays(model.inputs)),
        "items.parquet": _parquet(model.catalogue.items),
    }
    manifest = {"format": FORMAT, "sha256": {n: sha256_bytes(b) for n, b in members.items()}}
    path = Path(path)
    with atomic_path(path) as scratch, zipfile.ZipFile(scratch, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("manifest.json", json.dumps(manifest))
    return path


def load(path: Path | str) -> Any:
    """Read what :func:`save` wrote.

    Only classes registered by mtrec are built (Keras safe mode), and arrays are read without
    pickle.

    Args:
        path: the file.

    Returns:
        The model, ready for ``scores``, ``mt.recommend.top`` and further training.

    Raises:
        CheckpointError: the file is missing, damaged, or of another format.

    Taught in chapter 09.
    """
    members = _members(Path(path))
    config = json.loads(members["config.json"])
    if not str(config["model"].get("registered_name", "")).startswith("mtrec>"):
        raise CheckpointError(f"{path} does not hold a model of mtrec; only these are loaded")
    model = keras.saving.deserialize_keras_object(config["model"], safe_mode=True)
    inputs = _inputs(config["inputs"], members)
    model.inputs_fitted = model.trunk.fitted = inputs
    for task in model.tasks:
        task.prepare(inputs)  # what a task takes from the catalogue is not in its configuration
    if not model.built:
        model.build()
    arrays = np.load(io.BytesIO(members["weights.npz"]), allow_pickle=False)
    if len(arrays) != len(model.weights):
        raise CheckpointError(
            f"{path} holds {len(arrays)} weights, the model has {len(model.weights)}"
        )
    for number, weight in enumerate(model.weights):
        weight.assign(arrays[f"w{number}"])
    return model


def _config(model: Any) -> dict[str, Any]:
    inputs = model.inputs
    packed = keras.saving.serialize_keras_object(model)
    packed.pop("compile_config", None)  # fit compiles again; Keras would warn that load does not
    return {
        "model": packed,
        "inputs": {
            "spec": inputs.spec.to_dict(),
            "side_names": list(inputs.side_names),
            "repeats": inputs.repeats,
            "like_at": inputs.like_at,
            "beside": _beside_config(inputs.beside),
            "people": None if inputs.people is None else inputs.people.get_config(),
        },
        "catalogue": inputs.catalogue.hash,
    }


def _arrays(inputs: Inputs) -> dict[str, np.ndarray]:
    """Side information, popularity, the items' totals and vectors: nothing of any one person,
    unless attributes of people are read."""
    found = {"side": inputs.side, "popularity": inputs.popularity}
    if inputs.beside is not None:
        found |= {"totals": inputs.beside.totals(), "scale": np.asarray(inputs.beside.scale)}
        if inputs.beside.factors is not None:
            found["factors"] = inputs.beside.factors.vectors
    if inputs.people is not None:
        found |= {"users": inputs.people.users, "people": inputs.people.table}
    return found


def _beside_config(beside: PairFeatures | None) -> dict[str, Any] | None:
    if beside is None:
        return None
    return {"best": beside.best, "until": beside.until, "prior": beside.prior}


def _beside(config: dict[str, Any] | None, arrays: Any) -> PairFeatures | None:
    if config is None:
        return None
    factors = LatentFactors(arrays["factors"]) if "factors" in arrays else None
    return PairFeatures.of_totals(
        arrays["side"], arrays["totals"], scale=arrays["scale"], factors=factors, **config
    )


def _people(config: list[dict[str, Any]] | None, arrays: Any) -> People | None:
    return None if config is None else People.from_config(config, arrays["users"], arrays["people"])


def _inputs(config: dict[str, Any], members: dict[str, bytes]) -> Inputs:
    arrays = np.load(io.BytesIO(members["inputs.npz"]), allow_pickle=False)
    return Inputs(
        spec=InputSpec.of(config["spec"]),
        catalogue=Catalogue(pl.read_parquet(io.BytesIO(members["items.parquet"]))),
        side=arrays["side"],
        side_names=tuple(config["side_names"]),
        popularity=arrays["popularity"],
        repeats=config["repeats"],
        like_at=config["like_at"],
        beside=_beside(config.get("beside"), arrays),
        people=_people(config.get("people"), arrays),
    )


def _members(path: Path) -> dict[str, bytes]:
    """Every member, once its checksum agrees."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            found = {name: archive.read(name) for name in _MEMBERS}
    except FileNotFoundError as error:
        raise CheckpointError(f"there is no file {path}; save a model there first") from error
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise CheckpointError(f"{path} is damaged ({error}); save the model again") from error
    if manifest.get("format") != FORMAT:
        raise CheckpointError(
            f"{path} has format {manifest.get('format')!r}, this version reads {FORMAT}"
        )
    for name, content in found.items():
        if sha256_bytes(content) != manifest["sha256"].get(name):
            raise CheckpointError(f"{path} is damaged: {name} is not what its checksum says")
    return found


def _npz(arrays: dict[str, np.ndarray]) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()


def _parquet(frame: pl.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.write_parquet(stream)
    return stream.getvalue()
