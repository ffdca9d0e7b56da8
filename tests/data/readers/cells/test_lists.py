"""Categories in every form in which people write lists."""

import polars as pl
import pytest

from mtrec_lib.core.errors import SchemaError
from tests.data.readers.conftest import events, items

TEXT = events() + items('categories = "c"', "i.tsv", 'quote = ""')


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("x|y", ["x", "y"]),
        (" x | |y|", ["x", "y"]),
        ("['x', 'y']", ["x", "y"]),
        ('["x", "y"]', ["x", "y"]),
        ('["it\'s", "y|z"]', ["it's", "y|z"]),
        ("('x',)", ["x"]),
        ("{'y', 'x'}", ["x", "y"]),
        ("['a', None, 1]", ["a", "1"]),
        ("[]", []),
        ("", []),
        ("(no genres listed)", ["(no genres listed)"]),
        ("[Sci-Fi] x", ["[Sci-Fi] x"]),
    ],
)
def test_texts(own, cell, names):
    log = own(TEXT, {"e.csv": "u,i\n1,5\n1,6\n", "i.tsv": f"i\tc\n5\t{cell}\n6\tplain\n"})
    assert log.items["categories"].to_list() == [names, ["plain"]]


def test_what_begins_like_a_list_and_is_none_is_flagged(own):
    log = own(TEXT, {"e.csv": "u,i\n1,5\n", "i.tsv": "i\tc\n5\t[x, y]\n"})
    step = log.report.steps[0]
    assert (step.action, step.count, step.examples) == ("flagged", 1, ("[x, y]",))


def test_a_list_of_objects_is_refused(own):
    with pytest.raises(SchemaError, match=r"items\.categories: is a list of objects.*line 2"):
        own(TEXT, {"e.csv": "u,i\n1,5\n", "i.tsv": "i\tc\n5\t[{'id': 1, 'name': 'x'}]\n"})


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        (pl.Series([["x", None, " "], None]), [["x"], []]),
        (pl.Series([[1, 2], [3]]), [["1", "2"], ["3"]]),
        (pl.Series([["x", "y"], ["z", "z"]], dtype=pl.Array(pl.String, 2)), None),
        (pl.Series(["x|y", None], dtype=pl.Categorical), [["x", "y"], []]),
        (pl.Series([["x"], ["y"]], dtype=pl.List(pl.Categorical)), [["x"], ["y"]]),
        (pl.Series([1, 2]), [["1"], ["2"]]),
        (pl.Series([None, None]), [[], []]),
    ],
)
def test_parquet_columns(own, cells, names):
    toml = events() + items('categories = "c"', "i.parquet")
    frame = pl.DataFrame({"i": [5, 6], "c": cells})
    log = own(toml, {"e.csv": "u,i\n1,5\n", "i.parquet": frame})
    assert log.items["categories"].to_list() == (names or [["x", "y"], ["z", "z"]])


@pytest.mark.parametrize("cell", [[{"id": 1}], {"id": 1}, b"x", [[1]]])
def test_parquet_columns_that_are_no_categories(own, cell):
    toml = events() + items('categories = "c"', "i.parquet")
    with pytest.raises(SchemaError, match=r"items\.categories: has type .*in column 'c' of i\."):
        own(toml, {"e.csv": "u,i\n1,5\n", "i.parquet": pl.DataFrame({"i": [5], "c": [cell]})})
