"""Masked rows: what is hidden is the target, and nothing of it can be read."""

from dataclasses import replace

import numpy as np
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError


def _whole(feed, epoch=0):
    return feed.batch(*feed.rows(epoch))


@pytest.fixture(scope="module")
def feed(films_inputs, films_split):
    two_a_row = replace(films_inputs.spec, max_length=10)
    return mt.features.Masked(two_a_row, films_split, batch_size=4)


def test_the_targets_are_the_hidden_events(feed):
    x, y = _whole(feed)
    hidden = x["item"] == feed.MASK
    np.testing.assert_array_equal(hidden, y["counted"] > 0)
    assert (x["rating"][hidden] == 0).all()
    assert (x["gap"][hidden] == 0).all()
    assert np.isfinite(y["rating"][hidden]).all()  # the label is there, for the heads


def test_what_is_not_hidden_is_read_at_its_own_place(feed):
    x, y = _whole(feed)
    seen = (x["segment"] > 0) & (x["item"] != feed.MASK)
    assert seen.any()
    np.testing.assert_array_equal(x["item"][seen], y["item"][seen])
    assert (x["item"][x["segment"] == 0] == 0).all()


def test_every_piece_has_a_target_and_another_epoch_other_ones(feed):
    rows = feed.rows(0)
    x, y = feed.batch(*rows)
    for row, segments in enumerate(x["segment"]):
        for number in set(segments.tolist()) - {0}:
            assert y["counted"][row, segments == number].sum() >= 1
    again, other = feed.rows(0), feed.rows(1)
    assert all((left == right).all() for left, right in zip(rows, again, strict=True))
    assert any((left != right).any() for left, right in zip(rows, other, strict=True))


def test_the_share_of_hidden_events_is_the_rate(films_inputs, films_split):
    # 48 training events in 12 pieces of 4: at rate 1 all are hidden
    everything = mt.features.Masked(films_inputs.spec, films_split, rate=1.0, last=0.0)
    assert _whole(everything)[1]["counted"].sum() == films_split.train.height
    one = mt.features.Masked(films_inputs.spec, films_split, rate=1e-9, last=0.0)
    assert _whole(one)[1]["counted"].sum() == len(one.cuts(0)[0])


def test_pieces_that_resemble_asking_hide_their_last_event_alone(films_inputs, films_split):
    feed = mt.features.Masked(films_inputs.spec, films_split, last=1.0)
    x, y = _whole(feed)
    for row, segments in enumerate(x["segment"]):
        for number in set(segments.tolist()) - {0}:
            counted = y["counted"][row, segments == number]
            assert counted.tolist() == [0.0] * (len(counted) - 1) + [1.0]


def test_validation_hides_all_validation_events_and_no_other(films_inputs, films_split):
    feed = mt.features.Masked(films_inputs.spec, films_split, part="validation")
    x, y = _whole(feed)
    assert y["counted"].sum() == films_split.validation.height == feed.targets
    np.testing.assert_array_equal(x["item"] == feed.MASK, y["counted"] > 0)


def test_a_question_is_the_past_and_a_hidden_event(films_inputs, films_split):
    # what BERT is asked about validation is what the feed shows it of validation
    queries = films_split.queries("validation")
    trunk = mt.models.BERT(films_inputs, width=8)
    arrays = trunk.arrays(queries.histories)
    x, _ = _whole(trunk.feed(films_split, part="validation"))
    for person in range(len(queries)):
        real = arrays["item"][person] > 0
        question = [arrays[part][person, real].tolist() for part in ("item", "rating", "gap")]
        visible = [
            [x[part][row, segments == number].tolist() for part in ("item", "rating", "gap")]
            for row, segments in enumerate(x["segment"])
            for number in set(segments.tolist()) - {0}
        ]
        assert question in visible


def test_shares_out_of_range_are_refused(films_inputs, films_split):
    with pytest.raises(ParameterError, match="rate must be in"):
        mt.features.Masked(films_inputs.spec, films_split, rate=0.0)
