"""One contract for every model, counting or deep: rank, recommend, save, load, new items."""

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from itertools import product

import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError, UnknownItemError
from mtrec_lib.data import Histories
from tests.pretrained import tiny_bert

ITEMS = 9
PAST = [[2, 3, 4], [5], [], [1, 1, 6]]  # unknown items (id 1) and nobody's past among them
NEW = pl.DataFrame(
    {"item_id": [70, 30], "title": ["Film x (1995)", "Film y (2031)"], "categories": [["War"], []]}
)
VECTORS = np.linspace(-1, 1, ITEMS * 4).reshape(ITEMS, 4) ** 3
DEEP = ("MultiTask", "NextBasket", "TwoTower", "LogLinear with MultiTask")
SHARING = ("NGram", "Lifts", "LogLinear", "LogLinear with MultiTask")  # probability over all items


def _counting(split, folder):
    """A fitted model of every class that needs no deep learning library."""
    room, texts = mt.baselines, split.log.catalogue.titles
    models = [
        *(room.DecayedCounts(window=3), room.ItemKNN(k=4), room.Lifts(window=2)),
        *(room.NGram(order=2), room.PersonalFrequency(), room.Popularity()),
        *(room.TIFUKNN(neighbours=3), room.TextKNN(texts), room.VectorKNN(VECTORS)),
    ]
    found = {type(model).__name__: model.fit(split) for model in models}
    parts = [found["NGram"], found["Popularity"]]
    return found | {"LogLinear": room.LogLinear(parts, [1.0, 0.5], floor=0.1)}


def _deep(split, folder):
    """The others."""
    trunk = mt.models.GPT(mt.features.fit(split, max_length=5), 8, layers=1, item_vectors=VECTORS)
    gpt = mt.models.MultiTask(trunk, tasks=[mt.tasks.NextItem(), mt.tasks.Like()])
    gpt.build()
    small = {"width": 8, "layers": 1, "hidden": 4, "per_person": 2, "epochs": 1}
    found = {"MultiTask": gpt, "NextBasket": mt.models.NextBasket(**small).fit(split)}
    found["LogLinear with MultiTask"] = mt.baselines.LogLinear(
        [gpt, mt.baselines.NGram(order=1).fit(split)]
    )
    if find_spec("keras_hub"):  # of the extra pretrained
        encoder = mt.pretrained.Pretrained(tiny_bert.write(folder))
        frozen = mt.pretrained.FrozenLayers(encoder, layers=1)
        found["TwoTower"] = mt.models.TwoTower(frozen, split.log, rank=2)
    return found


@pytest.fixture(scope="module")
def of(films, tmp_path_factory):
    """From a name, and whether people repeat, to a fitted model and its split."""

    @cache
    def made(deep, repeats):
        split = mt.data.split(replace(films, about=replace(films.about, repeats=repeats)))
        make = _deep if deep else _counting
        return make(split, tmp_path_factory.mktemp("bert")), split

    def model_of(name, repeats=False):
        models, split = made(name in DEEP, repeats)
        if name not in models:
            pytest.skip("needs the extra pretrained")
        return models[name], split

    return model_of


NAMES = [
    *mt.baselines.__all__,
    *(pytest.param(name, marks=pytest.mark.slow) for name in DEEP),
]


@pytest.mark.slow
def test_every_class_that_can_be_saved_is_in_the_contract():
    rooms = (mt.baselines, mt.models)
    able = {n for room in rooms for n in room.__all__ if hasattr(getattr(room, n), "saved_as")}
    assert able == {*mt.baselines.__all__, *DEEP} - {"LogLinear with MultiTask"}


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_scorer(of, name):
    model, split = of(name)
    assert isinstance(model, mt.evaluation.Scorer)
    assert isinstance(model.name, str)
    assert model.catalogue.hash == split.log.catalogue.hash
    assert np.shape(model.popularity) == (ITEMS,)
    scores = model.scores(Histories.from_lists(PAST))
    assert scores.shape == (len(PAST), ITEMS)
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("name", NAMES)
def test_it_is_ranked(of, name):
    model, split = of(name)
    assert 0 <= mt.evaluation.rank(model, split, k=3, resamples=2).metrics["ndcg@3"] <= 1


