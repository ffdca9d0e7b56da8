"""Pasts with a piece taken away: what a model does without it shows what it uses."""

import numpy as np
from numpy.typing import ArrayLike

from mtrec_lib.core import generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.histories import Histories, missing, ranges

_OF_THE_PLACE = ("timestamp", "session_id")  # they say when, not what


def shuffled(histories: Histories, seed: int = 0, ties_only: bool = False) -> Histories:
    """The same events in random order; times stay in their places, items and ratings move.

    Args:
        histories: ``n`` pasts.
        seed: decides the order; the same event of shared columns is drawn alike in every batch.
        ties_only: move events only among neighbours of equal time, whose order nobody knows.

    Returns:
        ``n`` pasts of the same lengths, with columns of their own.

    >>> past = Histories.from_lists([[2, 3, 4, 5]], timestamp=[[7, 7, 8, 8]])
    >>> sorted(shuffled(past, seed=1, ties_only=True).last(2)[0].tolist())
    [4, 5]

    Taught in chapter 04.
    """
    past, row = ranges(histories.starts, histories.lengths)
    draw = generator(seed, "shuffled").random(len(histories.columns["item"]))[row]
    run = past
    if ties_only:
        time = histories.columns["timestamp"][row]
        later = (np.diff(time) != 0) | (np.diff(past) != 0)
        run = np.concatenate([[0], np.cumsum(later)])[: len(row)]
    order = row[np.lexsort((draw, run))]
    columns = {
        name: values[row if name in _OF_THE_PLACE else order]
        for name, values in histories.columns.items()
    }
    return _joined(histories.users, histories.lengths, columns)


def without(histories: Histories, *names: str) -> Histories:
    """The same events with some columns unknown: ratings NaN, times and sessions −1.

    Args:
        histories: ``n`` pasts.
        names: columns, such as ``"rating"`` or ``"timestamp"``.

    Raises:
        ParameterError: no such column, or ``item``, without which nothing is left of an event.

    >>> past = without(Histories.from_lists([[2, 3]], rating=[[4, 5]]), "rating")
    >>> past.last(2, "rating").tolist()
    [[nan, nan]]

    Taught in chapter 04.
    """
    known = [name for name in histories.columns if name != "item"]
    wrong = [name for name in names if name not in known]
    if wrong:
        raise ParameterError(f"names must be columns out of {sorted(known)}, got {wrong}")
    blank = {name: missing(name, histories.columns[name]) for name in names}
    columns = {
        name: np.full_like(values, blank[name]) if name in blank else values
        for name, values in histories.columns.items()
    }
    return Histories(histories.users, histories.starts, histories.ends, columns)


def shortened(histories: Histories, events: int) -> Histories:
    """Only the last events of each past; a shorter past stays whole. Columns stay shared.

    Args:
        histories: ``n`` pasts.
        events: how many to keep (≥ 0).

    Raises:
        ParameterError: a negative number.

    >>> shortened(Histories.from_lists([[2, 3, 4], [5]]), 2).lengths.tolist()
    [2, 1]

    Taught in chapter 04.
    """
    if events < 0:
        raise ParameterError(f"events must be ≥ 0, got {events}")
    starts = np.maximum(histories.starts, histories.ends - events)
    return Histories(histories.users, starts, histories.ends, histories.columns)


def erased(histories: Histories, back: ArrayLike, by: ArrayLike | None = None) -> Histories:
    """One event of each past taken out, or another item put in its place.

    Args:
        histories: ``n`` pasts.
        back: which, counted from the end: 1 is the last event; a number or ``(n,)`` numbers. A
            past that does not reach so far stays as it is.
        by: item ids, a number or ``(n,)``, to stand there instead; rating and time stay.

    Returns:
        ``n`` pasts, with columns of their own.

    Raises:
        ParameterError: a number below 1.

    >>> past = Histories.from_lists([[2, 3, 4]])
    >>> erased(past, 1).last(3).tolist(), erased(past, 2, by=9).last(3).tolist()
    ([[0, 2, 3]], [[2, 9, 4]])

    Taught in chapter 04.
    """
    back = np.broadcast_to(np.asarray(back, np.int64), len(histories))
    if (back < 1).any():
        raise ParameterError(f"back must be ≥ 1 (1 is the last event), got {back.min()}")
    _, row = ranges(histories.starts, histories.lengths)
    columns = {name: values[row] for name, values in histories.columns.items()}
    lengths = histories.lengths
    there = back <= lengths
    place = (np.cumsum(lengths) - back)[there]
    if by is not None:
        columns["item"][place] = np.broadcast_to(by, len(histories))[there]
        return _joined(histories.users, lengths, columns)
    shorter = {name: np.delete(values, place) for name, values in columns.items()}
    return _joined(histories.users, lengths - there, shorter)


def appended(histories: Histories, items: ArrayLike, **columns: ArrayLike) -> Histories:
    """Each past one event longer.

    Args:
        histories: ``n`` pasts.
        items: ``(n,)`` ids of the new events.
        columns: further columns of the new events, each a number or ``(n,)``; one that is not
            named is missing (NaN; −1 for times and sessions).

    Returns:
        ``n`` pasts, with columns of their own.

    Raises:
        ParameterError: a column that the pasts have not.

    >>> appended(Histories.from_lists([[2], [3, 4]]), [8, 9]).last(3).tolist()
    [[0, 2, 8], [3, 4, 9]]

    Taught in chapter 04.
    """
    unknown = [name for name in columns if name not in histories.columns]
    if unknown:
        raise ParameterError(f"columns must be out of {sorted(histories.columns)}, got {unknown}")
    _, row = ranges(histories.starts, histories.lengths)
    ends = np.cumsum(histories.lengths)
    given = {"item": items} | columns
    longer = {}
    for name, values in histories.columns.items():
        new = np.broadcast_to(given.get(name, missing(name, values)), len(histories))
        longer[name] = np.insert(values[row], ends, new.astype(values.dtype))
    return _joined(histories.users, histories.lengths + 1, longer)


def _joined(users: np.ndarray, lengths: np.ndarray, columns: dict[str, np.ndarray]) -> Histories:
    """Pasts that lie in the columns one after the other."""
    ends = np.cumsum(lengths).astype(np.int64)
    return Histories(users, ends - lengths, ends, columns)
