"""What a trunk must know of the events it reads: plain sizes that fit into a configuration."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from mtrec_lib.core.errors import ParameterError

if TYPE_CHECKING:
    from mtrec_lib.data import Histories

GAP_BUCKETS = 32
_LISTS = ("grades", "flags", "added", "people")


class HasSpec(Protocol):
    """Fitted ``Inputs``, or whatever else has a spec."""

    @property
    def spec(self) -> "InputSpec":
        """Sizes of the arrays."""
        ...


@dataclass(frozen=True)
class InputSpec:
    """Sizes and scales of the arrays that a trunk reads; JSON-able, so it travels in configs.

    Item ids: 0 padding, 1 unknown, ``2 … items + 1`` the catalogue, ``items + 2`` the begin mark
    that stands before a person's first event. Grades: 0 missing, then the scale from the bottom.
    Gaps: 0 missing, else 1 + floor(log2(1 + seconds since the event before)). Flags: 0 missing,
    1 no, 2 yes.

    Args:
        items: size of the catalogue.
        side: number of side-information columns an item has.
        grades: the rating scale in ascending order; empty for a log without ratings.
        max_length: how many events (the begin mark included) a trunk sees at most.
        flags: names of the yes-or-no outcomes of past events that are read, such as ``"click"``.
        beside: how many numbers stand beside the state for heads that are given the item.
        added: how many of the last items were given to a trained model, a number each time.
        people: names of the numbers that are known of the person, such as ``"person:age"``.

    >>> spec = InputSpec(items=3, grades=(1.0, 2.0), max_length=4)
    >>> spec.begin, spec.rows
    (5, 6)

    Taught in chapter 02.
    """

    items: int
    side: int = 0
    grades: tuple[float, ...] = ()
    max_length: int = 200
    flags: tuple[str, ...] = ()
    beside: int = 0
    added: tuple[int, ...] = ()
    people: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, least in (("items", 1), ("side", 0), ("max_length", 2)):
            if getattr(self, name) < least:
                raise ParameterError(f"{name} must be ≥ {least}, got {getattr(self, name)}")

    @property
    def begin(self) -> int:
        """Id of the begin mark."""
        return self.items + 2

    @property
    def rows(self) -> int:
        """Rows of an item table: padding, unknown, the catalogue, the begin mark."""
        return self.items + 3

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a Keras configuration."""
        return asdict(self) | {name: list(getattr(self, name)) for name in _LISTS}

    @classmethod
    def of(cls, value: "InputSpec | dict[str, Any] | HasSpec") -> "InputSpec":
        """A spec from a spec, from its dictionary, or from fitted ``Inputs``."""
        if isinstance(value, dict):
            lists = {name: tuple(value.get(name, ())) for name in _LISTS}
            return cls(**(value | lists))
        return value if isinstance(value, InputSpec) else value.spec

    @property
    def blocks(self) -> list[slice]:
        """Columns of the items that the model was trained with, then of those added each time."""
        ends = np.cumsum([self.items - sum(self.added), *self.added]).tolist()
        return [slice(low, high) for low, high in zip([0, *ends], ends, strict=False)]

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the arrays that say how past events went: the rating and the flags."""
        return ("rating", *self.flags)

    def outcome_ids(self, name: str, values: np.ndarray) -> np.ndarray:
        """Ids of an outcome as a trunk reads it, any shape; 0 where it is missing."""
        if name == "rating":
            return self.grade_ids(values)
        return np.where(np.isnan(values), 0, 1 + (values > 0)).astype(np.int32)

    def grade_ids(self, rating: np.ndarray) -> np.ndarray:
        """Ids of the nearest grades, any shape; 0 where the rating is missing."""
        if not self.grades:
            return np.zeros(rating.shape, np.int32)
        scale = np.asarray(self.grades)
        middles = (scale[1:] + scale[:-1]) / 2
        ids = 1 + np.searchsorted(middles, np.nan_to_num(rating), side="right")
        return np.where(np.isnan(rating), 0, ids).astype(np.int32)

    def arrays(self, histories: "Histories", length: int | None = None) -> dict[str, np.ndarray]:
        """The past of each person as a trunk reads it, left-padded.

        Args:
            histories: ``n`` pasts.
            length: positions; default ``max_length``.

        Returns:
            ``item``, ``rating``, ``gap`` and the flags, each ``(n, length)`` int32. Where the whole
            past fits, the begin mark stands before it; a past that is too long loses its oldest
            events.
        """
        length = length or self.max_length
        item = histories.last(length, "item").astype(np.int32)
        begins = (histories.lengths < length).nonzero()[0]
        item[begins, length - 1 - histories.lengths[begins]] = self.begin
        read = {"item": item, "gap": gap_ids(histories.last(length + 1, "timestamp"))}
        unknown = np.full(item.shape, np.nan, np.float32)
        for name in self.outcomes:
            known = name in histories.columns
            read[name] = self.outcome_ids(name, histories.last(length, name) if known else unknown)
        return read


def gap_ids(timestamp: np.ndarray) -> np.ndarray:
    """Logarithmic buckets of the seconds between an event and the one before it.

    Args:
        timestamp: ``(n, length + 1)`` seconds, negative where there is no event.

    Returns:
        ``(n, length)`` int32: 0 without an event before, else 1 + floor(log2(1 + seconds)).
    """
    known = (timestamp[:, 1:] >= 0) & (timestamp[:, :-1] >= 0)
    seconds = np.maximum(timestamp[:, 1:] - timestamp[:, :-1], 0)
    bucket = 1 + np.floor(np.log2(1 + seconds)).astype(np.int32)
    return np.where(known, np.minimum(bucket, GAP_BUCKETS - 1), 0).astype(np.int32)
