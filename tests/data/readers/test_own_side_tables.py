"""Titles of goods stay as they are; those of films are turned where that is wanted."""

import pytest

from mtrec_lib.core.errors import SchemaError
from tests.data.readers.conftest import events, items

EVENTS = {"e.csv": "u,i\n1,5\n1,6\n"}


def test_titles_of_goods_are_not_turned(own):
    text = 'i,n\n5,"Vitamin B, A"\n6,"  Size   M, Die (2000) "\n'
    log = own(events() + items('title = "n"'), {**EVENTS, "i.csv": text})
    assert log.catalogue.titles == ["Vitamin B, A", "Size M, Die (2000)"]
    assert "year" not in log.items.columns


def test_titles_of_films_are_turned_and_their_years_read(own):
    text = 'i,n\n5,"Quiet Harbour, The (1995)"\n6,Tea\n'
    toml = events() + items('title = "n"', keys="film_titles = true")
    log = own(toml, {**EVENTS, "i.csv": text})
    assert log.catalogue.titles == ["The Quiet Harbour (1995)", "Tea"]
    assert log.items["year"].to_list() == [1995, None]


def test_an_empty_title_is_the_id(own):
    log = own(events() + items('title = "n"'), {**EVENTS, "i.csv": "i,n\n5, \n6,\n"})
    assert log.catalogue.titles == ["5", "6"]


def test_a_list_price_is_a_number_that_is_not_negative(own):
    with pytest.raises(SchemaError, match=r"items\.price: must be ≥ 0.*line 3: '-1'"):
        own(events() + items('price = "p"'), {**EVENTS, "i.csv": "i,p\n5,2\n6,-1\n"})
