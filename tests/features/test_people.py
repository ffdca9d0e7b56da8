"""Attributes of people: encoded from who trains, unknown where unknown, used where wanted."""

from dataclasses import replace

import keras
import numpy as np
import polars as pl
import pytest
import tensorflow as tf

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.features.people import PEOPLE, REACH, People

# of the 12 people of ``films``: ages 21 … 32; six F and five M, of one nobody knows; towns that one
# person alone lives in; and a colour that five have
GENDERS = ["F", "M"] * 5 + ["F", None]
TABLE = pl.DataFrame(
    {
        "user_id": range(1, 13),
        "age": range(21, 33),
        "gender": GENDERS,
        "town": [f"town {n}" for n in range(12)],
        "colour": ["red"] * 5 + [f"{n}" for n in range(7)],
        "member": [True, False] * 6,
        "tags": [["a"]] * 12,
    }
)


@pytest.fixture(scope="module")
def split(films):
    return mt.data.leave_last_out(replace(films, users=TABLE))


@pytest.fixture(scope="module")
def inputs(split):
    return mt.features.fit(split, max_length=5, people=["age", "gender"])


def _columns(people):
    return dict(zip(people.names, people.of(range(1, 13)).T, strict=True))


def test_numbers_are_standardised_and_categories_less_their_share(split):
    columns = _columns(People.fit(split, ["age", "gender"]))
    age = np.arange(21, 33)
    np.testing.assert_allclose(columns["person:age"], (age - 26.5) / age.std(), rtol=1e-5)
    share = {"F": 6 / 12, "M": 5 / 12}
    for value in ("F", "M"):
        expected = [(gender == value) - share[value] for gender in GENDERS]
        np.testing.assert_allclose(columns[f"person:gender={value}"], expected, atol=1e-6)
    unknown = [(gender is None) - 1 / 12 for gender in GENDERS]
    np.testing.assert_allclose(columns["person:gender?"], unknown, atol=1e-6)


def test_a_value_of_too_few_people_is_unknown(split):
    names = People.fit(split, ["colour", "member"]).names
    assert PEOPLE == 5
    assert names == (
        "person:colour=red",
        "person:colour?",
        "person:member=false",
        "person:member=true",
    )


def test_all_usable_columns_are_taken_that_tell_people_apart(split):
    names = [each.name for each in People.fit(split).attributes]
    assert names == [
        "age",
        "gender",
        "colour",
        "member",
    ]  # no town is two people's, tags are a list


def test_who_is_not_in_the_table_is_unknown_and_average_where_nobody_was(split):
    people = People.fit(split, ["age", "gender", "member"])
    nobody = dict(zip(people.names, people.of([99])[0], strict=True))
    assert nobody["person:age"] == nobody["person:member=true"] == 0
    assert nobody["person:gender?"] == pytest.approx(11 / 12)
    past = mt.data.Histories.from_lists([[2, 3]])  # a typed past is nobody's
    np.testing.assert_array_equal(people.of(past.users), people.of([99]))


def test_unseen_values_of_another_table_are_unknown_and_no_error(split):
    people = People.fit(split, ["age", "gender"])
    other = pl.DataFrame({"user_id": [50, 51], "gender": ["X", None], "age": [None, 1e9]})
    known = people.with_table(other).of([50, 51, 52])
    np.testing.assert_array_equal(known[0], people.of([99])[0])
    assert known[1, people.names.index("person:age")] == REACH
    without = people.with_table(other.drop("age")).of([51])
    np.testing.assert_array_equal(without, people.of([99]))


def test_statistics_are_those_of_the_people_who_train(films):
    made = mt.data.new_people(replace(films, users=TABLE), (0.5, 0.25, 0.25))
    held_out = made.events.filter(pl.col("part") != "train")["user_id"].unique()
    strange = pl.col("user_id").is_in(held_out)
    users = TABLE.with_columns(
        age=pl.when(strange).then(1000).otherwise("age"),
        gender=pl.when(strange).then(pl.lit("X")).otherwise("gender"),
    )
    other = mt.data.new_people(replace(films, users=users), (0.5, 0.25, 0.25))
    one, two = (People.fit(each, ["age", "member"]) for each in (made, other))
    assert one.attributes == two.attributes
    trained = made.train["user_id"].unique().to_list()
    np.testing.assert_array_equal(one.of(trained), two.of(trained))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (["agee"], "did you mean 'age'"),
        (["tags"], "people must be True, False or a list"),
        ("age", "people must be True, False or a list"),
        ([], "people must be True, False or a list"),
        (["town"], "nothing in \\['town'\\] tells the people"),
    ],
)
def test_columns_that_cannot_be_read(split, columns, words):
    with pytest.raises(ParameterError, match=words):
        mt.features.fit(split, people=columns)


def test_a_log_without_attributes_has_none_to_read(films_split):
    with pytest.raises(ParameterError, match="people=True needs attributes"):
        mt.features.fit(films_split, people=True)


