"""Solutions of chapter 01, and typical wrong answers."""

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

SOLUTIONS = {
    "01.1": ["D", "C"],
    "01.2": REPAIRED,
    "01.3": 2,
    "01.4": ["leave_last_out", "global_time", "by_week"],
    "01.5": LIBRARY,
}

WRONG = {
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
