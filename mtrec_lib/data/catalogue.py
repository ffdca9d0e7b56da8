"""The items of a log, known in advance: ids, titles, categories."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mtrec_lib.core.errors import AmbiguousItemError, ParameterError, UnknownItemError
from mtrec_lib.core.suggest import nearest
from mtrec_lib.data import titles as matching

PADDING, UNKNOWN, FIRST = 0, 1, 2

ItemId: TypeAlias = int | str
"""A value of ``item_id``, as the log writes it."""


class Catalogue:
    """Numbers every item: id 0 is padding, 1 is unknown, item ``j`` of the table is ``j + 2``.

    Args:
        items: ``item_id``, ``title`` and, where known, ``categories``; one row an item.
        categories: names of the categories that count, in their order; left out, all that the
            items have. A model that is given new items keeps those that it knows.

    Raises:
        ParameterError: an item stands in the table twice, or the table has no ``item_id``.

    >>> items = pl.DataFrame({"item_id": [7, 9], "title": ["The Fall (2006)", "None"]})
    >>> catalogue = Catalogue(items)
    >>> catalogue.encode([9, 8, 7]).tolist()
    [3, 1, 2]
    >>> catalogue.find("fall")
    2

    Taught in chapter 01.
    """

    def __init__(self, items: pl.DataFrame, categories: Iterable[str] | None = None) -> None:
        if "item_id" not in items.columns:
            raise ParameterError(f"items must have a column item_id, got {items.columns}")
        twice = items.filter(items["item_id"].is_duplicated())["item_id"].unique().to_list()
        if twice:
            raise ParameterError(f"an item may stand in the items once, found again: {twice[:3]}")
        self.items, self._categories = items, None if categories is None else tuple(categories)

    @property
    def size(self) -> int:
        """Number of items."""
        return self.items.height

    def __len__(self) -> int:
        return self.size

    def __repr__(self) -> str:
        return f"Catalogue({self.size:,} items, {len(self.categories)} categories)"

    @cached_property
    def titles(self) -> list[str]:
        """Display titles; entry ``j`` belongs to id ``j + 2``."""
        name = "title" if "title" in self.items.columns else "item_id"
        return self.items[name].cast(pl.String).to_list()

    @cached_property
    def hash(self) -> str:
        """SHA-256 of item ids, titles and categories, in order."""
        digest = hashlib.sha256()
        for item, title, names in zip(self._ids, self.titles, self._category_lists, strict=True):
            digest.update("\0".join([repr(item), title, *names, "\n"]).encode("utf-8"))
        return digest.hexdigest()

    @cached_property
    def _ids(self) -> list[ItemId]:
        return self.items["item_id"].to_list()

    def encode(self, item_ids: pl.Series | NDArray[np.generic] | Sequence[object]) -> np.ndarray:
        """Ids of items.

        Args:
            item_ids: ``n`` values of ``item_id``: a polars Series, an array or a list.

        Returns:
            ``(n,)`` int32; 1 for what is not in the catalogue.
        """
        known = self.items["item_id"]
        wanted = item_ids if isinstance(item_ids, pl.Series) else _series(item_ids, known.dtype)
        left = pl.DataFrame({"item_id": wanted.cast(known.dtype, strict=False)})
        right = pl.DataFrame({"item_id": known, "id": np.arange(self.size, dtype=np.int32) + FIRST})
        joined = left.join(right, on="item_id", how="left", maintain_order="left")
        return joined["id"].fill_null(UNKNOWN).to_numpy().astype(np.int32)

    def decode(self, ids: Iterable[int]) -> list[ItemId | None]:
        """The ``item_id`` of each id; None for padding and unknown."""
        return [self._ids[row] if row >= 0 else None for row in map(self._row, ids)]

    def title(self, id: int) -> str:
        """The display title of an id; ``[padding]`` and ``[unknown]`` for 0 and 1."""
        row = self._row(id)
        return self.titles[row] if row >= 0 else ("[unknown]" if row == -1 else "[padding]")

    def _row(self, id: int) -> int:
        """The catalogue row of an id: −2 for padding, −1 for unknown."""
        if not 0 <= id < self.size + FIRST:
            raise ParameterError(f"id must lie in 0 … {self.size + FIRST - 1}, got {id}")
        return int(id) - FIRST

    @cached_property
    def _category_lists(self) -> list[list[str]]:
        if "categories" not in self.items.columns:
            return [[]] * self.size
        return [list(names or ()) for names in self.items["categories"].to_list()]

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """Names of categories, the commonest first, equal counts by text."""
        if self._categories is not None:
            return self._categories
        counts = Counter(name for names in self._category_lists for name in set(names))
        return tuple(sorted(counts, key=lambda name: (-counts[name], name)))

    @cached_property
    def category_matrix(self) -> np.ndarray:
        """``(size, categories)`` float32: 1 where an item has a category."""
        column = {name: number for number, name in enumerate(self.categories)}
        matrix = np.zeros((self.size, len(column)), np.float32)
        for row, names in enumerate(self._category_lists):
            matrix[row, [column[name] for name in names if name in column]] = 1
        return matrix

    def find(self, item: ItemId) -> int:
        """The id of an item named by its title or its ``item_id``.

        Case, a leading or trailing article and the year may be left out. A text that is both an
        ``item_id`` and a title is read as the ``item_id`` where ids are text, as the title where
        they are numbers.

        Raises:
            UnknownItemError: nothing fits; names the nearest three titles.
            AmbiguousItemError: several items fit; lists them with their ``item_id``.
        """
        if not isinstance(item, str) or self.items["item_id"].dtype == pl.String:
            exact = int(self.encode([item])[0])
            if exact != UNKNOWN:
                return exact
        rows = self._matches(item) if isinstance(item, str) else []
        if len(rows) == 1:
            return rows[0] + FIRST
        if rows:
            raise AmbiguousItemError(self._ambiguous(str(item), rows))
        if (
            isinstance(item, str)
            and item.strip().isdecimal()
            and self.items["item_id"].dtype.is_integer()
        ):
            exact = int(self.encode([item.strip()])[0])
            if exact != UNKNOWN:
                return exact
        raise UnknownItemError(self._unknown(item))

    def _matches(self, text: str) -> list[int]:
        """Rows whose title fits: with its article if any do, else without."""
        name, year = matching.split_year(text)
        for keep_article in (True, False):
            rows = self._index[keep_article].get(matching.key(name, keep_article), [])
            rows = [row for row in rows if year in (None, self._years[row])]
            if rows:
                return rows
        return []

    @cached_property
    def _years(self) -> list[int | None]:
        return [matching.split_year(title)[1] for title in self.titles]

    @cached_property
    def _index(self) -> dict[bool, dict[str, list[int]]]:
        index: dict[bool, dict[str, list[int]]] = {True: {}, False: {}}
        for row, title in enumerate(self.titles):
            name = matching.split_year(title)[0]
            for keep_article, rows in index.items():
                rows.setdefault(matching.key(name, keep_article), []).append(row)
        return index

    def _ambiguous(self, text: str, rows: list[int]) -> str:
        listed = "; ".join(f"{self.titles[row]} = item_id {self._ids[row]!r}" for row in rows[:10])
        more = f" and {len(rows) - 10} more" if len(rows) > 10 else ""
        return f"{text!r} fits {len(rows)} items: {listed}{more}; pass one item_id instead"

    def _unknown(self, item: ItemId) -> str:
        name = matching.split_year(str(item))[0]
        index = self._index[False]
        close = nearest(matching.key(name, False), index, n=3)
        named = [self.titles[row] for key in close for row in index[key]][:3]
        hint = f"the nearest are {', '.join(map(repr, named))}" if named else "nothing is near"
        return f"no item is called {item!r} among {self.size:,} items; {hint}"


def _series(item_ids: NDArray[np.generic] | Sequence[object], dtype: pl.DataType) -> pl.Series:
    """Item ids of any kind as a Series of the catalogue's type; null for what cannot be one."""
    if isinstance(item_ids, np.ndarray) and item_ids.dtype.kind in "iu":
        return pl.Series(values=item_ids)
    values = item_ids.tolist() if isinstance(item_ids, np.ndarray) else list(item_ids)
    if dtype == pl.String:
        return pl.Series(values=[None if v is None else str(v) for v in values], dtype=pl.String)
    return pl.Series(values=[_integer(value) for value in values], dtype=dtype)


def _integer(value: Any) -> int | None:
    """``value`` as a 64-bit integer; None for what is none, so that it becomes unknown."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    whole = isinstance(value, str) or number == value
    return number if whole and -(2**63) <= number < 2**63 else None
