"""The three families on a log small enough to work them out by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.features.causal.families import causal, families
from mtrec_lib.features.causal.item_features import item_features
from mtrec_lib.features.causal.user_behaviour import user_behaviour
from mtrec_lib.features.causal.user_preference import user_preference

# user, item, hour, rating, price, quantity
ROWS = [
    (1, 10, 0, 5.0, 2.0, 1.0),
    (1, 11, 24, 3.0, None, 2.0),
    (1, 10, 24, 4.0, 3.0, 2.0),
    (1, 12, 72, 1.0, 4.0, None),
    (2, 10, 24, 1.0, 7.0, 1.0),
    (2, 11, 25, 2.0, 1.0, 1.0),
    (2, 10, 48, 5.0, 1.0, 1.0),
]


def _log(**about):
    start = datetime(2001, 5, 1, tzinfo=UTC)
    names = ["user_id", "item_id", "hour", "rating", "price", "quantity"]
    events = pl.DataFrame(ROWS, schema=names, orient="row")
    time = pl.Series([start + timedelta(hours=hour) for hour in events["hour"]])
    events = events.drop("hour").with_columns(
        timestamp=time.cast(pl.Datetime("us", "UTC")),
        behaviour=pl.lit("buy"),
        row=pl.int_range(pl.len(), dtype=pl.UInt32),
    )
    items = pl.DataFrame(
        {
            "item_id": [10, 11, 12],
            "title": ["Ten", "Eleven", "Twelve"],
            "categories": [["A", "B"], ["A"], ["C"]],
            "year": pl.Series([1999, None, 2001], dtype=pl.Int32),
        }
    )
    facts = {"grades": (1.0, 2.0, 3.0, 4.0, 5.0), "like_at": 4.0, "currency": "USD"}
    about = mt.data.About(title="T", licence="CC0", repeats=True, **(facts | about))
    return mt.data.Log("tiny", events, items, pl.DataFrame({"user_id": [1, 2]}), about)


def _without(log, *columns, **about):
    """The same log without some columns."""
    return mt.data.Log("less", log.events.drop(columns), log.items, log.users, _log(**about).about)


def _by_time(log):
    return mt.data.global_time(log, (0.5, 0.25, 0.25))


@pytest.fixture(scope="module")
def split():
    return _by_time(_log())


def _is(column, values):
    assert column.to_list() == pytest.approx(values, abs=1e-5)


def test_counts_are_of_earlier_rows_of_the_person(split):
    _is(user_behaviour(split)["user_events"], [0, 1, 2, 3, 0, 1, 2])
    _is(user_behaviour(split)["user_distinct_items"], [0, 1, 2, 2, 0, 1, 2])


def test_days_are_since_earlier_events(split):
    frame = user_behaviour(split)
    _is(frame["user_days_since_last"], [-1, 1, 0, 2, -1, 1 / 24, 23 / 24])
    _is(frame["user_days_since_first"], [-1, 1, 1, 3, -1, 1 / 24, 1])
    _is(frame["user_mean_gap_days"], [-1, -1, 1, 0.5, -1, -1, 1 / 24])


def test_a_pause_of_more_than_half_an_hour_begins_a_session(split):
    _is(user_behaviour(split)["session_events"], [0, 0, 1, 0, 0, 0, 0])


def test_a_session_of_the_log_is_kept():
    log = _log()
    events = log.events.with_columns(session_id=pl.Series([1, 1, 2, 2, 3, 3, 3]))
    split = _by_time(mt.data.Log("s", events, log.items, log.users, log.about))
    _is(user_behaviour(split)["session_events"], [0, 1, 0, 1, 0, 1, 2])


def test_running_ratings_begin_with_everybodys_mean(split):
    frame = user_behaviour(split)
    # Before anybody rated: the middle of the scale, 3. At hour 24 only the 5 of hour 0 is known.
    _is(frame["user_rating_mean"], [3, 5, 4, 4, 5, 1, 1.5])
    _is(frame["user_rating_std"], [0, 0, 1, (2 / 3) ** 0.5, 0, 0, 0.5])


def test_last_ratings_fill_with_the_running_mean(split):
    frame = user_behaviour(split)
    _is(frame["user_rating_1_back"], [3, 5, 3, 4, 5, 1, 2])
    _is(frame["user_rating_2_back"], [3, 5, 5, 3, 5, 1, 1])
    _is(frame["user_rating_5_back"], [3, 5, 4, 4, 5, 1, 1.5])


def test_likes_are_read_off_the_rating(split):
    # At hour 24 the only earlier rating is a like: everybody's share is 1.
    _is(user_behaviour(split)["user_like_share"], [0.5, 1, 0.5, 2 / 3, 1, 0, 0])


def test_spend_is_price_times_quantity_and_nothing_where_unknown(split):
    frame = user_behaviour(split)
    _is(frame["user_spend"], [0, 2, 2, 8, 0, 7, 8])
    _is(frame["user_spend_mean"], [0, 2, 2, 4, 0, 7, 4])


def test_popularity_ignores_the_same_instant(split):
    # Item 10 at hour 24: only hour 0 is earlier, though two people took it at hour 24.
    _is(item_features(split)["item_events"], [0, 0, 1, 0, 1, 1, 3])
    _is(item_features(split)["item_share"], [0, 0, 1, 0, 1, 1 / 4, 3 / 5])


def test_item_ratings_are_shrunk_to_everybodys_mean(split):
    # Last row, item 10: 5 + 4 + 1 over 3; everybody 5 + 3 + 4 + 1 + 2 over 5 = 3.
    expected = (10 + 5 * 3) / (3 + 5)
    assert item_features(split)["item_rating_mean"][6] == pytest.approx(expected)
    # Likes of item 10: two of three; everybody: two of five.
    expected = (2 + 5 * 0.4) / (3 + 5)
    assert item_features(split)["item_like_rate"][6] == pytest.approx(expected)


def test_age_is_zero_and_marked_where_the_year_is_unknown(split):
    frame = item_features(split)
    _is(frame["item_age"], [2, 0, 2, 0, 2, 0, 2])
    _is(frame["item_year_known"], [1, 0, 1, 1, 1, 0, 1])
    _is(frame["item_categories"], [2, 1, 2, 1, 2, 1, 2])


def test_the_price_is_the_mean_paid_so_far(split):
    frame = item_features(split)
    # Item 11 at hour 25: its one earlier price is unknown. Item 10 in the end: (2 + 3 + 7) / 3 = 4.
    _is(frame["item_price_known"], [0, 0, 1, 0, 1, 0, 1])
    _is(frame["item_price_bucket"], [0, 0, 3, 0, 3, 0, 5])  # 2·log₂3 = 3.2, 2·log₂5 = 4.6


def test_a_catalogue_price_serves_where_events_have_none():
    log = _log()
    items = log.items.with_columns(price=pl.Series([1.0, None, 7.0]))
    log = mt.data.Log("p", log.events.drop("price"), items, log.users, log.about)
    frame = item_features(_by_time(log))
    _is(frame["item_price_bucket"], [2, 0, 2, 6, 2, 0, 2])
    assert "user_spend" not in user_behaviour(_by_time(log)).columns


def test_shares_by_category(split):
    frame = user_preference(split)
    _is(frame["share:A"], [0, 1, 1, 1, 0, 1, 1])
    _is(frame["share:B"], [0, 1, 0.5, 2 / 3, 0, 1, 0.5])
    _is(frame["share:C"], [0, 0, 0, 0, 0, 0, 0])


def test_lift_is_the_shrunk_difference_from_the_persons_mean(split):
    # Fourth row: B was rated 5 and 4, the mean until then is 4: (9 − 2·4) / (2 + 5).
    assert user_preference(split)["lift:B"][3] == pytest.approx(1 / 7)
    # Third row, item 10 in A and B: lifts (8 − 2·4)/7 = 0 and (5 − 4)/6; their mean.
    assert user_preference(split)["rating_affinity"][2] == pytest.approx(1 / 12)


def test_days_since_a_category_do_not_reach_into_another_person(split):
    _is(user_preference(split)["days_since:B"], [-1, 1, 1, 2, -1, 1 / 24, 1])
    _is(user_preference(split)["days_since:C"], [-1] * 7)


def test_affinity_is_the_cosine_of_counts_and_categories(split):
    # Third row: counts A 2, B 1; the item has A and B: 3 / √(5·2).
    values = user_preference(split)["affinity"]
    assert values[0] == 0
    assert values[2] == pytest.approx(3 / 10**0.5)
    assert values[3] == 0


def test_the_same_item_again(split):
    frame = user_preference(split)
    _is(frame["same_item_events"], [0, 0, 1, 0, 0, 0, 1])
    _is(frame["same_item_days"], [-1, -1, 1, -1, -1, -1, 1])


def test_the_table_explains_every_column_in_order(split):
    listed = families(split)
    assert listed["feature"].to_list() == causal(split).columns
    assert listed["feature"].is_unique().all()
    assert (listed["meaning"].str.len_chars() > 10).all()
    assert listed.null_count().sum_horizontal()[0] == 0


def test_a_log_without_ratings_prices_and_repeats_has_fewer_columns():
    less = _without(_log(), "rating", "price", "quantity", grades=(), like_at=None, currency=None)
    names = " ".join(causal(_by_time(less)).columns)
    assert not any(word in names for word in ("rating", "lift", "like", "spend", "price"))


def test_a_log_without_times_has_neither_days_nor_statistics_across_people():
    log = _log()
    events = log.events.with_columns(timestamp=pl.lit(None, pl.Datetime("us", "UTC")))
    events = events.sort("user_id", "row")
    split = mt.data.leave_last_out(mt.data.Log("t", events, log.items, log.users, log.about))
    frame = causal(split)
    assert not any("days" in name or name == "item_events" for name in frame.columns)
    _is(frame["user_rating_mean"], [3, 5, 4, 4, 3, 1, 1.5])
    assert "item_year" in frame.columns


def test_several_behaviours_have_their_shares():
    log = _log()
    kinds = pl.Series("behaviour", ["view", "buy", "view", "buy", "view", "view", "buy"])
    split = _by_time(
        mt.data.Log("b", log.events.with_columns(kinds), log.items, log.users, log.about)
    )
    _is(user_behaviour(split)["user_share:view"], [0, 1, 0.5, 2 / 3, 0, 1, 1])


def test_held_out_rows_do_not_count_for_other_people_under_leave_last_out():
    split = mt.data.leave_last_out(_log())
    # Training rows are the first two of person 1 and the first of person 2.
    _is(item_features(split)["item_events"], [0, 0, 1, 0, 1, 1, 2])


def test_items_outside_the_catalogue_have_no_properties():
    log = _log()
    log = mt.data.Log(
        "u", log.events, log.items.filter(pl.col("item_id") < 12), log.users, log.about
    )
    frame = causal(_by_time(log))
    assert frame["item_categories"][3] == 0
    assert frame["affinity"][3] == 0


def test_no_category_at_all_is_refused(split):
    with pytest.raises(ParameterError, match="categories must be ≥ 1, got 0"):
        user_preference(split, categories=0)


def test_the_commonest_categories_come_first(split):
    names = [name for name in causal(split, categories=1).columns if name.startswith("share:")]
    assert names == ["share:A"]


def test_a_log_without_categories_has_no_tastes():
    log = _log()
    bare = log.items.with_columns(pl.lit([], dtype=pl.List(pl.String)).alias("categories"))
    split = _by_time(mt.data.Log("bare", log.events, bare, log.users, log.about))
    # what is left of the family is the very item again, in a log where people come back to one
    preferences = families(split).filter(pl.col("family") == "user preference")["feature"]
    assert preferences.to_list() == ["same_item_events", "same_item_days"]
    assert causal(split).columns == families(split)["feature"].to_list()


def test_a_family_may_be_empty():
    log = _log()
    about = replace(log.about, repeats=False)
    bare = log.items.with_columns(pl.lit([], dtype=pl.List(pl.String)).alias("categories"))
    rows = log.events.unique(["user_id", "item_id"], maintain_order=True)
    split = _by_time(mt.data.Log("bare", rows, bare, log.users, about))
    assert "user preference" not in families(split)["family"].to_list()
    features = causal(split)
    assert features.height == split.events.height
    assert sum(features.null_count().row(0)) == 0
