"""Labels that no column holds: what the order and the times of a person's events say."""

import numpy as np

from mtrec_lib.data import Histories, Split

DAY = 86_400


def derived_labels(split: Split, part: str, histories: Histories) -> dict[str, np.ndarray]:
    """Labels of every event, from the events themselves; NaN where nothing can be said.

    ``repeat``: 1 where the person's past holds the item already, else 0. It looks back only.
    ``until_return``: days until the person's next visit, infinite where none is seen; a visit is a
    session, or a day (UTC) in a log without sessions. ``followed_for``: days that are left after
    the event until observation ends, as the split's protocol says: at the first event of a later
    part (anybody's where one cut in time serves all, else the person's own), or at the last event
    of the log where no part cuts a person short. A label that looks further ahead than this is
    unknown, not 0.

    Args:
        split: the split log.
        part: whose events are targets; ``histories`` hold no event of a later part.
        histories: everybody's whole past up to the end of ``part``, one row an event.

    Returns:
        Each ``(events,)`` float32, in the order of the columns of ``histories``.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> sorted(derived_labels(split, "test", Histories.from_lists([[2, 3, 2]])))
    ['followed_for', 'repeat', 'until_return']

    Taught in chapter 07.
    """
    person = np.repeat(np.arange(len(histories)), histories.lengths)
    time = histories.columns["timestamp"].astype(np.float64)
    time = np.where(time < 0, np.nan, time)
    left = split.protocol.ends(split.events, part, histories.users)[person] - time
    return {
        "repeat": _repeat(person, histories.columns["item"]),
        "until_return": _until_return(person, time, histories.columns.get("session_id")),
        "followed_for": (left / DAY).astype(np.float32),
    }


def _repeat(person: np.ndarray, item: np.ndarray) -> np.ndarray:
    """Whether the same person had the same item earlier; unknown for items that are unknown."""
    order = np.lexsort((np.arange(len(item)), item, person))
    same = (np.diff(person[order]) == 0) & (np.diff(item[order]) == 0)
    repeated = np.zeros(len(item), np.float32)
    repeated[order[1:]] = same
    return np.where(item >= 2, repeated, np.nan).astype(np.float32)


def _until_return(person: np.ndarray, time: np.ndarray, session: np.ndarray | None) -> np.ndarray:
    """Days to the first event of the next visit of the same person."""
    if not len(time):
        return np.zeros(0, np.float32)
    if session is None or (session < 0).all():
        session = np.nan_to_num(time, nan=-1) // DAY
    opens = np.concatenate([[True], (np.diff(person) != 0) | (np.diff(session) != 0)])
    first = np.flatnonzero(opens)
    visit = np.cumsum(opens) - 1
    last = np.append(person[first[1:]] != person[first[:-1]], True)
    following = np.where(last, np.inf, np.append(time[first[1:]], np.inf))
    return ((following[visit] - time) / DAY).astype(np.float32)
