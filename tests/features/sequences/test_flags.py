"""Yes-or-no outcomes of past events: read where a log has them, and nowhere else."""

import numpy as np
import pytest

import mtrec_lib as mt

NAN = float("nan")


@pytest.fixture(scope="module")
def shop():
    """A simulated shop with clicks and buys, the last event left out."""
    return mt.data.leave_last_out(mt.data.simulate(users=20, events=400, feed=0.6, items=15))


@pytest.fixture(scope="module")
def inputs(shop):
    return mt.features.fit(shop, max_length=8)


def test_flags_are_the_outcomes_that_the_log_has(inputs, films_inputs):
    assert inputs.spec.flags == ("click", "buy")
    assert films_inputs.spec.flags == ()
    assert "click" not in films_inputs.arrays(mt.data.Histories.from_lists([[2]]))


def test_missing_no_and_yes_are_0_1_and_2(inputs):
    past = mt.data.Histories.from_lists([[2, 3, 4]], click=[[NAN, 0, 1]])
    x = inputs.arrays(past, length=5)
    assert x["click"].tolist() == [[0, 0, 0, 1, 2]]  # padding, begin mark, the three events
    assert x["buy"].tolist() == [[0, 0, 0, 0, 0]]  # nobody said
    assert x["click"].dtype == np.int32


def test_a_spec_survives_its_dictionary_and_an_old_one_has_no_flags(inputs):
    again = mt.features.InputSpec.of(inputs.spec.to_dict())
    assert again == inputs.spec
    old = {name: value for name, value in inputs.spec.to_dict().items() if name != "flags"}
    assert mt.features.InputSpec.of(old).flags == ()


def test_histories_and_windows_read_the_same_flags(inputs, shop):
    queries = shop.queries("validation")
    x = inputs.arrays(queries.histories)
    windows = inputs.windows(shop, part="validation", batch_size=4)
    last = queries.histories.lengths
    read, _ = windows.batch(np.arange(len(queries)), last, last + 1)
    for name in ("click", "buy"):
        np.testing.assert_array_equal(x[name], read[name])
        assert set(np.unique(x[name])) == {0, 1, 2}


def test_a_piece_without_its_ratings_has_no_flags_either(inputs, shop):
    for feed in (inputs.packed, inputs.windows):
        open, hidden = (feed(shop, batch_size=4, hide_ratings=share) for share in (0.0, 1.0))
        for which, some in ((open, True), (hidden, False)):
            x, _ = which.batch(*(part[:4] for part in which.rows(0)))
            assert [bool(x[name].any()) for name in ("rating", "click", "buy")] == [some] * 3


def test_a_hidden_event_does_not_show_how_it_went(inputs, shop):
    masked = mt.features.Masked(inputs.spec, shop, batch_size=4, rate=0.5)
    x, y = masked.batch(*(part[:4] for part in masked.rows(0)))
    hidden = y["counted"] > 0
    for name in ("rating", "gap", "click", "buy"):
        assert not x[name][hidden].any()
    assert x["click"][~hidden].any()


def test_flags_cost_three_vectors_each_and_nothing_without_them(inputs):
    with_flags = mt.layers.EventEmbedding(inputs.spec, 4)
    bare = mt.layers.EventEmbedding(mt.features.InputSpec(items=15, grades=inputs.spec.grades), 4)
    with_flags.build()
    bare.build()
    assert [tuple(weight.shape) for weight in with_flags.weights[len(bare.weights) :]] == [
        (3, 4), (3, 4),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["BERT", "GPT", "LSTM", "MinGRU"])
def test_every_trunk_reads_them(inputs, name):
    trunk = getattr(mt.models, name)(inputs, width=8, layers=1)
    trunk.build()
    sentences = []
    for click in (NAN, 0.0, 1.0):
        x = trunk.arrays(mt.data.Histories.from_lists([[2, 3]], click=[[click, 0]]))
        sentences.append(np.asarray(trunk(x))[0, -1])
    assert np.abs(sentences[0] - sentences[1]).max() > 1e-5
    assert np.abs(sentences[1] - sentences[2]).max() > 1e-5
