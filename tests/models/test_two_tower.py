"""Two towers over texts, on a tiny BERT: what is kept, what trains, and what the loss wants."""

from dataclasses import replace

import keras
import numpy as np
import polars as pl
import pytest
import tensorflow as tf

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from tests.features.causal import test_derived
from tests.pretrained import tiny_bert

pytest.importorskip("keras_hub", reason="needs the extra pretrained")
TEXTS = ["the film", "a love of wars, and the film of war and love", "drama (1995)", "the film"]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return mt.pretrained.Pretrained(tiny_bert.write(tmp_path_factory.mktemp("bert")))


@pytest.fixture(scope="module")
def split():
    log = mt.data.load("simulator", users=30, events=400)
    words = ("war", "love", "drama", "film", "the war", "a love")
    titles = [words[n % 6] + " and" * (n // 6 % 5) for n in range(log.catalogue.size)]
    return mt.data.split(replace(log, items=log.items.with_columns(title=pl.Series(titles))))


def towers(encoder, split, **settings):
    return mt.models.TwoTower(mt.pretrained.FrozenLayers(encoder, layers=1), split.log, **settings)


def test_the_layers_above_go_on_where_the_kept_states_stop(encoder):
    frozen = mt.pretrained.FrozenLayers(encoder, layers=1)
    states, mask = frozen.states(TEXTS)
    for layer in frozen.upper():
        states = layer(tf.cast(states, tf.float32), padding_mask=mask)
    states = np.asarray(states) * mask[..., None]
    mean = states.sum(axis=1) / mask.sum(axis=1, keepdims=True)
    found = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    np.testing.assert_allclose(found, encoder.embed(TEXTS), atol=2e-3)  # kept in half precision


def test_a_text_is_read_once_and_rows_keep_the_order(encoder):
    frozen = mt.pretrained.FrozenLayers(encoder, layers=1)
    both, _ = frozen.states(TEXTS)
    assert len(frozen) == 3  # one text stands there twice
    again, mask = frozen.states(TEXTS[2:], length=12)
    assert len(frozen) == 3
    assert (again.shape, again.dtype) == ((2, 12, 8), np.float16)
    np.testing.assert_array_equal(again[:, : mask[0].sum()][0], both[2][: mask[0].sum()])
    assert not again[~mask].any()


def test_a_long_text_is_cut_but_keeps_its_end_mark(encoder):
    cut = mt.pretrained.FrozenLayers(encoder, layers=1, max_tokens=4)
    assert cut.states(["the film of love"])[1].sum() == 4
    same = mt.pretrained.FrozenLayers(encoder, layers=1).states(["the film"])[0]
    np.testing.assert_array_equal(cut.states(["the film of love"])[0], same)


def test_no_text_has_no_states(encoder):
    assert mt.pretrained.FrozenLayers(encoder, layers=1).states([])[0].shape[0] == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"layers": 2}, "layers must be 1 to 1"), ({"layers": 1, "max_tokens": 1}, "max_tokens must")],
)
def test_numbers_out_of_range_are_refused(encoder, settings, message):
    with pytest.raises(ParameterError, match=message):
        mt.pretrained.FrozenLayers(encoder, **settings)


def test_what_is_no_bert_is_refused():
    with pytest.raises(ParameterError, match="of the family of BERT"):
        mt.pretrained.FrozenLayers("minilm")


def test_an_encoder_with_additions_is_refused(tmp_path):
    other = mt.pretrained.Pretrained(tiny_bert.write(tmp_path / "bert"))
    mt.pretrained.add_lora(other.backbone, rank=1)
    with pytest.raises(ParameterError, match="merge_lora first"):
        mt.pretrained.FrozenLayers(other, layers=1)


def test_a_short_row_is_refused(encoder):
    with pytest.raises(ParameterError, match="length must be ≥ 4"):
        mt.pretrained.FrozenLayers(encoder, layers=1).states(["the film"], length=3)


def test_before_training_the_vectors_are_the_encoders(encoder, split):
    model = towers(encoder, split)
    told = encoder.embed(split.log.catalogue.titles)
    np.testing.assert_allclose(model.item_vectors(), told, atol=2e-3)
    past = split.queries("test").histories[:3]
    texts = [
        mt.features.history_text(past[[n]], split.log, "{title}", max_events=6) for n in range(3)
    ]
    cosine = encoder.embed(texts) @ told.T
    np.testing.assert_allclose(model.scores(past) * 0.05, cosine, atol=4e-3)


