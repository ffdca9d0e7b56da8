"""Chapter 01, events, cleaning, splits: checks, solutions and typical wrong answers."""

import tempfile
from pathlib import Path
from typing import Any

from mtrec_lib.book.exercises import exercise
from mtrec_lib.core import package_data
from mtrec_lib.data.about import PROTOCOLS


_ASKED = ("event", "time", "shown", "trap", "split")
_WORDS = 4  # the fewest that make a sentence
_FORM = "answer with a list, in the order of the questions"


@exercise("01.1")
def _tie_rule(answer: Any) -> str | None:
    if not isinstance(answer, (list, tuple)) or len(answer) != 2:
        return "answer with a list of two letters, the validation event first"
    if list(answer) == ["D", "C"]:
        return None
    if list(answer) == ["C", "D"]:
        return "these are the right two; which of them comes last?"
    if set(answer) <= {"C", "A"}:
        return "the file is not in the order of time: sort by the second first"
    return "sort by the second; rows of one second keep the order of the column row"


@exercise("01.2")
def _repaired(answer: Any) -> str | None:
    if not isinstance(answer, str):
        return "answer with the whole text of the description"
    try:
        log = _loaded(answer)
    except ValueError as error:
        return f"it does not load yet: {error}"
    if not log.has("rating") or log.events.height < 656 or not log.has("timestamp"):
        return "it loads, but without all ratings and times: repair the columns, drop none"
    if log.about.like_at is None or len(log.about.grades) < 5:
        return "it loads, but the scale is gone: repair it instead"
    if log.events["timestamp"].dt.year().min() != 2024:
        return "it loads, but look at the year of the first event: what does one step count?"
    return None


def _loaded(description: str) -> Any:
    """The log of a description beside copies of the packaged files."""
    from mtrec_lib.data import load

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in ("films.csv", "films-items.csv"):
            (folder / file).write_bytes(package_data(f"fixtures/{file}").read_bytes())
        (folder / "films.toml").write_text(description, encoding="utf-8")
        try:
            return load(folder / "films.toml")
        except ValueError as error:
            raise ValueError(str(error).replace(str(folder), "FOLDER")) from error


@exercise("01.3")
def _leaks(answer: Any) -> str | None:
    if isinstance(answer, bool) or not isinstance(answer, int):
        return "answer with a whole number"
    if answer == 2:
        return None
    if answer == 1:
        return "a row of the same second that stands lower in the file comes later, too"
    return "look at each test row, and at the rows below it of the same person only"


@exercise("01.4")
def _protocols(answer: Any) -> str | None:
    if not isinstance(answer, (list, tuple)) or len(answer) != 3:
        return f"{_FORM}: three names"
    strange = [name for name in answer if name not in PROTOCOLS]
    if strange:
        return f"{strange[0]!r} is no protocol; there are {', '.join(PROTOCOLS)}"
    if answer[1] != "global_time":
        return "(b) speaks of people who have not come yet: which protocol tests such people?"
    if answer[2] != "by_week":
        return "(c) asks for a whole basket: which protocol cuts none in two?"
    if answer[0] != "leave_last_out":
        return "(a) is about a person with a history, one event ahead"
    return None


@exercise("01.5")
def _own_log(answer: Any) -> str | None:
    if not isinstance(answer, dict):
        return f"answer with a dictionary of the texts {', '.join(_ASKED)}"
    missing = [name for name in _ASKED if not isinstance(answer.get(name), str)]
    if missing:
        return f"say something about {', '.join(missing)}, too"
    # Chinese is written without spaces: there letters count.
    short = [n for n in _ASKED if len(answer[n].split()) < _WORDS and len(answer[n]) < 4 * _WORDS]
    if short:
        return f"a sentence, please, about {', '.join(short)}"
    if not any(name in answer["split"] for name in PROTOCOLS):
        return f"name one of {', '.join(PROTOCOLS)} under split, and say why"
    return None


# 01.1 By time: E (5), A (10), then the three of second 20 by row: B (0), D (1), C (3).
# The last is C, the one before it D.

# 01.2 The files hold stars from 1 to 5 in a column called "stars", and seconds since 1970. Read as
# milliseconds, the year 2024 becomes January 1970: valid times, and wrong ones.
REPAIRED = """
[log]
name = "films"
title = "Forty people and thirty films, made up"
licence = "Apache-2.0, like the rest of this repository"
unit = "film"
grades = [1, 2, 3, 4, 5]
like_at = 4
simulated = true

[events]
file = "films.csv"

[events.columns]
user_id = "person"
item_id = "film"
rating = "stars"
timestamp = "when"

[events.timestamp]
unit = "s"

[items]
file = "films-items.csv"
categories_separator = "|"

[items.columns]
item_id = "film"
title = "name"
categories = "genres"
"""
# 01.3 Person 1: the test row at 20 stands before the training row at 30, a leak. Person 2: the test
# row at 10 stands before the training row of the same second, a leak; the one at 40 is the last.
# Person 3: the test row is the last.

# 01.4 (a) One event ahead of a known person: leave_last_out. (b) Newcomers are among those who are
# asked only under one cut in time: global_time. (c) Whole baskets: by_week.

# 01.5 One of many.
LIBRARY = {
    "event": "A reader of a town library takes one book home.",
    "time": "The second at which the gate scanned it, not the time of reading.",
    "shown": "Nothing: we do not know which shelves the reader walked along.",
    "trap": "Families share one card, so one history holds several tastes.",
    "split": "global_time, since we ask how next month's readers are served.",
}


def solutions() -> dict[str, Any]:
    """The answer to each exercise."""
    return {
        "01.1": ["D", "C"],
        "01.2": REPAIRED,
        "01.3": 2,
        "01.4": ["leave_last_out", "global_time", "by_week"],
        "01.5": LIBRARY,
    }


def wrong_answers() -> dict[str, list[Any]]:
    """Answers that are often given instead; each meets a hint."""
    return {
        "01.1": [["C", "D"], ["C", "A"], ["B", "D"], "DC"],
        "01.2": [
            REPAIRED.replace("5]", "4]"),
            REPAIRED.replace('"stars"', '"rating"'),
            REPAIRED.replace('unit = "s"', 'unit = "ms"'),
            REPAIRED.replace('rating = "stars"\n', ""),
        ],
        "01.3": [1, 3, 4, "two"],
        "01.4": [
            ["leave_last_out", "leave_last_out", "by_week"],
            ["global_time", "global_time", "by_week"],
            ["leave_last_out", "global_time", "global_time"],
            ["random", "global_time", "by_week"],
        ],
        "01.5": [
            {name: text for name, text in LIBRARY.items() if name != "shown"},
            LIBRARY | {"split": "At random, as everybody does."},
            LIBRARY | {"trap": "none"},
        ],
    }
