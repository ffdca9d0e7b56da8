"""The three parts of a split, in their order."""

import numpy as np
import polars as pl

from mtrec_lib.core.errors import ParameterError

PARTS = ("train", "validation", "test")
HELD_OUT = PARTS[1:]
PLACE = {part: place for place, part in enumerate(PARTS)}


def place_of(part: str) -> int:
    """The place of a part in the order of training, validation and test, from 0.

    Raises:
        ParameterError: an unknown part.

    >>> place_of("validation")
    1
    """
    if part not in PLACE:
        raise ParameterError(f"part must be one of {', '.join(PARTS)}, got {part!r}")
    return PLACE[part]


def up_to(part: str) -> tuple[str, ...]:
    """The part and those before it.

    >>> up_to("validation")
    ('train', 'validation')
    """
    return PARTS[: place_of(part) + 1]


def places(events: pl.DataFrame) -> np.ndarray:
    """``(events,)`` int8: the place of each event's part."""
    column = events["part"].replace_strict(PLACE, return_dtype=pl.Int8)
    return column.to_numpy()
