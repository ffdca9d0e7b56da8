"""JSON lines: no digit is lost, and a line that is none is named."""

import pytest

from mtrec_lib.core.errors import MtrecError, ParameterError
from tests.data.readers.conftest import events, items


def test_values_of_every_kind(own):
    toml = events('rating = "r"\nlike = "l"\nmood = "m"', "e.jsonl")
    lines = (
        '{"u": 9007199254740993, "i": "a", "r": 3.5, "l": true}\n\n'
        '{"i": "b", "u": 2, "r": null, "m": 1}'
    )
    log = own(toml, {"e.jsonl": lines})
    # Sorted by user; 2^53 + 1 is no Float64, and is kept.
    assert log.events.select("user_id", "item_id", "rating", "like", "mood").rows() == [
        (2, "b", None, None, 1.0),
        (9007199254740993, "a", 3.5, True, None),
    ]


def test_lists_are_lists(own):
    toml = events() + items('categories = "c"', "i.ndjson")
    lines = '{"i": 5, "c": ["x", "y|z"]}\n{"i": 6, "c": null}\n{"i": 7, "c": []}\n'
    log = own(toml, {"e.csv": "u,i\n1,5\n", "i.ndjson": lines})
    assert log.items["categories"].to_list() == [["x", "y|z"], [], []]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('[{"u": 1, "i": 2}]', "is one JSON array; write JSON lines"),
        ('{"u": 1, "i": 2}\n{"u": 1,\n', "line 2 is no JSON object"),
        ('{"u": 1, "i": 2}\n5\n', r"line 2 is no JSON object \(not an object\)"),
        ('{"u": 1, "i": NaN}\n', "line 1 .*NaN is no number of JSON; write null"),
        ('{"u": 1, "i": 1e400}\n', "line 1 .*1e400 is no number of JSON"),
        ('{"u": 1, "i": 2, "u": 3}\n', "line 1 has the key 'u' twice"),
        ('{"us": 1, "i": 2}\n', "user_id names 'u', but .* has us, i"),
        ("u,i\n1,5\n", "line 1 is no JSON object"),
    ],
)
def test_a_line_that_does_not_fit_is_named(own, lines, message):
    with pytest.raises(ParameterError, match=message):
        own(events(file="e.jsonl"), {"e.jsonl": lines})


@pytest.mark.parametrize("value", ['{"$oid": "5f"}', "[1, 2]", "2.5"])
def test_an_id_that_is_neither_whole_number_nor_text_is_refused(own, value):
    with pytest.raises(MtrecError, match=r"events\.user_id: .*line 3: "):
        own(events(file="e.jsonl"), {"e.jsonl": f'\n{{"u":1,"i":2}}\n{{"u":{value},"i":2}}\n'})
