from mtrec_lib.recommend import top
from tests.recommend.fakes import Table


def test_the_plain_form_is_a_caption_and_a_line_an_item() -> None:
    assert repr(top(Table(), history=["Babe"], k=2)) == (
        "table: after Babe (1995)\n  1  None          Drama\n  2  Alien (1986)  Horror"
    )


def test_a_long_history_is_named_by_its_end() -> None:
    caption = top(Table(), history=[10, 20, 30, 40], k=1).caption
    assert caption == "table: after Babe (1995), The Fall (2006), Alien (1986) and 1 earlier"


def test_rows_are_dictionaries() -> None:
    (row,) = top(Table(), history=["Babe"], k=1)
    assert row == {
        "rank": 1,
        "item_id": 50,
        "title": "None",
        "categories": ["Drama"],
        "score": 5.0,
        "reason": "history",
    }


def test_a_list_that_is_empty_prints() -> None:
    recommended = top(Table(), history=[10, 20, 30, 40, 50], k=1)
    assert len(recommended) == 0
    assert repr(recommended).startswith("table: after")
    assert "<table>" in recommended._repr_html_()
