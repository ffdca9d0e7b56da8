"""A saved model is whole, checked, and free of code."""

import json
import zipfile
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import CheckpointError, ParameterError
from mtrec_lib.data import Histories


@pytest.fixture(scope="module")
def saved(tmp_path_factory, films_inputs):
    trunk = mt.models.GPT(films_inputs, width=8, layers=1)
    model = mt.models.MultiTask(trunk, tasks=[mt.tasks.NextItem(), mt.tasks.Like()])
    model.build()
    return model, mt.save(model, tmp_path_factory.mktemp("saved") / "films.mtrec")


def test_a_loaded_model_says_the_same(saved, films_split):
    model, path = saved
    past = films_split.queries("test").histories
    again = mt.load(path)
    np.testing.assert_array_equal(model.scores(past), again.scores(past))
    assert again.catalogue.titles == model.catalogue.titles
    assert again.tasks[1].at == 4.0


def test_a_flipped_byte_is_found(saved, tmp_path):
    content = bytearray(saved[1].read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "bad.mtrec").write_bytes(content)
    with pytest.raises(CheckpointError, match="damaged"):
        mt.load(tmp_path / "bad.mtrec")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"there is no file .*none\.mtrec"):
        mt.load(tmp_path / "none.mtrec")


def test_classes_of_others_are_refused(saved, tmp_path):
    from mtrec_lib.core import sha256_bytes

    with zipfile.ZipFile(saved[1]) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    config["model"] = {"class_name": "Lambda", "module": "keras.layers", "config": {}}
    members["config.json"] = json.dumps(config).encode()
    manifest = json.loads(members["manifest.json"])
    manifest["sha256"]["config.json"] = sha256_bytes(members["config.json"])
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(tmp_path / "other.mtrec", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(CheckpointError, match="only these are loaded"):
        mt.load(tmp_path / "other.mtrec")


def test_an_old_file_survives_a_failed_save(saved, tmp_path):
    path = tmp_path / "kept.mtrec"
    path.write_bytes(b"old")
    with pytest.raises(ParameterError, match="can be saved"):
        mt.save(object(), path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["kept.mtrec"]


def test_a_folder_is_no_place_for_a_file_and_no_model(saved, tmp_path):
    with pytest.raises(ParameterError, match=r"path must name a file, such as .*model\.mtrec"):
        mt.save(saved[0], tmp_path)
    with pytest.raises(CheckpointError, match="is a folder; name the file"):
        mt.load(tmp_path)


def _zipped(path, **members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"data_json": []}, "holds no model of mtrec: it has no manifest"),
        ({"manifest_json": []}, "has format None and this version reads format 2"),
        ({"manifest_json": {"format": 1, "sha256": {}}}, "has format 1 .* save the model again"),
        ({"manifest_json": {"format": 2, "kind": "song", "sha256": {}}}, "of the kind 'song'"),
        ({"manifest_json": {"format": 2, "kind": "counting", "sha256": {}}}, "does not hold what"),
        ({"manifest_json": {"format": 2, "kind": "counting"}}, "damaged, or no saved model"),
    ],
)
def test_another_file_is_refused_and_says_what_it_is(members, message, tmp_path):
    with pytest.raises(CheckpointError, match=message):
        mt.load(_zipped(tmp_path / "other.mtrec", **members))


def test_a_text_is_no_saved_model(tmp_path):
    (tmp_path / "notes.mtrec").write_text("hello")
    with pytest.raises(CheckpointError, match="no saved model at all"):
        mt.load(tmp_path / "notes.mtrec")


def test_a_class_that_is_none_of_mtrec_is_not_saved(films_split, tmp_path):
    class Mine(mt.baselines.Popularity):
        """A reader's own."""

    with pytest.raises(ParameterError, match=r"Mine is no class of mt\.baselines"):
        mt.save(Mine().fit(films_split), tmp_path / "mine.mtrec")
    with pytest.raises(ParameterError, match="not fitted"):
        mt.save(mt.baselines.Popularity(), tmp_path / "empty.mtrec")


def test_the_identity_of_the_data_stands_in_the_file(saved, films, films_split, tmp_path):
    model = mt.baselines.NGram(order=1).fit(films_split, parts=("train", "validation"))
    again = mt.load(mt.save(model, tmp_path / "counts.mtrec"))
    log = {"log": "films", "sha256": films.hash, "protocol": "leave_last_out"}
    assert again.fitted_on == log | {"parts": ["train", "validation"]}
    assert mt.load(saved[1]).fitted_on == log


def test_ids_of_people_that_are_text_are_kept_without_pickle(films_split, tmp_path):
    log = films_split.log
    events = log.events.with_columns(user_id=pl.format("person {}", "user_id"))
    split = mt.data.split(replace(log, events=events.sort("user_id", "timestamp", "row")))
    model = mt.baselines.TIFUKNN(neighbours=2).fit(split)
    again = mt.load(mt.save(model, tmp_path / "text.mtrec"))
    own = Histories.from_events(split.train, log.catalogue)  # nearest to each is their own vector
    np.testing.assert_array_equal(again.scores(own), model.scores(own))
    others = replace(own, users=np.full(len(own), "somebody"))
    assert not np.array_equal(again.scores(own), again.scores(others))


def test_nobodys_past_travels_with_a_next_basket_model(films_split):
    model = mt.models.NextBasket(language=False, hidden=4, per_person=2, epochs=1).fit(films_split)
    assert not hasattr(model.counts, "_pasts")
