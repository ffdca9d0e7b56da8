"""Names of columns that the library uses inside: the one list of them."""

from collections.abc import Iterable
from pathlib import Path

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.readers.cells.near_names import our_name_for

INSIDE = {
    "item": "ids of the catalogue, in every history",
    "row": "the place of an event in its file",
    "part": "train, validation or test, in a split",
    "repeat": "the label of mt.tasks.Repeat",
    "until_return": "the label of mt.tasks.ReturnWithin",
    "followed_for": "how long a person is observed after an event",
    "next_category": "the label of mt.tasks.NextCategory",
    "genres": "the label of mt.tasks.Genres",
    "counted": "which events a loss counts",
    "given_item": "what a head may see of the coming item",
    "beside": "numbers of a person and an item together",
    "gap": "the pause before an event, as a model reads it",
    "size": "the number of items of a visit",
    "visit": "the number of a visit",
    "person": "the number of a person in the features' table",
    "past": "the number of earlier events there",
    "visible": "which events statistics may read there",
    "time": "the time of an event there",
    "user": "the number of a person",
    "target": "the item that a query asks about",
}
"""Name of a further column of the events → what the library keeps under it."""


def refuse_inside_names(table: str, names: Iterable[str], where: str | Path) -> None:
    """Refuse names of columns under which the library keeps something of its own.

    Args:
        table: ``events``, ``items`` or ``users``.
        names: our names, the left sides of the description.
        where: the description.

    Raises:
        ParameterError: lists every such name, and all names that are in use.
    """
    names = list(names)
    if not all(name.strip() for name in names):
        raise ParameterError(
            f"[{table}.columns] in {where}: a name to the left of the = is empty; give the column "
            "a name of your own"
        )
    bad = [name for name in names if is_inside(table, name)]
    if not bad:
        return
    meant = next((f"; did you mean {ours!r}?" for ours in map(our_name_for, bad) if ours), "")
    raise ParameterError(
        f"[{table}.columns] in {where}: the library itself uses the name "
        f"{', '.join(map(repr, bad))}; write another to the left of the =, as in "
        f"my_{bad[0].lstrip('_')}{meant} (names in use: {', '.join(INSIDE)}, "
        "and all that begin with _)"
    )


def is_inside(table: str, name: str) -> bool:
    """Whether a column of this name would meet one of the library's own.

    >>> is_inside("events", "item"), is_inside("events", "mood"), is_inside("users", "size")
    (True, False, False)
    """
    return name.startswith("_") or (table == "events" and name in INSIDE)
