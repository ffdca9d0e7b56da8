"""Every protocol with every feature: what a protocol keeps from an event moves nothing of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.data.splitting.parts import place_of, places, up_to
from mtrec_lib.features.pairs.pair_features import PairFeatures, every_event
from tests.features.altered import altered

PEOPLE, STEPS, ITEMS = 8, 6, 7
WEEKS = {"train": (1, 1), "validation": (2, 2), "test": (3, 3)}
HALF = (0.5, 0.25, 0.25)


def _log():
    """Eight people, six events each: two a session, a session a week; pairs of people coincide."""
    rows = [
        {
            "user_id": person,
            "item_id": 1 + (person * 3 + step * (1 + person % 4)) % ITEMS,
            "timestamp": datetime(2020, 1, 1, tzinfo=UTC)
            + timedelta(days=7 * (step // 2), minutes=60 * step + person // 2),
            "behaviour": "buy" if (person + step) % 3 else "view",
            "row": person * STEPS + step,
            "rating": float(1 + (person * 2 + step * 3) % 5),
            "price": 1.0 + (person + 2 * step) % 4,
            "click": float((person + step) % 2),
            "session_id": person * 10 + step // 2,
            "week": 1 + step // 2,
        }
        for person in range(1, PEOPLE + 1)
        for step in range(STEPS)
    ]
    events = pl.DataFrame(rows).with_columns(
        pl.col("timestamp").cast(pl.Datetime("us", "UTC")), pl.col("row").cast(pl.UInt32)
    )
    categories = [["A"] if item % 2 else ["A", "B"] for item in range(ITEMS)]
    items = pl.DataFrame(
        {"item_id": range(1, ITEMS + 1), "title": list("tuvwxyz"), "categories": categories}
    )
    users = pl.DataFrame({"user_id": range(1, PEOPLE + 1)})
    grades = (1.0, 2.0, 3.0, 4.0, 5.0)
    about = mt.data.About(title="T", licence="CC0", repeats=True, grades=grades, like_at=4.0)
    return mt.data.Log("eight", events, items, users, about)


def _by_hand(log):
    """The last two events of each person test, under a name that no rule of ours has."""
    left = pl.int_range(pl.len(), 0, -1).over("user_id")
    part = pl.when(left <= 2).then(pl.lit("test")).otherwise(pl.lit("train"))
    return mt.data.Split(log, "by hand", log.events.with_columns(part=part))


PROTOCOLS = {
    "leave_last_out": mt.data.leave_last_out,
    "global_time": lambda log: mt.data.global_time(log, HALF),
    "by_week": lambda log: mt.data.by_week(log, **WEEKS),
    "cold_items": lambda log: mt.data.cold_items(log, share=0.15, fractions=HALF, seed=1),
    "new_people": lambda log: mt.data.new_people(log, HALF),
    "few_events": lambda log: mt.data.few_events(mt.data.leave_last_out(log), first=3),
    "shuffled": lambda log: mt.data.blinded(mt.data.leave_last_out(log), shuffle=True),
    "without ratings": lambda log: mt.data.blinded(mt.data.global_time(log, HALF), ["rating"]),
    "one_a_visit": lambda log: mt.data.one_a_visit(mt.data.by_week(log, **WEEKS)),
    "by hand": _by_hand,
}
ONE_CUT = {"global_time", "by_week", "without ratings", "one_a_visit"}
WHOLE_PEOPLE = {"new_people"}
SPLITS = {name: make(_log()) for name, make in PROTOCOLS.items()}
RATED = [name for name in SPLITS if SPLITS[name].log.has("rating")]
every_protocol = pytest.mark.parametrize("name", SPLITS)


def _kept_from(name, split, row):
    """Rows that the event in ``row`` must not know: own later ones, and of others what stands at
    its time or after, or in a held-out part where held-out events lie scattered over all times."""
    events = split.events
    time, person = events["timestamp"].to_physical().to_numpy(), events["user_id"].to_numpy()
    own = person == person[row]
    later = np.where(own, np.arange(len(time)) > row, time >= time[row])
    if name not in ONE_CUT:
        later |= ~own & (events["part"] != "train").to_numpy()
    return later


def _some_rows(split):
    """An early, a middle and a late event of different people, of every part there is."""
    part = places(split.events)
    return [int(np.flatnonzero(part == one)[n]) for one in np.unique(part) for n in (1, -2)]


def _frame(make):
    return lambda split, fitted: make(split).to_numpy()


def _pairs(factors):
    def numbers(split, fitted):
        """Of every event; what is fitted stays that of the unaltered split."""
        made = PairFeatures.fit(split, SIDE, factors)
        if fitted is not None:
            made.prior, made.scale, made.factors = fitted.prior, fitted.scale, fitted.factors
        return made.of_events(_histories(split))

    return numbers


def _histories(split):
    return mt.data.Histories.from_events(split.events, split.log.catalogue)


def _baskets(split, fitted):
    """What the past of every event says of the items in it, as text: their number varies."""
    past = every_event(_histories(split))[0]
    described = mt.features.personal(mt.data.Baskets.of(past))

    def told(n):
        mine = described.past == n
        return repr(
            [
                x.tolist()
                for x in (described.column[mine], described.pairs[mine], described.pasts[n])
            ]
        )

    return np.array([told(n) for n in range(len(past))])


SIDE = mt.features.side_information(_log().catalogue)[0]
FEATURES = {
    "user_behaviour": _frame(mt.features.user_behaviour),
    "user_preference": _frame(mt.features.user_preference),
    "item_features": _frame(mt.features.item_features),
    "PairFeatures": _pairs(0),
    "LatentFactors": _pairs(2),
    "basket pairs": _baskets,
}


def _assert_same(mine, theirs, name):
    """Equal; numbers of pairs, differences of running sums, but for their last digits."""
    if name in {"PairFeatures", "LatentFactors", "beside"}:
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
    else:
        np.testing.assert_array_equal(mine, theirs, err_msg=name)


@every_protocol
@pytest.mark.parametrize("feature", FEATURES)
def test_an_event_knows_nothing_that_its_protocol_keeps_from_it(name, feature):
    split, compute, fitted = SPLITS[name], FEATURES[feature], None
    if feature in {"PairFeatures", "LatentFactors"}:
        if name not in RATED:
            pytest.skip("numbers of pairs need ratings")
        fitted = PairFeatures.fit(split, SIDE, 2 * (feature == "LatentFactors"))
    mine = compute(split, fitted)
    for row in _some_rows(split):
        hidden = _kept_from(name, split, row)
        own = np.arange(len(hidden)) == row
        other, kept = altered(split, hidden, own, drop=0.4, seed=row)
        theirs = compute(other, fitted)[int(kept[:row].sum())]
        _assert_same(mine[row], theirs, feature)


@every_protocol
def test_features_do_know_what_is_visible(name):
    # else the test above would hold of features that are constant: all before the last event, by
    # its own clock, are changed
    split = SPLITS[name]
    row = _some_rows(split)[-1]
    seen = ~_kept_from(name, split, row)
    seen[row] = False
    other, _ = altered(split, seen)
    for feature in ("user_behaviour", "item_features"):
        moved = FEATURES[feature](other, None)[row] != FEATURES[feature](split, None)[row]
        assert moved.any(), feature


@pytest.mark.parametrize("name", RATED)
def test_what_is_fitted_is_fitted_to_training_alone(name):
    split = SPLITS[name]
    held_out = (split.events["part"] != "train").to_numpy()
    other, _ = altered(split, held_out, drop=0.4)
    mine, theirs = (PairFeatures.fit(each, SIDE, factors=2) for each in (split, other))
    assert mine.prior == theirs.prior
    np.testing.assert_allclose(mine.scale, theirs.scale, atol=1e-12)
    np.testing.assert_allclose(mine.factors.vectors, theirs.factors.vectors, atol=1e-12)


def _ends_of_observation(name, split, part):
    """Rows whose time, not whose content, ends somebody's observation: they may not be dropped."""
    later = places(split.events) > place_of(part)
    time = split.events["timestamp"].to_physical().to_numpy()
    kept = time == time.max()
    if not later.any() or name in WHOLE_PEOPLE:
        return kept
    if name in ONE_CUT:
        return kept | (time == time[later].min())
    numbered = split.events.with_columns(later=pl.Series(later))
    first = pl.col("later") & (pl.col("later").cum_sum().over("user_id") == 1)
    return kept | numbered.select(first).to_series().to_numpy()


