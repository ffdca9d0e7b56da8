import numpy as np
import polars as pl
import pytest

from mtrec_lib.core.errors import AmbiguousItemError, ParameterError, UnknownItemError
from mtrec_lib.data import Catalogue


@pytest.fixture
def catalogue():
    titles = [
        "Die Hard (1988)",
        "Hard (1998)",
        "The Fall (2006)",
        "Fall (1997)",
        "Chasing Amy (1997)",
        "Chasing Amy (1997)",
        "None",
        "春天的信 (2001)",
        "12 (2007)",
    ]
    categories = [["b", "a"], ["a"], ["c"], ["c", "b"], [], [], ["b"], None, ["d"]]
    return Catalogue(
        pl.DataFrame(
            {"item_id": range(11, 20), "title": titles, "categories": categories},
            schema_overrides={"categories": pl.List(pl.String)},
        )
    )


def test_ids_are_rows_plus_two_and_unknown_is_one(catalogue):
    # item 11 is row 0 → 2, item 19 is row 8 → 10.
    ids = catalogue.encode([11, 19, 99, 11, None])
    assert ids.tolist() == [2, 10, 1, 2, 1]
    assert ids.dtype == np.int32


@pytest.mark.parametrize(
    "values",
    [
        pl.Series([12, 99]),
        np.array([12, 99]),
        np.array([12.0, 99.5]),
        ["12", "x"],
        pl.Series(["12", ""]),
    ],
)
def test_encode_takes_series_arrays_and_lists(catalogue, values):
    assert catalogue.encode(values).tolist() == [3, 1]


def test_encode_of_nothing(catalogue):
    assert catalogue.encode([]).shape == (0,)


def test_decode_inverts_encode(catalogue):
    ids = catalogue.items["item_id"].to_list()
    assert catalogue.decode(catalogue.encode(ids)) == ids
    assert catalogue.decode([0, 1]) == [None, None]


def test_title_of_the_marks_and_of_items(catalogue):
    assert [catalogue.title(i) for i in (0, 1, 2)] == ["[padding]", "[unknown]", "Die Hard (1988)"]


@pytest.mark.parametrize("id", [-1, 11])
def test_an_id_out_of_range_is_refused(catalogue, id):
    with pytest.raises(ParameterError, match=r"0 … 10, got"):
        catalogue.title(id)


def test_categories_by_count_then_text(catalogue):
    # b: 3 times; a and c: 2 each; d: once.
    assert catalogue.categories == ("b", "a", "c", "d")


def test_category_matrix_is_multi_hot(catalogue):
    matrix = catalogue.category_matrix
    assert matrix.shape == (9, 4)
    assert matrix[0].tolist() == [1, 1, 0, 0]
    assert matrix[7].tolist() == [0, 0, 0, 0]  # a null list is an empty one


def test_a_catalogue_without_categories_or_titles():
    bare = Catalogue(pl.DataFrame({"item_id": ["007", "7"]}))
    assert bare.titles == ["007", "7"]
    assert bare.categories == ()
    assert bare.category_matrix.shape == (2, 0)
    assert bare.find("007") == 2
    assert bare.find("7") == 3


@pytest.mark.parametrize(
    ("wanted", "id"),
    [
        ("die hard", 2),  # the article is part of the name where that fits
        ("Hard", 3),
        ("Die Hard (1988)", 2),
        ("Fall, The", 4),
        ("fall (1997)", 5),
        ("Fall", 5),  # the title without an article comes first
        ("NONE", 8),
        ("春天的信", 9),
        (13, 4),
        (np.int64(13), 4),
        ("12", 10),  # a title comes before a number that is an item_id
        ("13", 4),
        ("the chasing amy", None),
    ],
)
def test_find(catalogue, wanted, id):
    if id is None:
        with pytest.raises(AmbiguousItemError):
            catalogue.find(wanted)
    else:
        assert catalogue.find(wanted) == id


def test_an_ambiguous_title_lists_the_candidates(catalogue):
    with pytest.raises(AmbiguousItemError, match=r"fits 2 items: .*item_id 15; .*item_id 16; pass"):
        catalogue.find("Chasing Amy (1997)")


def test_an_unknown_title_names_the_nearest(catalogue):
    with pytest.raises(UnknownItemError, match="the nearest are 'Chasing Amy"):
        catalogue.find("Chasing Emy")


@pytest.mark.parametrize("wanted", ["Die Hard (1990)", 999, None, 13.5, ""])
def test_what_is_not_there_is_unknown(catalogue, wanted):
    with pytest.raises(UnknownItemError):
        catalogue.find(wanted)


def test_an_item_that_stands_twice_is_refused():
    with pytest.raises(ParameterError, match=r"found again: \[3\]"):
        Catalogue(pl.DataFrame({"item_id": [3, 3], "title": ["a", "b"]}))


def test_the_hash_sees_order_and_titles(catalogue):
    swapped = Catalogue(catalogue.items.reverse())
    renamed = Catalogue(catalogue.items.with_columns(title=pl.col("title").str.to_uppercase()))
    same = Catalogue(catalogue.items.clone())
    assert catalogue.hash == same.hash
    assert len({catalogue.hash, swapped.hash, renamed.hash}) == 3


def test_large_and_negative_ids_survive():
    ids = [-5, 2**31 + 1, 2**53 + 1, 2**63 - 1]
    big = Catalogue(pl.DataFrame({"item_id": ids}))
    assert big.decode(big.encode(ids)) == ids
    assert big.encode([2**53, 2**64]).tolist() == [1, 1]
