"""From titles and ids that a person types to a past that a model reads."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mtrec_lib.core.errors import AmbiguousItemError, ParameterError, UnknownItemError
from mtrec_lib.data import Histories
from mtrec_lib.data.catalogue import ItemId

if TYPE_CHECKING:
    from mtrec_lib.data import Catalogue

ON_UNKNOWN = ("raise", "skip")


def read(
    catalogue: "Catalogue",
    history: Sequence[ItemId],
    ratings: Sequence[float | None] | None = None,
    on_unknown: str = "raise",
) -> tuple[Histories, tuple[str, ...]]:
    """One past from titles or ids, and the names that were left out.

    Raises:
        UnknownItemError: items that are in no catalogue; all of them are listed, each with the
            nearest titles. Not with ``on_unknown="skip"``.
        AmbiguousItemError: a title that fits several items.
    """
    _check(history, ratings, on_unknown)
    names: list[str] = []
    skipped = names if on_unknown == "skip" else None
    ids = ids_of(catalogue, history, skipped, hint='or pass on_unknown="skip"')
    given = [math.nan] * len(history) if ratings is None else list(map(_grade, ratings))
    past = Histories.from_lists([list(ids.values())], rating=[[given[place] for place in ids]])
    return past, tuple(names)


def ids_of(
    catalogue: "Catalogue",
    items: Sequence[ItemId],
    skipped: list[str] | None = None,
    hint: str = "",
) -> dict[int, int]:
    """The id of each title or ``item_id``, by its place in ``items``.

    Args:
        catalogue: the items.
        items: titles and values of ``item_id``.
        skipped: takes the names of what is in no catalogue; left out, that raises.
        hint: last line of the error.

    Raises:
        UnknownItemError: all that is in no catalogue, each with the nearest titles.
        AmbiguousItemError: titles that fit several items.
    """
    ids: dict[int, int] = {}
    unknown: list[str] = []
    ambiguous: list[str] = []
    for place, item in enumerate(items):
        try:
            ids[place] = catalogue.find(item)
        except UnknownItemError as error:
            unknown.append(str(error))
            if skipped is not None:
                skipped.append(str(item))
        except AmbiguousItemError as error:
            ambiguous.append(str(error))
    if unknown and skipped is None:
        raise UnknownItemError("\n".join(filter(None, [*unknown, *ambiguous, hint])))
    if ambiguous:
        raise AmbiguousItemError("\n".join(ambiguous))
    return ids


def _check(
    history: Sequence[ItemId], ratings: Sequence[float | None] | None, on_unknown: str
) -> None:
    if isinstance(history, str | bytes) or not isinstance(history, Sequence):
        raise ParameterError(
            f"history must be a list of titles or ids, oldest first, got {history!r}; "
            'write ["Fargo (1996)"], and [] for somebody new'
        )
    if ratings is not None and len(ratings) != len(history):
        raise ParameterError(
            f"ratings must hold one value an item of history ({len(history)}), got {len(ratings)}; "
            "write None for an item without a rating"
        )
    if on_unknown not in ON_UNKNOWN:
        raise ParameterError(f"on_unknown must be one of {ON_UNKNOWN}, got {on_unknown!r}")


def _grade(value: float | None) -> float:
    if value is None:
        return math.nan
    if isinstance(value, bool | str) or math.isinf(value):
        raise ParameterError(f"ratings must be finite numbers or None, got {value!r}")
    return float(value)
