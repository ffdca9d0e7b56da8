"""A log of behaviour: events, items, users, and what is known about them."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from mtrec_lib.data.about import About
from mtrec_lib.data.catalogue import Catalogue
from mtrec_lib.data.cleaning import Report


@dataclass(frozen=True, eq=False)
class Log:
    """Who did what, when: three polars tables in one schema (:func:`validate` states it).

    Args:
        name: the name that :func:`load` takes.
        events: one row an event: ``user_id``, ``item_id`` (Int64 or String), ``timestamp``
            (UTC, µs), ``behaviour``, ``row`` (place in the source file); where the log has them
            ``rating``, ``price`` (currency per unit), ``quantity``, ``session_id``, ``like``,
            ``click``, ``buy`` and others. In canonical order: user, time, row in the file.
        items: ``item_id``, ``title``, ``categories``, …; its rows are the catalogue, sorted by
            ``item_id``.
        users: ``user_id`` and what is known of people.
        about: licence, scale, caveats.
        report: what cleaning did; None for a log that never was a file.

    >>> import mtrec_lib as mt
    >>> log = mt.data.load("simulator", users=20, events=200)
    >>> log.has("nothing of the kind")
    False

    Taught in chapter 01.
    """

    name: str
    events: pl.DataFrame
    items: pl.DataFrame
    users: pl.DataFrame
    about: About
    report: Report | None = None

    @cached_property
    def catalogue(self) -> Catalogue:
        """All items, known in advance."""
        return Catalogue(self.items)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the three canonical tables, order of rows included."""
        digest = hashlib.sha256()
        for frame in (self.events, self.items, self.users):
            digest.update(table_hash(frame).encode("ascii"))
        return digest.hexdigest()

    def has(self, column: str) -> bool:
        """Whether ``column`` exists in the events and holds at least one value."""
        if column not in self.events.columns:
            return False
        return self.events[column].null_count() < self.events.height

    def label(self, name: str) -> pl.Expr | None:
        """How the label ``name`` is read off the events; None where the log has nothing to read.

        A column of the events goes first. In a log of ratings ``like`` is also a rating of at least
        ``about.like_at``, and ``top`` the best grade.

        Args:
            name: ``"rating"``, ``"like"``, ``"top"``, ``"click"`` or another column.

        Returns:
            An expression over the events, Float64, null where the label is unknown.

        >>> import mtrec_lib as mt
        >>> log = mt.data.load("simulator", users=20, events=200)
        >>> log.events.select(log.label("like")).to_series().is_in([0.0, 1.0]).all()
        True
        """
        if self.has(name):
            return pl.col(name).cast(pl.Float64)
        least = {"like": self.about.like_at, "top": max(self.about.grades, default=None)}.get(name)
        if least is None or not self.has("rating"):
            return None
        return (pl.col("rating").cast(pl.Float64) >= least).cast(pl.Float64)

    def __repr__(self) -> str:
        return (
            f"Log({self.name!r}: {self.events.height:,} events, {self.users.height:,} users, "
            f"{self.items.height:,} items)"
        )


def table_hash(frame: pl.DataFrame) -> str:
    """SHA-256 of a table: names, types, values and order, independent of the memory layout."""
    digest = hashlib.sha256()
    for column in frame.iter_columns():
        digest.update(f"{column.name}\0{column.dtype}\0{len(column)}\0".encode())
        _digest_values(digest, column)
    return digest.hexdigest()


def _digest_values(digest: "hashlib._Hash", column: pl.Series) -> None:
    digest.update(np.packbits(column.is_null().to_numpy()).tobytes())
    if isinstance(column.dtype, pl.List):
        _digest_values(digest, column.list.len().fill_null(0))
        _digest_values(digest, column.drop_nulls().list.drop_nulls().explode(empty_as_null=False))
    elif column.dtype == pl.String:
        text = column.fill_null("")
        _digest_values(digest, text.str.len_bytes())
        digest.update("".join(text.to_list()).encode("utf-8"))
    else:
        numbers = column.to_physical().fill_null(0).to_numpy()
        digest.update(numbers.astype(numbers.dtype.newbyteorder("<")).tobytes())
