"""Items and pasts as text."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.features.texts.item_texts import PLACEHOLDER, clean, cut


def catalogue(*titles, **columns):
    frame = {"item_id": list(range(len(titles))), "title": list(titles), **columns}
    return mt.data.Catalogue(pl.DataFrame(frame))


class TestItems:
    def test_entry_j_belongs_to_id_j_plus_2(self, films):
        texts = mt.features.item_texts(films)
        assert texts[0] == "Film 1 (1991) (Drama)"
        assert texts[1] == "Film 2 (1992) (Comedy, War)"
        assert len(texts) == films.catalogue.size
        assert films.catalogue.title(3) in texts[1]

    def test_a_template_may_name_any_column_of_the_items(self, films):
        assert mt.features.item_texts(films, "{year}: {title}")[0] == "1991: Film 1 (1991)"
        priced = catalogue("Tea", price=[2.5])
        assert mt.features.item_texts(priced, "{title} for {price}") == ["Tea for 2.5"]

    @pytest.mark.parametrize(
        "template",
        ["{titel}", "{title.__class__}", "{title[0]}", "{title!r}", "{title:>9}", "{}", "{title"],
    )
    def test_anything_but_the_name_of_a_column_is_refused(self, films, template):
        with pytest.raises(ParameterError, match="template"):
            mt.features.item_texts(films, template)

    def test_a_title_is_never_read_as_a_template(self):
        assert mt.features.item_texts(catalogue("{price} {0}"), "{title}") == ["{price} {0}"]

    def test_what_is_missing_leaves_no_brackets(self):
        texts = catalogue("Fargo", "Heat", categories=[[], None])
        assert mt.features.item_texts(texts) == ["Fargo", "Heat"]

    @pytest.mark.fault(37)
    def test_an_empty_title_becomes_the_placeholder(self):
        assert mt.features.item_texts(catalogue("", " \n", None), "{title}") == [PLACEHOLDER] * 3

    @pytest.mark.fault(37)
    def test_lines_controls_and_turned_directions_go(self):
        assert clean("a\nb\x00c\u202ed\u2028e") == "a b cd e"
        assert clean("half \ud83d done") == "half \N{REPLACEMENT CHARACTER} done"

    @pytest.mark.fault(37)
    def test_a_cut_never_falls_inside_a_character(self):
        accent, family = "e\u0301", "\U0001f468\u200d\U0001f469"
        assert cut(f"caf{accent}s", 4) == "caf"
        assert cut(f"caf{accent}s", 5) == f"caf{accent}"
        assert cut(f"ab{family}", 3) == "ab"
        assert cut(f"ab{family}", 4) == "ab"
        assert cut("春天的信", 2) == "春天"

    @pytest.mark.fault(37)
    @given(st.text(max_size=60), st.integers(1, 30))
    def test_any_title_gives_one_line_within_the_limit(self, title, limit):
        (text,) = mt.features.item_texts(catalogue(title), "{title}", limit)
        assert 0 < len(text) <= max(limit, len(PLACEHOLDER))
        assert len(text.splitlines()) == 1
        text.encode("utf-8")

    def test_a_limit_below_one_is_refused(self, films):
        with pytest.raises(ParameterError, match="max_characters must be at least 1, got 0"):
            mt.features.item_texts(films, max_characters=0)


class TestHistory:
    def past(self, items, ratings):
        return mt.data.Histories.from_lists([items], rating=[ratings])

    def test_the_oldest_event_stands_first(self, films):
        text = mt.features.history_text(self.past([2, 3], [4.0, 2.5]), films)
        assert text == "Film 1 (1991): 4; Film 2 (1992): 2.5"

    def test_a_missing_rating_leaves_no_colon(self, films):
        past = self.past([2, 3], [float("nan"), 5.0])
        assert mt.features.history_text(past, films) == "Film 1 (1991); Film 2 (1992): 5"

    @pytest.mark.fault(37)
    def test_a_long_past_loses_its_oldest_events(self, films):
        past = self.past([2, 3, 4], [1.0, 2.0, 3.0])
        assert mt.features.history_text(past, films, max_events=1) == "Film 3 (1993): 3"
        text = mt.features.history_text(past, films, max_characters=36)
        assert text == "Film 2 (1992): 2; Film 3 (1993): 3"
        assert mt.features.history_text(past, films, max_characters=6) == "Film 3"

    def test_an_empty_past_and_an_unknown_item_have_a_placeholder(self, films):
        assert mt.features.history_text(mt.data.Histories.empty(), films) == PLACEHOLDER
        past = self.past([1, 2], [3.0, 4.0])
        assert mt.features.history_text(past, films) == "[UNK]: 3; Film 1 (1991): 4"

    def test_columns_of_the_items_and_of_the_past_may_be_named(self, films):
        past = self.past([3], [4.0])
        text = mt.features.history_text(past, films, "{title} [{categories}] {rating}")
        assert text == "Film 2 (1992) [Comedy, War] 4"

    def test_several_pasts_at_once_are_refused(self, films):
        with pytest.raises(ParameterError, match=r"one past, got 2: take history\[0\]"):
            mt.features.history_text(mt.data.Histories.from_lists([[2], [3]]), films)

    def test_one_of_several_pasts_reads_its_own_events(self, films):
        both = mt.data.Histories.from_lists([[2, 3], [4]])
        assert mt.features.history_text(both[1], films, "{title}") == "Film 3 (1993)"

    def test_a_log_without_categories_has_none_to_name(self, films):
        bare = replace(films, items=films.items.drop("categories"))
        past = self.past([3], [4.0])
        assert mt.features.history_text(past, bare, "{title} ({categories})") == "Film 2 (1992)"
