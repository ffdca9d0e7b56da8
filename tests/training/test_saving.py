"""A saved model is whole, checked, and free of code."""

import json
import zipfile

import numpy as np
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import CheckpointError, ParameterError


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
