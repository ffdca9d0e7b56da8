"""Labels of a log: columns first, then what a rating says."""

from dataclasses import replace

import polars as pl


def _values(log, name):
    return log.events.select(log.label(name)).to_series().to_list()


def test_a_like_and_the_best_grade_are_read_off_the_rating(make_log):
    log = make_log([(1, 1, 1), (1, 2, 2), (1, 3, 3), (1, 4, 4)], rating=[3.0, 4.0, None, 5.0])
    assert _values(log, "like") == [0.0, 1.0, None, 1.0]
    assert _values(log, "top") == [0.0, 0.0, None, 1.0]
    assert _values(log, "rating") == [3.0, 4.0, None, 5.0]


def test_a_column_goes_before_the_rating(make_log):
    log = make_log([(1, 1, 1), (1, 2, 2)], rating=[5.0, 1.0], like=[False, True])
    assert _values(log, "like") == [0.0, 1.0]


def test_nothing_is_read_off_nothing(make_log):
    log = make_log([(1, 1, 1)])
    assert [log.label(name) for name in ("like", "top", "rating", "click")] == [None] * 4
    rated = make_log([(1, 1, 1)], rating=[5.0])
    assert replace(rated, about=replace(rated.about, like_at=None)).label("like") is None
    empty = rated.events.with_columns(rating=pl.lit(None, pl.Float64))
    assert replace(rated, events=empty).label("top") is None
