"""What is known of people as numbers: age, gender, or the columns of a reader's own table."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.suggest import nearest

if TYPE_CHECKING:
    from mtrec_lib.data import Split

VALUES = 32  # of a category at most: the commonest
PEOPLE = 5  # who share a value at least: a value that is somebody's own tells who they are
REACH = 4.0  # standard deviations at which a number is cut

Columns = bool | Sequence[str]


@dataclass(frozen=True)
class Attribute:
    """A column of ``log.users`` and how it becomes numbers.

    Args:
        name: of the column.
        values: of a category, the commonest first; of a number, none.
        shares: of the training people that have each value, unknown last; of a number, the share
            of unknown alone.
        mean, spread: of a number, over the training people that have one.
    """

    name: str
    values: tuple[str, ...] = ()
    shares: tuple[float, ...] = (0.0,)
    mean: float = 0.0
    spread: float = 0.0

    @property
    def has_unknown(self) -> bool:
        """Whether somebody in training has no value; else unknown is read as the average."""
        return self.shares[-1] > 0

    @property
    def names(self) -> tuple[str, ...]:
        """Of the numbers, in order."""
        own = [f"{self.name}={value}" for value in self.values] or [self.name] * (self.spread > 0)
        return tuple(f"person:{each}" for each in own + [f"{self.name}?"] * self.has_unknown)

    @property
    def described(self) -> list[tuple[str, str, str]]:
        """Name, unit and meaning of each number."""
        own = [
            ("0 or 1, less its share", f"Whether {self.name} is {value}.") for value in self.values
        ]
        if not self.values and self.spread:
            own = [("standard deviations", f"{self.name} above its mean; 0 where unknown.")]
        unknown = [("0 or 1, less its share", f"Whether {self.name} is unknown.")]
        rows = own + unknown * self.has_unknown
        return [(name, *row) for name, row in zip(self.names, rows, strict=True)]

    def encoded(self, column: pl.Series) -> np.ndarray:
        """``(n, len(names))`` float32 numbers, each with mean 0 over the training people."""
        if self.values:
            return self._categories(column)
        value = _numbers(column)
        known = np.isfinite(value)
        number = np.where(known, (np.where(known, value, 0) - self.mean) / (self.spread or 1), 0)
        columns = [np.clip(number, -REACH, REACH)] * (self.spread > 0)
        columns += [~known - self.shares[-1]] * self.has_unknown
        return np.stack(columns, axis=1).astype(np.float32)

    def _categories(self, column: pl.Series) -> np.ndarray:
        place = {value: number for number, value in enumerate(self.values)}
        numbers = [len(place) if v is None else place.get(v, len(place)) for v in _texts(column)]
        which = np.array(numbers, np.int64)
        columns = np.eye(len(place) + 1)[which] - self.shares
        if not self.has_unknown:
            columns = columns[:, :-1] * (which < len(place))[:, None]
        return columns.astype(np.float32)


@dataclass(frozen=True, eq=False)
class People:
    """Attributes of people, fitted to those who train: a vector a person, for models and features.

    A category becomes a column a value, less its share among the people who train, and a number is
    standardised over them, so that zeros stand for the average person. Unknown is a column of its
    own where it occurs in training, and the average where it does not; a value that nobody in
    training has, that fewer than five have, or that is not among the 32 commonest is unknown, too.
    So are all attributes of somebody who is not in the table.

    A model that is saved takes the table along: its file then holds what is known of these people.

    Args:
        attributes: the columns that are used.
        users: ``(people,)`` ids.
        table: ``(people, len(names))`` float32.

    Taught in chapter 02.
    """

    attributes: tuple[Attribute, ...]
    users: np.ndarray
    table: np.ndarray

    @classmethod
    def fit(cls, split: "Split", columns: Columns = True) -> "People":
        """Read ``log.users``; which values there are and how numbers are spread, training says.

        Args:
            split: the split log.
            columns: names of columns; True takes all that hold texts, truth values or numbers.

        Raises:
            ParameterError: no such column, or nothing in any of them that tells people apart.
        """
        log = split.log
        names = _chosen(log.users, columns, log.name)
        who = split.train.select(pl.col("user_id").unique().sort())
        trained = who.join(log.users, on="user_id", how="left", maintain_order="left")
        fitted = [_fitted(trained[name]) for name in names]
        attributes = tuple(each for each in fitted if each.names)
        if not attributes:
            raise ParameterError(
                f"people: nothing in {names} tells the people of {log.name!r} who train apart; a "
                f"value counts where {PEOPLE} have it; leave people=False"
            )
        users = log.users["user_id"]
        return cls(attributes, _array(users.to_list()), _table(attributes, log.users))

    @property
    def names(self) -> tuple[str, ...]:
        """Of the numbers, in order."""
        return tuple(name for each in self.attributes for name in each.names)

    @property
    def described(self) -> list[tuple[str, str, str]]:
        """Name, unit and meaning of each number."""
        return [row for each in self.attributes for row in each.described]

    def of(self, users: ArrayLike) -> np.ndarray:
        """The vectors of some people: ``(n,)`` ids → ``(n, len(names))`` float32."""
        rows = [self._places.get(user, -1) for user in np.asarray(users).tolist()]
        return self._with_nobody[np.array(rows, np.int64)]

    def with_table(self, users: pl.DataFrame) -> "People":
        """The same columns for the people of another table; a column it lacks is unknown.

        Args:
            users: ``user_id`` and attributes.
        """
        lacking = [pl.lit(None).alias(a.name) for a in self.attributes if a.name not in users]
        ids = _array(users["user_id"].to_list())
        return replace(self, users=ids, table=_table(self.attributes, users.with_columns(lacking)))

    @cached_property
    def _places(self) -> dict[int | str, int]:
        return {user: number for number, user in enumerate(self.users.tolist())}

    @cached_property
    def _with_nobody(self) -> np.ndarray:
        """The table, and in its last row somebody of whom nothing is known."""
        nobody = pl.DataFrame({each.name: [None] for each in self.attributes})
        return np.concatenate([self.table, _table(self.attributes, nobody)])

    def get_config(self) -> list[dict[str, Any]]:
        """The attributes as plain values."""
        return [asdict(each) for each in self.attributes]

    @classmethod
    def from_config(
        cls, config: list[dict[str, Any]], users: np.ndarray, table: np.ndarray
    ) -> "People":
        """Rebuild from :meth:`get_config` and the two arrays."""
        lists = ("values", "shares")
        attributes = (
            Attribute(**(each | {name: tuple(each[name]) for name in lists})) for each in config
        )
        return cls(tuple(attributes), users, table)


def _chosen(users: pl.DataFrame, columns: Columns, log: str) -> list[str]:
    usable = [n for n, dtype in users.schema.items() if n != "user_id" and _is_usable(dtype)]
    if columns is True:
        if not usable:
            raise ParameterError(
                f"people=True needs attributes of people, and log.users of {log!r} holds "
                f"{users.columns}; give the log a table of users, or leave people=False"
            )
        return usable
    names = [columns] if isinstance(columns, str) else list(columns or ())
    wrong = [name for name in names if name not in usable]
    if wrong or not names or isinstance(columns, str):
        close = nearest(str(wrong[0]), usable, n=1) if wrong else ()
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ParameterError(
            f"people must be True, False or a list of columns of log.users that hold texts, truth "
            f"values or numbers: {usable}, got {columns!r}{hint}"
        )
    return names


def _is_usable(dtype: pl.DataType) -> bool:
    texts = isinstance(dtype, pl.String | pl.Categorical | pl.Enum | pl.Boolean)
    return texts or dtype.is_numeric()


def _fitted(column: pl.Series) -> Attribute:
    if column.dtype.is_numeric():
        known = _numbers(column)
        known = known[np.isfinite(known)]
        if not len(known):
            return Attribute(column.name)
        unknown = 1 - len(known) / len(column)
        return Attribute(column.name, (), (unknown,), float(known.mean()), float(known.std()))
    held = Counter(value for value in _texts(column) if value is not None)
    common = sorted(held.items(), key=lambda pair: (-pair[1], pair[0]))[:VALUES]
    counts = {value: count for value, count in common if count >= PEOPLE}
    rest = len(column) - sum(counts.values())
    if len(counts) + (rest > 0) < 2:
        return Attribute(column.name)  # everybody has the one value, or nobody one that counts
    shares = [count / len(column) for count in (*counts.values(), rest)]
    return Attribute(column.name, tuple(counts), tuple(shares))


def _texts(column: pl.Series) -> list[str | None]:
    return column.cast(pl.String).to_list()


def _numbers(column: pl.Series) -> np.ndarray:
    """``(n,)`` float64, NaN where there is no number."""
    return column.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()


def _table(attributes: Sequence[Attribute], users: pl.DataFrame) -> np.ndarray:
    return np.concatenate([each.encoded(users[each.name]) for each in attributes], axis=1)


def _array(users: list[int] | list[str]) -> np.ndarray:
    """Ids as an array that is saved without pickle."""
    return np.asarray(users, dtype=str if users and isinstance(users[0], str) else None)
