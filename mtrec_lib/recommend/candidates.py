"""Which items may be recommended at all: only these, and none of those."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.suggest import nearest
from mtrec_lib.data.catalogue import ItemId
from mtrec_lib.recommend.typed import ids_of

if TYPE_CHECKING:
    from mtrec_lib.data import Catalogue


Choice: TypeAlias = Iterable[ItemId] | Mapping[str, object] | pl.Expr
"""Titles or ids, a mask, what columns must hold, or an expression over the items."""


def candidates(
    catalogue: "Catalogue", only: Choice | None = None, exclude: Choice | None = None
) -> np.ndarray:
    """Which items of a catalogue may be recommended.

    Each of the two may be a list of titles or values of ``item_id``; a mask of booleans, one an
    item of the catalogue; a dictionary from a column of the items to the value or values that
    count, as in ``{"categories": ["Drama", "War"]}`` (an item counts that has one of them, in every
    column named); or a polars expression over the items, such as ``pl.col("year") >= 1990``, where
    what is unknown does not count.

    Args:
        catalogue: the items.
        only: what may be recommended; None: everything.
        exclude: what may not; it wins over ``only``.

    Returns:
        ``(items,)`` bool.

    Raises:
        UnknownItemError, AmbiguousItemError: a title or id that fits no item, or several.
        ParameterError: a mask of another length, a column or value that no item has, an expression
            that is no truth value an item, or nothing left.
    """
    allowed = np.ones(catalogue.size, bool)
    if only is not None:
        allowed &= _chosen(catalogue, only, "only")
    if exclude is not None:
        allowed &= ~_chosen(catalogue, exclude, "exclude")
    if not allowed.any():
        raise ParameterError(
            f"only and exclude leave none of the {catalogue.size:,} items; loosen one of them"
        )
    return allowed


def _chosen(catalogue: "Catalogue", choice: Choice, name: str) -> np.ndarray:
    """``(items,)`` whether an item is one of those that ``choice`` names."""
    if isinstance(choice, pl.Expr):
        return _expressed(catalogue, choice, name)
    if isinstance(choice, Mapping):
        return _with_values(catalogue, choice, name)
    if isinstance(choice, str | bytes) or not isinstance(choice, Iterable):
        raise ParameterError(
            f"{name} must be a list of titles or ids, a mask, a dictionary of columns or a polars "
            f'expression, got {choice!r}; write ["Fargo (1996)"] or {{"categories": "Drama"}}'
        )
    values = choice.tolist() if isinstance(choice, np.ndarray) else list(choice)
    if values and all(isinstance(value, bool) for value in values):
        if len(values) != catalogue.size:
            raise ParameterError(
                f"a mask in {name} must have one value an item ({catalogue.size:,}), got "
                f"{len(values):,}"
            )
        return np.array(values)
    named = np.zeros(catalogue.size, bool)
    named[np.array([id - 2 for id in ids_of(catalogue, values).values()], np.int64)] = True
    return named


def _expressed(catalogue: "Catalogue", choice: pl.Expr, name: str) -> np.ndarray:
    try:
        column = catalogue.items.select(choice.alias("chosen"))["chosen"]
    except pl.exceptions.PolarsError as error:
        raise ParameterError(
            f"{name} cannot be asked of the items, which have {catalogue.items.columns}: "
            f"{str(error).splitlines()[0]}"
        ) from error
    if column.dtype != pl.Boolean or len(column) != catalogue.size:
        raise ParameterError(
            f"{name} must say true or false of each of the {catalogue.size:,} items, got "
            f"{len(column):,} values of the type {column.dtype}"
        )
    return column.fill_null(False).to_numpy()


def _with_values(catalogue: "Catalogue", choice: Mapping[str, object], name: str) -> np.ndarray:
    fits = np.ones(catalogue.size, bool)
    for column, wanted in choice.items():
        if column not in catalogue.items.columns:
            raise ParameterError(
                f"{name} names a column {column!r}, and the items have {catalogue.items.columns}"
            )
        if isinstance(wanted, str) or not isinstance(wanted, Iterable):
            wanted = [wanted]
        fits &= _has_one_of(catalogue.items[column], list(wanted), name)
    return fits


def _has_one_of(column: pl.Series, wanted: list[object], name: str) -> np.ndarray:
    """``(items,)`` whether the value, or one of a list of values, is wanted."""
    lists = column.dtype == pl.List
    rows = [set(value or ()) if lists else {value} for value in column.to_list()]
    there = set().union(*rows) - {None}
    for value in wanted:
        if value not in there:
            close = nearest(str(value), map(str, there)) or sorted(map(str, there))[:3]
            raise ParameterError(
                f"{name} asks for {column.name} {value!r}, which no item has; there are "
                f"{', '.join(close)}"
            )
    return np.array([not row.isdisjoint(wanted) for row in rows], bool)
