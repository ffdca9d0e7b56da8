"""A catalogue with more items: those it had keep their ids."""

import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.catalogue import Catalogue


def grown_catalogue(catalogue: Catalogue, items: pl.DataFrame) -> Catalogue:
    """A catalogue whose first rows are those of ``catalogue``, the new items behind them.

    Args:
        catalogue: what there was; it is not changed.
        items: one row a new item, with ``item_id`` and any other columns of the catalogue. What
            is left out is unknown; a title that is left out is the ``item_id``, categories that
            are left out are none. Further columns are not kept.

    Returns:
        The categories that count stay those of ``catalogue``, in their order.

    Raises:
        ParameterError: no row, no ``item_id``, an item that stands in the catalogue or in
            ``items`` twice, or a column whose values cannot be those of the catalogue's.

    >>> old = Catalogue(pl.DataFrame({"item_id": [7], "title": ["Heat (1995)"]}))
    >>> grown_catalogue(old, pl.DataFrame({"item_id": [3], "title": ["Fargo (1996)"]})).titles
    ['Heat (1995)', 'Fargo (1996)']
    """
    if not isinstance(items, pl.DataFrame) or "item_id" not in items.columns or not items.height:
        received = items.columns if isinstance(items, pl.DataFrame) else type(items).__name__
        raise ParameterError(
            f"items must be a table with item_id and one row or more, got {received}; write "
            'pl.DataFrame({"item_id": [...], "title": [...]})'
        )
    old = catalogue.items
    new = items.select(_as_column(items, name, dtype) for name, dtype in old.schema.items())
    known = new.filter(catalogue.encode(new["item_id"]) >= 2)["item_id"].to_list()
    if known:
        raise ParameterError(
            f"items must be new, and {len(known)} are in the catalogue already, such as "
            f"{known[:3]}; leave them out"
        )
    return Catalogue(pl.concat([old, new]), catalogue.categories)


def _as_column(items: pl.DataFrame, name: str, dtype: pl.DataType) -> pl.Series:
    """A column of the new items, of the type that the catalogue has."""
    if name not in items.columns:
        if name == "title":
            return items["item_id"].cast(pl.String).alias("title")
        filled: list[object] = [[] if dtype == pl.List else None] * items.height
        return pl.Series(name, filled, dtype=dtype)
    try:
        column = items[name].cast(dtype)
    except pl.exceptions.PolarsError as error:
        raise ParameterError(
            f"items.{name} must be of the type {dtype} as in the catalogue, got "
            f"{items[name].dtype}: {str(error).splitlines()[0]}"
        ) from error
    if name == "item_id" and column.null_count():
        raise ParameterError("items.item_id must be known for every item, got an empty one")
    return column