@every_protocol
@pytest.mark.parametrize("part", ["train", "validation"])
def test_labels_do_not_know_later_parts(name, part):
    split, order = SPLITS[name], places(SPLITS[name].events)
    later = order > place_of(part)
    ends = _ends_of_observation(name, split, part)
    changed, _ = altered(split, later)
    dropped, _ = altered(changed, later & ~ends, drop=0.999)
    mine, theirs = (_labels(each, part) for each in (split, dropped))
    for label, values in mine.items():
        np.testing.assert_array_equal(values, theirs[label], err_msg=label)


def _labels(split, part):
    known = split.events.filter(pl.col("part").is_in(up_to(part)))
    histories = mt.data.Histories.from_events(known, split.log.catalogue)
    return mt.features.derived_labels(split, part, histories)


KINDS = {
    "Windows": mt.features.Windows,
    "Packed": mt.features.Packed,
    "Masked": mt.features.Masked,
}


def _batch(split, kind, part):
    rated = split.log.has("rating")
    numbers = PairFeatures.fit(split, SIDE) if rated else None
    spec = mt.features.InputSpec(
        items=ITEMS,
        grades=split.log.about.grades if rated else (),
        max_length=4,
        flags=("click",),
        beside=len(numbers.names) if rated else 0,
    )
    feed = KINDS[kind](spec, split, part, beside=numbers, hide_ratings=0.3)
    x, y = feed.batch(*feed.rows(0))
    return x, y


