"""Fitted inputs for a catalogue with more items."""

from dataclasses import replace

import numpy as np
import polars as pl

from mtrec_lib.data import Catalogue
from mtrec_lib.data.grown_catalogue import grown_catalogue
from mtrec_lib.features.inputs import Inputs
from mtrec_lib.features.side import side_of


def grown_inputs(inputs: Inputs, items: pl.DataFrame) -> Inputs:
    """The same inputs with new items behind the others; nothing is fitted anew.

    Args:
        inputs: fitted inputs.
        items: one row a new item, with ``item_id`` and any other columns of the catalogue.

    Returns:
        Inputs whose old items have the ids and numbers that they had. New items have the side
        information that their categories, year and price say, in the columns that there are, and
        popularity 0. The begin mark, which stands behind the catalogue, has moved on.

    Raises:
        ParameterError: a table that does not fit the catalogue.
    """
    catalogue = grown_catalogue(inputs.catalogue, items)
    old, new = inputs.catalogue.size, catalogue.size - inputs.catalogue.size
    rows = np.zeros((new, 0), np.float32)
    if inputs.has_side:
        first = inputs.spec.blocks[0]
        fitted = Catalogue(catalogue.items[first], catalogue.categories)
        rows = side_of(Catalogue(catalogue.items[old:]), fitted)
    side = np.concatenate([inputs.side[:-1], rows, inputs.side[-1:]])
    return replace(
        inputs,
        spec=replace(inputs.spec, items=catalogue.size, added=(*inputs.spec.added, new)),
        catalogue=catalogue,
        side=side,
        popularity=np.pad(inputs.popularity, (0, new)),
        beside=None if inputs.beside is None else inputs.beside.with_rows(side),
    )
