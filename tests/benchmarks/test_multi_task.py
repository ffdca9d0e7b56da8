"""The comparison with multi-task peers: what both are given, our model, the record."""

import keras
import numpy as np
import pytest

import mtrec_lib as mt
from benchmarks.multi_task import flat, speed
from benchmarks.multi_task.ours_speed import batches

TOLD = {
    "tasks": ["like", "top"],
    "embedding": 2,
    "bottom": 3,
    "experts": 2,
    "expert": 3,
    "tower": 4,
    "batch_size": 8,
}


@pytest.fixture(scope="module")
def arrays(ml100k):
    return flat.table(mt.data.global_time(ml100k))


def test_a_row_a_rating(arrays, ml100k):
    train = mt.data.global_time(ml100k).train
    assert len(arrays["y"]) == train.height == 80_000
    assert arrays["y"].sum(axis=0).tolist() == [(train["rating"] >= r).sum() for r in (4, 5)]
    assert arrays["user_id"].max() + 1 == train["user_id"].n_unique()
    assert arrays["item_id"].max() + 1 == train["item_id"].n_unique()


def test_genres_are_those_of_the_film(arrays, ml100k):
    row = 123
    item = mt.data.global_time(ml100k).train["item_id"][row]
    names = ml100k.catalogue.categories
    found = {names[n - 1] for n in arrays["genres"][row] if n}
    assert found == set(ml100k.items.filter(item_id=item)["categories"].item())


def test_our_columns_say_the_same_in_one_table(arrays):
    x, sizes = flat.inputs(arrays)
    assert sizes == [int(arrays[name].max()) + 1 for name in flat.COLUMNS]
    assert x["ids"].max() == sum(sizes) - 1
    assert (x["ids"][:, 1] - sizes[0] == arrays["item_id"]).all()
    np.testing.assert_allclose(x["genres"].sum(axis=1), 1, rtol=1e-6)
    assert ((x["genres"] > 0).sum(axis=1) == (arrays["genres"] > 0).sum(axis=1)).all()


@pytest.mark.parametrize(
    ("kind", "mixer"),
    [
        # 14 numbers enter. Shared: 14·3 + 3 and a norm of 3; towers of 2·(3·4 + 4), norms, outputs
        ("shared-bottom", 14 * 3 + 3 + 2 * 3),
        # two experts of the same, two gates of 14·2 without biases
        ("mmoe", 2 * (14 * 3 + 3 + 2 * 3) + 2 * 14 * 2),
    ],
)
def test_our_model_has_the_layers_that_are_named(arrays, kind, mixer):
    x, sizes = flat.inputs(arrays)
    model = flat.model_of(kind, TOLD, x, sizes)
    towers = 2 * (3 * 4 + 4 + 2 * 4 + 4 + 1)
    values = (sum(sizes) + x["genres"].shape[1]) * 2
    found = sum(int(np.prod(v.shape)) for v in model.trainable_variables)
    assert found == values + mixer + towers


def test_our_model_learns(arrays):
    keras.utils.set_random_seed(0)
    few = {name: column[:64] for name, column in arrays.items()}
    x, sizes = flat.inputs(few)
    model = flat.model_of("mmoe", TOLD, x, sizes)
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    data = batches(x, few["y"], size=8, passes=5)
    losses = [model.fit(data, verbose=0, shuffle=False).history["loss"][0] for _ in range(4)]
    assert losses[-1] < losses[0]
    assert sum(1 for _ in data) == 40


def test_a_row_is_made_of_medians():
    def role(*rates):
        return [{"samples": rate, "cores": 2.0, "load": 2.1} for rate in rates]

    windows = {
        "ours mmoe": role(30.0, 60.0, 90.0),
        "peer mmoe": role(20.0, 20.0, 30.0),
        "loader mmoe": role(5.0, 5.0, 5.0),
    }
    about = {name: {"parameters": 7, "gflops": 99.6} for name in windows}
    told = TOLD | {"batch_size": 8}
    row = speed.record("mmoe", told, windows, about)
    assert row["id"] == "multi-task/samples-per-second/mmoe"
    assert (row["ratio"], row["interval"], row["own_loader"]) == (3.0, [1.5, 3.0], 5)
    assert row["gflops"] == {"tensorflow": 100, "torch": 100}
