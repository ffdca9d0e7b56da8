"""Chapter 04_2, what they use: checks, solutions and typical wrong answers."""

from typing import Any

import mtrec_lib as mt
import numpy as np
from mtrec_lib.book.exercises import exercise


@exercise("04_2.1")
def _orders_of_ties(answer: Any) -> str | None:
    orders = int(answer)
    if orders == 3 * 2 * 1 * 2:
        return None
    if orders == 120:
        return "an event may not leave its second"
    if orders in (6, 8):
        return "both seconds are shuffled, each by itself: how do their orders combine?"
    return "in how many orders can three events of one second stand, and two of another?"


@exercise("04_2.2")
def _first_events(answer: Any) -> str | None:
    from mtrec_lib.data import Histories

    if not callable(answer):
        return "hand over a function of pasts and events"
    whole = Histories.from_lists([[9, 9, 2, 3, 4], [5], [9] * 20])
    pasts = Histories(whole.users, whole.starts + np.array([2, 0, 0]), whole.ends, whole.columns)
    cut = pasts[:2]  # views that do not begin where their columns begin
    for events, wanted in ((2, [[2, 3], [5]]), (0, [[], []]), (9, [[2, 3, 4], [5]])):
        found = answer(cut, events)
        if not isinstance(found, Histories):
            return f"it returns {type(found).__name__}, not Histories"
        items = [found[n].flat("item")[1].tolist() for n in range(len(found))]
        if items != wanted:
            return f"the first {events} of [2, 3, 4] and [5] are not {items}"
    return None


@exercise("04_2.3")
def _harmful_change(answer: Any) -> str | None:
    import mtrec_lib as mt

    if not callable(answer):
        return "hand over a function of pasts"
    world = {"types": 1, "drift": 0, "order": 2, "symbols": 20, "feed": 0}
    log = mt.data.load("simulator", users=200, events=20_000, seed=4, **world)
    split = mt.data.split(log)
    pasts = split.queries("validation").histories
    changed = answer(pasts)
    if not np.array_equal(changed.lengths, pasts.lengths):
        return "some pasts have lost or gained events"
    whole, other = (np.lexsort(each.flat("item")[::-1]) for each in (pasts, changed))
    if not np.array_equal(pasts.flat("item")[1][whole], changed.flat("item")[1][other]):
        return "some items are other ones now: every past must keep its own"
    model = mt.baselines.NGram(order=2).fit(split)
    both = (model, mt.evaluation.ChangedPast(model, answer))
    before, after = (
        mt.evaluation.rank(each, split, part="validation", resamples=1).metrics["ndcg@10"]
        for each in both
    )
    if after <= before / 2:
        return None
    return f"the model still has {after / before:.0%} of its NDCG@10: what does it read in a past?"


def first(pasts: mt.data.Histories, events: int) -> mt.data.Histories:
    """The first events of each past: views that end earlier, as ``shortened`` begins later."""
    ends = np.minimum(pasts.ends, pasts.starts + events)
    return mt.data.Histories(pasts.users, pasts.starts, ends, pasts.columns)


def _too_long(pasts: mt.data.Histories, events: int) -> mt.data.Histories:
    return mt.data.Histories(pasts.users, pasts.starts, pasts.starts + events, pasts.columns)


def _of_the_columns(pasts: mt.data.Histories, events: int) -> mt.data.Histories:
    starts = np.zeros_like(pasts.starts)
    return mt.data.Histories(pasts.users, starts, starts + events, pasts.columns)


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {
        # Three events of one second stand in 3! orders, two of another in 2!; each goes with each.
        "04_2.1": 12,
        "04_2.2": first,
        # The n-gram reads the last two items in their order, and nothing else.
        "04_2.3": mt.data.shuffled,
    }


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
        "04_2.1": [120, 8, 6, 2],
        "04_2.2": [mt.data.shortened, _too_long, _of_the_columns, [2, 3]],
        "04_2.3": [
            lambda pasts: pasts,
            lambda pasts: mt.data.shortened(pasts, 0),
            lambda pasts: mt.data.erased(pasts, 1, by=2),
            lambda pasts: mt.data.without(pasts, "timestamp"),
            "shuffled",
        ],
    }
