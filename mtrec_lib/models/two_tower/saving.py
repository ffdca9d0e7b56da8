"""What a file holds of a :class:`TwoTower`: what was trained, items, its encoder's name."""

import json
from typing import Any

import polars as pl

from mtrec_lib.core import archive
from mtrec_lib.core.errors import CheckpointError, MtrecError
from mtrec_lib.data import About, Catalogue, Log
from mtrec_lib.models.two_tower.model import TwoTower
from mtrec_lib.pretrained import FrozenLayers, Pretrained


def pack(model: TwoTower) -> dict[str, bytes]:
    """The members of a file that holds the towers; the encoder below them is named, not held."""
    frozen, log = model.frozen, model.log
    config = {
        "encoder": {
            "name": str(frozen.encoder.name),
            "sha256": frozen.encoder.identity,
            "layers": frozen.layers,
            "max_tokens": frozen.max_tokens,
        },
        "settings": model.settings(),
        "blocks": model.blocks,
        "log": {
            "name": log.name,
            "title": log.about.title,
            "licence": log.about.licence,
            "repeats": log.about.repeats,
        },
        "fitted_on": model.fitted_on,
        "catalogue": model.catalogue.hash,
        "categories": list(model.catalogue.categories),
    }
    weights = {f"w{n}": each.numpy() for n, each in enumerate(model.trainable_variables)}
    return {
        "config.json": archive.of_json(config),
        "weights.npz": archive.of_arrays(weights | {"popularity": model.popularity}),
        "items.parquet": archive.of_table(model.catalogue.items),
    }


def unpack(members: dict[str, bytes], encoder: Pretrained | None = None) -> TwoTower:
    """The towers that :func:`pack` took apart, on ``encoder`` or on the one that is named.

    Raises:
        CheckpointError: the encoder is not there, or has other weights.
    """
    config = json.loads(members["config.json"])
    named, about = config["encoder"], config["log"]
    encoder = _encoder_of(named["name"]) if encoder is None else encoder
    if encoder.identity != named["sha256"]:
        raise CheckpointError(
            f"the towers stand on {named['name']!r} with other weights than {encoder!r} has; pass "
            "the encoder that they were made with: mt.load(path, encoder=...)"
        )
    items = archive.table_of(members["items.parquet"])
    arrays = archive.arrays_of(members["weights.npz"])
    model = TwoTower.restored(
        FrozenLayers(encoder, layers=named["layers"], max_tokens=named["max_tokens"]),
        _items_alone(items, about),
        Catalogue(items, config["categories"]),
        config["settings"],
        [arrays[f"w{number}"] for number in range(len(arrays) - 1)],
        arrays["popularity"],
        config["fitted_on"],
    )
    model.split_items(config["blocks"])
    return model


def _encoder_of(name: str) -> Pretrained:
    try:
        return Pretrained(name)
    except MtrecError as error:
        raise CheckpointError(
            f"the encoder {name!r} of the towers is not there ({error}); pass it: "
            "mt.load(path, encoder=mt.pretrained.Pretrained(...))"
        ) from error


def _items_alone(items: pl.DataFrame, about: dict[str, Any]) -> Log:
    """A log of the items that the towers know, without a single event."""
    terms = About(title=about["title"], licence=about["licence"], repeats=about["repeats"])
    events = pl.DataFrame(schema={"item_id": items.schema["item_id"]})
    return Log(about["name"], events, items, pl.DataFrame(), terms)