def test_training_moves_the_additions_alone_and_lowers_the_loss(encoder, split):
    keras.utils.set_random_seed(0)
    model = towers(encoder, split)
    before = {v.path: v.numpy() for v in model.variables}
    whole = encoder.backbone.get_weights()
    model.compile(keras.optimizers.Adam(0.02))
    pairs = model.pairs(split, batch_size=16)
    losses = model.fit(pairs.batches(), epochs=6, verbose=0, shuffle=False)
    losses = losses.history["loss"]
    moved = {v.path for v in model.variables if not np.array_equal(before[v.path], v.numpy())}
    assert moved == {v.path for v in model.trainable_variables}
    assert len(model.trainable_variables) == 5  # A and B of query and value, and the temperature
    assert losses[-1] < losses[0]
    for now, old in zip(encoder.backbone.get_weights(), whole, strict=True):
        np.testing.assert_array_equal(now, old)  # the encoder is not changed
    assert mt.pretrained.FrozenLayers(encoder, layers=1).states(TEXTS)[0].shape == (4, 15, 8)


def test_pairs_draw_so_many_of_each_person_and_log_q_is_their_share(encoder, split):
    pairs = towers(encoder, split).pairs(split, per_person=2, batch_size=8, seed=3)
    train = split.queries("train").histories
    people = train.users[train.lengths > 0]  # a first event has no past to be told
    wanted = np.minimum(np.unique(people, return_counts=True)[1], 2).sum()
    assert len(pairs.target) == wanted
    shares = np.bincount(pairs.target) / len(pairs.target)
    epochs = [list(pairs.batches()) for _ in range(2)]
    assert [len(epoch) for epoch in epochs] == [len(pairs)] * 2 == [wanted // 8] * 2
    first, second = (epoch[0][0]["log_q"].numpy() for epoch in epochs)
    assert first.shape == (8,)
    assert set(np.exp(first).round(5)) <= set(shares.astype("float32").round(5))
    assert not np.array_equal(first, second)  # another order
    again = towers(encoder, split).pairs(split, per_person=2, batch_size=8, seed=3)
    np.testing.assert_array_equal(next(iter(again))[0]["log_q"], first)


def test_a_split_of_another_log_and_a_batch_too_large_are_refused(encoder, split):
    model = towers(encoder, split)
    other = mt.data.split(mt.data.load("simulator", users=20, events=300, seed=1))
    with pytest.raises(ParameterError, match="split must be one of the log"):
        model.pairs(other)
    with pytest.raises(ParameterError, match="batch_size must be 2 to"):
        model.pairs(split, batch_size=10_000)


@pytest.mark.parametrize("wrong", [{"temperature": 0.0}, {"max_events": 0}])
def test_numbers_of_nothing_are_refused(encoder, split, wrong):
    with pytest.raises(ParameterError, match="temperature must be > 0 and max_events ≥ 1"):
        towers(encoder, split, **wrong)


def test_a_past_that_is_too_long_loses_its_oldest_events(encoder, split):
    frozen = mt.pretrained.FrozenLayers(encoder, layers=1, max_tokens=12)
    model = mt.models.TwoTower(frozen, split.log, max_events=9)
    items = [2, 3, 4, 5, 6, 7, 8, 9, 3]
    long = mt.data.Histories.from_lists([items])

    def tokens(events):
        text = mt.features.history_text(long, split.log, "{title}", max_events=events)
        return len(encoder.tokens([text])[0])

    fits = next(n for n in range(9, 0, -1) if tokens(n) <= 12)
    assert 1 <= fits < 9
    newest = mt.data.Histories.from_lists([items[-fits:]])
    np.testing.assert_array_equal(model.scores(long), model.scores(newest))


def test_baskets_are_read_event_by_event(encoder):
    # Training is days 0 to 13: A buys 1 and 2, then 1, then 3; B buys 1. Events with a past: three.
    by_week = test_derived._by_week(test_derived._log())
    pairs = towers(encoder, by_week).pairs(by_week, per_person=9, batch_size=2)
    assert sorted(pairs.target.tolist()) == [0, 1, 2]
    assert len(pairs.past[0]) == 3


def test_kept_states_can_be_forgotten(encoder):
    frozen = mt.pretrained.FrozenLayers(encoder, layers=1)
    frozen.states(TEXTS)
    frozen.clear()
    assert len(frozen) == 0


def test_nobody_has_no_scores(encoder, split):
    none = mt.data.Histories.from_lists([])
    assert towers(encoder, split).scores(none).shape == (0, split.log.catalogue.size)


def test_an_empty_past_is_read_as_one_unknown_token(encoder, split):
    found = towers(encoder, split).scores(mt.data.Histories.from_lists([[], [2]]))
    assert found.shape == (2, split.log.catalogue.size)
    assert np.isfinite(found).all()
