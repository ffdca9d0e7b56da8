"""Checks of the exercises of chapter 00, the tour."""

import math
from typing import Any

from mtrec_lib.book.exercises.registry import exercise


@exercise("00.1")
def _encode(answer: Any) -> str | None:
    ids = [int(each) for each in answer]
    if ids == [4, 2, 1]:
        return None
    if len(ids) != 3:
        return "encode gives one number for each item that it is asked about"
    if ids[-1] != 1:
        return "an item that is in no catalogue has a number of its own; section 4 says which"
    return "the first film of the catalogue does not have the number 0 or 1: these are taken"


@exercise("00.2")
def _chain_rule(answer: Any) -> str | None:
    bits = float(answer)
    if math.isclose(bits, 3, abs_tol=1e-6):
        return None
    if math.isclose(bits, math.log(8), abs_tol=0.01):
        return "that is in nats; take the logarithm to base 2"
    if 0 < bits < 1:
        return "that is a probability; the loss is its negative logarithm"
    return "add the losses of the two parts, each the negative logarithm of its probability"


@exercise("00.3")
def _count_targets(answer: Any) -> str | None:
    parts = tuple(int(each) for each in answer)
    if parts == (11, 2, 2):
        return None
    if sum(parts) != 15:
        return "every event stands in exactly one part: the three numbers add up to all events"
    if parts[1] != parts[2]:
        return "whoever has a test event has a validation event too"
    return "what does the docstring say about people with few events?"


@exercise("00.4")
def _read_a_table(answer: Any) -> str | None:
    people, value = float(answer[0]), float(answer[1])
    if people != 30:
        return "hr@10 is a share of people; the table is over all of them"
    if math.isclose(value, 0.075, abs_tol=1e-6):
        return None
    if math.isclose(value, 0.5, abs_tol=1e-6):
        return "that is the credit of one hit; the mean is over all people, the misses count zero"
    return "multiply the share of hits by the credit of one hit at that rank"


@exercise("00.5")
def _change_the_history(answer: Any) -> str | None:
    if not (isinstance(answer, tuple) and len(answer) == 2 and hasattr(answer[1], "frame")):
        return "hand over a pair: the category, and what mt.recommend.top returned"
    category, listed = answer
    if listed.cold_start:
        return "the list goes by no known item: type titles of the catalogue"
    if len(listed.history) > 3:
        return f"at most three titles; this list goes by {len(listed.history)}"
    if len(listed) != 10:
        return f"ten items are asked for; this list has {len(listed)}"
    hits = sum(category in (row["categories"] or ()) for row in listed)
    if hits >= 6:
        return None
    return f"only {hits} of the ten have the category {category!r}; type what is typical of it"
