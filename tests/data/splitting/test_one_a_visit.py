"""One item of each visit, by dice."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt


@pytest.fixture(scope="module")
def shop():
    """A split whose sessions hold several items, with amounts."""
    log = mt.data.simulate(users=30, events=1500, feed=0.0, seed=1)
    log = mt.data.Log(log.name, log.events.with_columns(spend=2.0), log.items, log.users, log.about)
    return mt.data.split(log)


def test_every_visit_tells_exactly_one_of_its_items(shop):
    thinned = mt.data.one_a_visit(shop)
    keys = ["part", "session_id"]  # a simulated session belongs to one person
    assert thinned.events.select(keys).is_unique().all()
    assert thinned.events.height == shop.events.n_unique(keys)
    held = shop.events.select(*keys, "item_id").unique()
    assert (
        thinned.events.join(held, on=[*keys, "item_id"], how="semi").height == thinned.events.height
    )


def test_size_counts_distinct_items_and_amounts_are_added_up(shop):
    thinned = mt.data.one_a_visit(shop)
    sizes = shop.events.group_by("part", "session_id").agg(n=pl.col("item_id").n_unique())
    both = thinned.events.join(sizes, on=["part", "session_id"])
    assert (both["size"] == both["n"]).all()
    lines = shop.events.group_by("part", "session_id", "item_id").len()
    both = thinned.events.join(lines, on=["part", "session_id", "item_id"])
    assert (both["spend"] == 2.0 * both["len"]).all()


def test_an_item_is_drawn_with_chance_one_over_size(shop):
    # 200 draws: Σ over visits of 200 · 1 / |B| for the commonest item, within five deviations.
    thinned = mt.data.one_a_visit(shop, draws=200)
    item = shop.events["item_id"].mode().min()
    share = (
        shop.events.unique(["part", "session_id", "item_id"])
        .with_columns(share=1 / pl.len().over("part", "session_id"))
        .filter(pl.col("item_id") == item)["share"]
        .to_numpy()
    )
    drawn = int((thinned.events["item_id"] == item).sum())
    spread = np.sqrt(200 * (share * (1 - share)).sum())
    assert abs(drawn - 200 * share.sum()) < 5 * spread


def test_each_draw_is_a_person_of_its_own_and_one_draw_keeps_the_order(shop):
    people = shop.events["user_id"].n_unique()
    assert mt.data.one_a_visit(shop, draws=3).events["user_id"].n_unique() == 3 * people
    single = mt.data.one_a_visit(shop)
    assert single.events["user_id"].unique().sort().to_list() == list(range(1, people + 1))


def test_the_same_seed_draws_the_same_and_another_seed_does_not(shop):
    draw = mt.data.one_a_visit(shop, seed=3).events
    assert draw.equals(mt.data.one_a_visit(shop, seed=3).events)
    assert not draw.equals(mt.data.one_a_visit(shop, seed=4).events)


def test_events_without_a_session_stay_whole(shop):
    bare = replace(shop.log, events=shop.events.drop("part", "session_id"))
    thinned = mt.data.one_a_visit(mt.data.split(bare))
    assert thinned.events.height == bare.events.height
    assert thinned.events["size"].unique().to_list() == [1]


def test_no_draw_is_refused(shop):
    with pytest.raises(ValueError, match="draws must be ≥ 1, got 0"):
        mt.data.one_a_visit(shop, draws=0)