@every_protocol
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", ["train", "validation"])
def test_batches_do_not_know_later_parts(name, kind, part):
    split = SPLITS[name]
    later = places(split.events) > place_of(part)
    ends = _ends_of_observation(name, split, part)
    changed, _ = altered(split, later)
    other, _ = altered(changed, later & ~ends, drop=0.999)
    for mine, theirs in zip(_batch(split, kind, part), _batch(other, kind, part), strict=True):
        assert mine.keys() == theirs.keys()
        for array in mine:
            _assert_same(mine[array], theirs[array], array)


@every_protocol
def test_a_masked_event_shows_neither_its_item_nor_its_outcome(name):
    # outside training all events of the part are hidden: another item and rating in their place
    # change what is due and nothing that is read
    split = SPLITS[name]
    hidden = (split.events["part"] == "test").to_numpy()
    other, _ = altered(split, hidden)
    (mine, due), (theirs, other_due) = (_batch(each, "Masked", "test") for each in (split, other))
    for array in ("item", "gap", "rating", "click", "segment"):
        np.testing.assert_array_equal(mine[array], theirs[array], err_msg=array)
    assert (due["item"] != other_due["item"]).any()


def test_pairs_know_no_held_out_rating_of_a_cold_item():
    split = SPLITS["cold_items"]
    ratings = PairFeatures.fit(split, SIDE).totals()[:, 0]
    cold = np.concatenate(list(split.cold.values()))
    trained = split.log.catalogue.encode(split.train["item_id"])
    assert ratings[cold].tolist() == [0] * len(cold)
    assert ratings.sum() == len(trained)


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_new_people_are_followed_to_the_end_of_the_log(part):
    # each of the first two events is followed by a visit 7 days and 1 or 2 hours later; from the
    # next two on less than 8 days are left of the log
    split = SPLITS["new_people"]
    feed = mt.features.Windows(mt.features.InputSpec(items=ITEMS, max_length=6), split, part)
    _, y = feed.batch(*feed.rows(0))
    task = mt.tasks.ReturnWithin(days=8)
    counts = np.asarray(task.mask(y)) * y["counted"]
    people = split.events.filter(part=part)["user_id"].n_unique()
    assert counts.sum() == 2 * people
    assert (np.asarray(task.target(y)) * counts).sum() == 2 * people


def test_who_keeps_few_events_is_not_taken_for_gone():
    # of steps 0 … 3 the first three train; step 3, a session with step 2, is gone: that nobody is
    # known to have come within a week after step 2 means nothing
    split = SPLITS["few_events"]
    labels = _labels(split, "train")
    followed = labels["followed_for"].reshape(PEOPLE, 3)
    np.testing.assert_allclose(followed[:, 2], 0, atol=1e-6)
    np.testing.assert_allclose(followed[:, 0], 7 + 2 / 24, atol=1e-5)  # to step 2


def test_one_a_visit_takes_what_is_known_of_people_along():
    # people 2 and 8 alone: they become 1 and 2, and their ages go with them
    log = _log()
    some = replace(log, events=log.events.filter(pl.col("user_id").is_in([2, 8])))
    users = pl.DataFrame({"user_id": range(1, PEOPLE + 1), "age": range(10, 10 + PEOPLE)})
    split = mt.data.leave_last_out(replace(some, users=users))
    in_words = mt.data.one_a_visit(split)
    assert in_words.log.users.rows() == [(1, 11), (2, 17)]
    twice = mt.data.one_a_visit(split, draws=2)
    assert twice.log.users.rows() == [(2, 11), (3, 11), (4, 17), (5, 17)]
    assert set(twice.events["user_id"]) == {2, 3, 4, 5}