def test_causal_features_take_them_along(split):
    plain = mt.features.causal(split)
    more = mt.features.causal(split, people=["age"])
    assert more.select(plain.columns).equals(plain)
    assert more.columns == [*plain.columns, "person:age"]
    own = People.fit(split, ["age"]).of(split.events["user_id"])[:, 0]
    np.testing.assert_array_equal(more["person:age"].to_numpy(), own)
    assert mt.features.families(split, people=["age"])["feature"].to_list() == more.columns


@pytest.mark.parametrize("kind", ["Windows", "Packed", "Masked"])
def test_batches_hold_the_person_of_every_place(split, inputs, kind):
    feed = getattr(mt.features, kind)(inputs.spec, split, people=inputs.people, batch_size=4)
    x, y = feed.batch(*feed.rows(0))
    assert x["person"].shape == (*x["item"].shape, len(inputs.spec.people))
    assert not x["person"][x["segment"] == 0].any()
    # the age says who it is, and the items that are due are that person's
    age = People.fit(split, ["age"]).of(range(1, 13))[:, 0]
    ids = split.log.catalogue.encode(split.train["item_id"])
    for row, place in zip(*np.nonzero(y["counted"]), strict=True):
        number = int(np.abs(age - x["person"][row, place, 0]).argmin())
        assert y["item"][row, place] in ids[split.train["user_id"].to_numpy() == number + 1]


def _model(inputs, trunk="GPT", **settings):
    keras.utils.set_random_seed(0)
    made = getattr(mt.models, trunk)(inputs, width=8, **({"layers": 1} | settings))
    model = mt.models.MultiTask(made, tasks=[mt.tasks.NextItem(), mt.tasks.Like()])
    model.compile("adam")
    return model


@pytest.mark.parametrize("trunk", ["BERT", "GPT", "LSTM", "MinGRU"])
def test_two_people_of_one_past_get_different_scores(inputs, trunk):
    model = _model(inputs, trunk)
    past = mt.data.Histories.from_lists([[2, 3]] * 3, users=[1, 12, 99])
    scores = model.scores(past)
    assert np.abs(scores[0] - scores[1]).max() > 1e-6
    assert np.abs(scores[0] - scores[2]).max() > 1e-6
    events = model.predict_events(past, np.array([4, 4, 4]))["like"]
    assert np.ptp(events) > 0


@pytest.mark.parametrize("trunk", ["BERT", "GPT", "LSTM"])
def test_the_loss_reaches_what_is_learned_of_people(split, inputs, trunk):
    model = _model(inputs, trunk)
    x, y = next(iter(model.trunk.feed(split, batch_size=4).dataset(0)))
    with tf.GradientTape() as tape:
        loss = sum(model.train_losses(x, y)[0])
    gradient = tape.gradient(loss, model.trunk.embedding.person_map.value)
    assert (np.abs(np.asarray(gradient)).sum(axis=1) > 0).all()


def test_without_them_nothing_changes(films, films_split):
    # the table of users is there, and not asked for: the same weights, batches and scores
    with_people = mt.data.leave_last_out(replace(films, users=TABLE))
    models = []
    for each in (films_split, with_people):
        model = _model(mt.features.fit(each, max_length=5))
        mt.training.fit(model, each, epochs=1, jit_compile=False, progress=False)
        models.append(model)
    one, two = (model.scores(films_split.queries("test").histories) for model in models)
    np.testing.assert_array_equal(one, two)
    assert "person" not in models[1].trunk.arrays(films_split.queries("test").histories)


def test_a_saved_model_knows_its_people(split, inputs, tmp_path):
    model = _model(inputs)
    mt.training.fit(model, split, epochs=1, jit_compile=False, progress=False)
    mt.save(model, tmp_path / "people.mtrec")
    again = mt.load(tmp_path / "people.mtrec")
    assert again.inputs.people.attributes == inputs.people.attributes
    past = mt.data.Histories.from_lists([[2, 3]] * 3, users=[1, 12, 99])
    np.testing.assert_allclose(again.scores(past), model.scores(past), atol=1e-6)


def test_ids_that_are_texts_are_saved_too(films, tmp_path):
    named = films.events.with_columns(user_id=pl.format("u{}", pl.col("user_id") + 10))
    users = TABLE.with_columns(user_id=pl.format("u{}", pl.col("user_id") + 10))
    split = mt.data.leave_last_out(replace(films, events=named, users=users))
    model = _model(mt.features.fit(split, max_length=5, people=["age"]))
    model.build()
    mt.save(model, tmp_path / "texts.mtrec")
    past = split.queries("test").histories[:3]
    assert len(np.unique(model.trunk.arrays(past)["person"])) == 3
    again = mt.load(tmp_path / "texts.mtrec")
    np.testing.assert_allclose(again.scores(past), model.scores(past), atol=1e-6)
