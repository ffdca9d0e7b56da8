"""A ragged batch of pasts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.cleaning import canonical

if TYPE_CHECKING:
    from mtrec_lib.data.catalogue import Catalogue

_NOT_COLUMNS = ("user_id", "item_id", "timestamp", "row")
_TYPES: dict[str, type] = {"item": np.int32, "timestamp": np.int64, "session_id": np.int64}
_PADS = {"item": 0, "timestamp": -1, "session_id": -1}

Rows: TypeAlias = int | np.integer | slice | Sequence[int] | NDArray[np.generic]
"""Some rows of a batch: an integer, a slice, indices or a mask."""


@dataclass(frozen=True, eq=False)
class Histories:
    """``n`` pasts as views into shared columns, so that a million prefixes cost no copy.

    Past ``i`` is ``columns[name][starts[i]:ends[i]]``, oldest event first.

    Args:
        users: ``(n,)`` whose past it is.
        starts: ``(n,)`` int64, first event.
        ends: ``(n,)`` int64, one past the last event.
        columns: each ``(m,)``: ``item`` int32 ids (:class:`Catalogue`); ``timestamp`` int64
            seconds, −1 unknown; ``rating`` float32, NaN missing; every other number of the events
            as float32; ``session_id`` int64, −1 missing.

    >>> past = Histories.from_lists([[2, 3, 4], [5]])
    >>> past.last(2, "item").tolist()
    [[3, 4], [0, 5]]

    Taught in chapter 02.
    """

    users: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    columns: dict[str, np.ndarray]

    @classmethod
    def from_events(cls, events: pl.DataFrame, catalogue: "Catalogue") -> "Histories":
        """The whole past of every user, users in ascending order.

        Args:
            events: rows of a log; brought into canonical order if they are not.
            catalogue: turns ``item_id`` into ids.
        """
        events = canonical(events)
        users = events["user_id"].to_numpy()
        starts = np.flatnonzero(np.concatenate([[True], users[1:] != users[:-1]]))
        starts = starts[: len(users)].astype(np.int64)
        ends = np.append(starts[1:], len(users)).astype(np.int64)[: len(starts)]
        return cls(users[starts], starts, ends, _columns_of(events, catalogue))

    @classmethod
    def from_lists(
        cls,
        items: Sequence[Sequence[int]],
        users: ArrayLike | None = None,
        **columns: Sequence[Sequence[float]],
    ) -> "Histories":
        """Pasts written out.

        Args:
            items: ``n`` lists of ids, oldest first.
            users: ``n`` names; default −1, −2, …, whom no log knows.
            columns: further columns, each ``n`` lists as long as those of ``items``.

        Raises:
            ParameterError: a column's lists are not as long as those of ``items``.
        """
        lengths = np.array([len(row) for row in items], np.int64)
        flat = {"item": _flat(items, "item")}
        for name, rows in columns.items():
            if [len(row) for row in rows] != lengths.tolist():
                raise ParameterError(f"{name} must hold one value an item, as long as items")
            flat[name] = _flat(rows, name)
        _fill_standard(flat)
        ends = np.cumsum(lengths)
        named = -1 - np.arange(len(lengths)) if users is None else np.asarray(users)
        return cls(named, ends - lengths, ends, flat)

    @classmethod
    def empty(cls, n: int = 1) -> "Histories":
        """``n`` pasts in which nothing happened."""
        return cls.from_lists([[]] * n)

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, key: Rows) -> "Histories":
        """Some of the pasts: an integer, a slice, indices or a mask; columns stay shared."""
        key = slice(key, key + 1 or None) if isinstance(key, int | np.integer) else key
        return Histories(self.users[key], self.starts[key], self.ends[key], self.columns)

    def __repr__(self) -> str:
        return f"Histories({len(self):,} pasts, {int(self.lengths.sum()):,} events)"

    @property
    def lengths(self) -> np.ndarray:
        """``(n,)`` int64 numbers of events."""
        return self.ends - self.starts

    def last(self, length: int, name: str = "item") -> np.ndarray:
        """The last events of each past, left-padded.

        Args:
            length: positions (≥ 0).
            name: a column.

        Returns:
            ``(n, length)``: padding is 0 for ``item``, −1 for ``timestamp`` and ``session_id``,
            NaN for everything else.

        Raises:
            ParameterError: no such column.
        """
        column = self._column(name)
        position = self.ends[:, None] + np.arange(-length, 0)[None, :]  # (n, length)
        out = np.full(position.shape, missing(name, column), column.dtype)
        real = position >= self.starts[:, None]
        out[real] = column[position[real]]
        return out

    def flat(self, name: str = "item") -> tuple[np.ndarray, np.ndarray]:
        """All events of all pasts.

        Returns:
            ``(events,)`` int64 which past, and ``(events,)`` the values of column ``name``.
        """
        past, row = ranges(self.starts, self.lengths)
        return past, self._column(name)[row]

    def seen_mask(self, size: int) -> np.ndarray:
        """``(n, size)`` bool: whether a past holds the item; column ``j`` is id ``j + 2``."""
        past, item = self.flat("item")
        known = (item >= 2) & (item < size + 2)
        mask = np.zeros((len(self), size), bool)
        mask[past[known], item[known] - 2] = True
        return mask

    def _column(self, name: str) -> np.ndarray:
        if name not in self.columns:
            raise ParameterError(f"no column {name!r}; this log has {sorted(self.columns)}")
        return self.columns[name]


def ranges(starts: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Many ranges laid end to end: whose range each entry is, and the entry.

    >>> [part.tolist() for part in ranges(np.array([5, 2]), np.array([2, 1]))]
    [[0, 0, 1], [5, 6, 2]]
    """
    owner = np.repeat(np.arange(len(starts)), lengths)
    shift = starts - (np.cumsum(lengths) - lengths)
    return owner, np.arange(len(owner)) + shift[owner]


def missing(name: str, column: np.ndarray) -> float | int:
    """What stands in a column where there is no value."""
    return _PADS.get(name, np.nan if column.dtype.kind == "f" else 0)


def _flat(rows: Sequence[Sequence[float]], name: str) -> np.ndarray:
    values = [value for row in rows for value in row]
    return np.array(values, _TYPES.get(name, np.float32))


def _fill_standard(columns: dict[str, np.ndarray]) -> None:
    """Every batch of pasts has a time and a rating, unknown where nobody gave one."""
    n = len(columns["item"])
    columns.setdefault("timestamp", np.full(n, -1, np.int64))
    columns.setdefault("rating", np.full(n, np.nan, np.float32))


def _columns_of(events: pl.DataFrame, catalogue: "Catalogue") -> dict[str, np.ndarray]:
    columns = {"item": catalogue.encode(events["item_id"])}
    if "timestamp" in events.columns:
        columns["timestamp"] = _integers(events["timestamp"].dt.epoch("s"))
    for name, dtype in events.schema.items():
        if name in _NOT_COLUMNS:
            continue
        if name in _TYPES:
            columns[name] = _integers(events[name])
        elif dtype.is_numeric() or dtype == pl.Boolean:
            columns[name] = events[name].cast(pl.Float32).fill_null(np.nan).to_numpy().copy()
    _fill_standard(columns)
    return columns


def _integers(column: pl.Series) -> np.ndarray:
    return column.cast(pl.Int64).fill_null(-1).to_numpy().copy()