@pytest.mark.parametrize("repeats", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_what_was_seen_stays_in_the_list_where_people_repeat(of, name, repeats):
    model, split = of(name, repeats)
    assert model.repeats is repeats
    seen = split.log.catalogue.titles[:3]
    listed = mt.recommend.top(model, seen, k=ITEMS).titles
    assert len(listed) == (ITEMS if repeats else ITEMS - 3)
    assert set(seen) <= set(listed) if repeats else not set(seen) & set(listed)


@pytest.mark.parametrize("repeats", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_person_of_the_log_gets_a_list(of, name, repeats):
    model, split = of(name, repeats)
    mine = mt.recommend.for_user(model, split, 1, k=2, part=None)
    assert len(mine) == 2
    assert len(mine.history) == 6
    assert repeats or not set(mine.titles) & set(mine.history)


@pytest.mark.parametrize("name", NAMES)
def test_somebody_new_gets_the_most_popular(of, name):
    model, _ = of(name)
    found = mt.recommend.top(model, [], k=ITEMS)
    assert found.cold_start
    assert (np.diff(found.frame["score"].to_numpy()) <= 0).all()
    assert found.frame["score"][0] == np.max(model.popularity) > 0


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_item_is_refused_or_left_out(of, name):
    model, _ = of(name)
    with pytest.raises(UnknownItemError, match="no item is called"):
        mt.recommend.top(model, ["Nothing of the kind"], k=2)
    history = ["Film 1 (1991)", "Nothing of the kind"]
    assert mt.recommend.top(model, history, k=2, on_unknown="skip").skipped == (
        "Nothing of the kind",
    )


LOADING = """
import json, sys
from pathlib import Path
import numpy as np
import mtrec_lib as mt
folder, past = Path(sys.argv[1]), json.loads(sys.argv[2])
for path in sorted(folder.glob("*.mtrec")):
    model = mt.load(path)
    np.save(path.with_suffix(".npy"), model.scores(mt.data.Histories.from_lists(past)))
    listed = mt.recommend.top(model, ["Film 1 (1991)", "Film 2 (1992)"], k=4)
    facts = {"titles": listed.titles, "repeats": model.repeats, "name": model.name,
             "popularity": [float(n) for n in model.popularity], "hash": model.catalogue.hash,
             "heavy": sorted({"tensorflow", "keras"} & set(sys.modules))}
    path.with_suffix(".json").write_text(json.dumps(facts), encoding="utf-8")
"""


def _vectors(model):
    """What a model reads of the two new items beside the catalogue's columns."""
    if model.name == "TF-IDF":
        return ["Film x", "Film of words"]
    if isinstance(model, mt.baselines.LogLinear):
        return [_vectors(each) for each in model.models]
    reads = model.name == "vector-kNN" or isinstance(model, mt.models.MultiTask)
    return VECTORS[:2] if reads else None


@pytest.fixture(scope="module")
def loaded(of, tmp_path_factory):
    """From a name, and whether people repeat, to what was saved and where; all loaded at once.

    Where people repeat, the model has new items before it is saved.
    """

    @cache
    def saved(names):
        folder, found = tmp_path_factory.mktemp("saved"), {}
        for name, repeats in product(names, (False, True)):
            model, _ = of(name, repeats)
            grown = model.with_items(NEW, vectors=_vectors(model)) if repeats else model
            path = folder / f"{name}-{repeats}.mtrec"
            found[name, repeats] = grown, mt.save(grown, path)
        words = [sys.executable, "-c", LOADING, str(folder), json.dumps(PAST)]
        done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", timeout=300)
        assert done.returncode == 0, done.stderr
        return found

    deep = tuple(name for name in DEEP if name != "TwoTower" or find_spec("keras_hub"))

    def loaded_of(name, repeats):
        found = saved(deep if name in DEEP else tuple(mt.baselines.__all__))
        if (name, repeats) not in found:
            pytest.skip("needs the extra pretrained")
        return found[name, repeats]

    return loaded_of


@pytest.mark.parametrize("repeats", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_it_says_the_same_when_it_is_loaded_in_another_process(loaded, name, repeats):
    model, path = loaded(name, repeats)
    again = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    listed = mt.recommend.top(model, ["Film 1 (1991)", "Film 2 (1992)"], k=4)
    assert again["titles"] == listed.titles
    assert (again["repeats"], again["name"]) == (model.repeats, model.name)
    assert again["popularity"] == list(model.popularity)
    assert again["hash"] == model.catalogue.hash
    assert not again["heavy"] or name in DEEP  # counts need no deep learning library
    scores = model.scores(Histories.from_lists(PAST))
    close = 1e-5 if name in DEEP else 0  # another process may compile otherwise
    np.testing.assert_allclose(np.load(path.with_suffix(".npy")), scores, rtol=close, atol=close)


@pytest.mark.parametrize("name", NAMES)
def test_new_items_stand_behind_the_others_and_move_nothing(of, loaded, name):
    model, split = of(name, repeats=True)
    grown, _ = loaded(name, True)
    assert grown.catalogue.titles == [*model.catalogue.titles, "Film x (1995)", "Film y (2031)"]
    assert list(grown.popularity) == [*model.popularity, 0, 0]
    assert grown.catalogue.categories == model.catalogue.categories
    assert len(mt.recommend.top(grown, ["Film x"], k=ITEMS + 2)) == ITEMS + 2
    past = split.queries("test").histories
    before, after = model.scores(past), grown.scores(past)
    assert after.shape == (len(past), ITEMS + 2)
    assert model.catalogue.size == ITEMS  # the model itself is as it was
    if name not in SHARING:
        np.testing.assert_array_equal(after[:, :ITEMS], before)


@pytest.mark.parametrize("name", NAMES)
def test_an_item_that_is_there_already_is_not_new(of, name):
    model, _ = of(name)
    with pytest.raises(ParameterError, match="2 are in the catalogue already"):
        model.with_items(NEW.with_columns(item_id=pl.Series([1, 2])), vectors=_vectors(model))


@pytest.mark.parametrize("kind", ["truth", "oracle"])
def test_the_truth_of_a_simulated_log_is_a_scorer_and_says_why_it_is_not_saved(kind, tmp_path):
    log = mt.data.simulate(users=20, events=400)
    split, model = mt.data.split(log), getattr(log, kind)
    assert isinstance(model, mt.evaluation.Scorer)
    assert model.repeats is log.about.repeats is True
    assert mt.evaluation.rank(model, split, resamples=2).metrics["ndcg@10"] > 0
    mine = mt.recommend.for_user(model, split, split.events["user_id"][0], k=300)
    assert len(mine) == log.catalogue.size  # what was seen is kept
    with pytest.raises(ParameterError, match="a truth comes with its simulated log"):
        mt.save(model, tmp_path / "truth.mtrec")
