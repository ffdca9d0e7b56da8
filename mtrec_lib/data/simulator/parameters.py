"""The dials of a simulated world, and the range of each."""

import math
import numbers
from dataclasses import dataclass, fields
from typing import Any

from mtrec_lib.core.errors import ParameterError

MAX_CELLS = 20_000_000  # of the choice table, 8 bytes each, held twice while drawing

_RANGES: dict[str, tuple[float, float]] = {
    "users": (1, 10_000_000),
    "events": (3, 100_000_000),
    "seed": (0, 2**63 - 1),
    "types": (1, 100),
    "drift": (0, 1),
    "order": (0, 4),
    "symbols": (2, 100_000),
    "items": (2, 100_000),
    "categories": (1, 24),
    "feed": (0, 1),
    "positions": (1, 100),
    "confounding": (0, 5),
    "temperature": (0.05, 20),
    "session_length": (1, math.inf),
}
_REAL = {"drift", "feed", "confounding", "temperature", "session_length"}  # the rest are whole
_OPTIONAL = {"symbols", "session_length"}


@dataclass(frozen=True)
class Parameters:
    """What :func:`simulate` was asked for; it says what each dial means.

    Raises:
        ParameterError: a value of the wrong kind or outside its range, fewer than three events a
            person, more categories than items, or a choice table that would not fit in memory.

    >>> Parameters(order=2, symbols=20).contexts
    441

    Taught in chapter 01.
    """

    users: int = 1000
    events: int = 100_000
    seed: int = 0
    types: int = 6
    drift: float = 0.02
    order: int = 1
    symbols: int | None = None
    items: int = 300
    categories: int = 12
    feed: float = 0.3
    positions: int = 10
    confounding: float = 0.0
    temperature: float = 1.0
    session_length: float | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None or field.name not in _OPTIONAL:
                _check(field.name, value)
        if self.events < 3 * self.users:
            raise ParameterError(
                f"events must be at least three a person, got events={self.events} for "
                f"users={self.users}; a person needs one to train, validate and test on"
            )
        if self.symbols is None and self.categories > self.items:
            raise ParameterError(
                f"categories must not exceed items={self.items}, got {self.categories}"
            )
        self._check_size()

    def _check_size(self) -> None:
        cells = self.types * self.contexts * self.size
        if cells > MAX_CELLS:
            raise ParameterError(
                f"types × contexts × items = {self.types} × {self.contexts:,} × {self.size:,} = "
                f"{cells:,} cells must not exceed {MAX_CELLS:,}; lower order, symbols or items"
            )

    @property
    def size(self) -> int:
        """Number of items in the catalogue."""
        return self.items if self.symbols is None else self.symbols

    @property
    def groups(self) -> int:
        """Number of categories; plain symbols all belong to one."""
        return self.categories if self.symbols is None else 1

    @property
    def base(self) -> int:
        """What one place of a context can hold: nothing, or one of the categories or symbols."""
        return 1 + (self.categories if self.symbols is None else self.symbols)

    @property
    def contexts(self) -> int:
        """Number of contexts that a choice can depend on."""
        return self.base**self.order

    @property
    def restart(self) -> float:
        """Probability that the next event opens a new session."""
        if self.session_length is None:
            return 0.125 if self.symbols is None else 0.0
        return 1.0 / self.session_length


def _check(name: str, value: Any) -> None:
    low, high = _RANGES[name]
    kind = numbers.Real if name in _REAL else numbers.Integral
    fits = isinstance(value, kind) and not isinstance(value, bool)
    if not fits or not low <= value <= high:
        noun = "a number" if name in _REAL else "a whole number"
        raise ParameterError(f"{name} must be {noun} in {low:g} … {high:g}, got {value!r}")
