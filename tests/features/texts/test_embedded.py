"""Vectors of texts are computed once."""

import numpy as np
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError


class Lengths:
    """An encoder that counts how often it is asked."""

    def __init__(self):
        self.asked = 0

    def __call__(self, texts):
        self.asked += 1
        return np.array([[len(text), 1] for text in texts], np.float64)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MTREC_HOME", str(tmp_path))
    return tmp_path


def test_the_second_time_nothing_is_computed():
    encode = Lengths()
    first = mt.features.embedded(["a", "bcd"], encode, "lengths")
    again = mt.features.embedded(("a", "bcd"), encode, "lengths")
    assert first.tolist() == again.tolist() == [[1, 1], [3, 1]]
    assert first.dtype == again.dtype == np.float32
    assert encode.asked == 1


@pytest.mark.parametrize(
    ("texts", "key"),
    [(["a", "b!"], "one"), (["b", "a"], "one"), (["ab"], "one"), (["a", "b"], "2")],
)
def test_other_texts_another_order_or_another_key_are_another_entry(texts, key):
    encode = Lengths()
    mt.features.embedded(["a", "b"], encode, "one")
    mt.features.embedded(texts, encode, key)
    assert encode.asked == 2


@pytest.mark.parametrize("damage", ["flip", "cut", "no manifest", "no numbers", "empty manifest"])
def test_a_damaged_entry_is_made_anew(home, damage):
    encode = Lengths()
    mt.features.embedded(["a", "bcd"], encode, "lengths")
    (numbers,), (manifest,) = home.glob("*/*.npy"), home.glob("*/*.json")
    content = numbers.read_bytes()
    if damage == "flip":
        numbers.write_bytes(content[:-1] + b"\x01")
    elif damage == "cut":
        numbers.write_bytes(content[:-4])
    elif damage == "empty manifest":
        manifest.write_text("[]", encoding="utf-8")
    else:
        (manifest if damage == "no manifest" else numbers).unlink()
    assert mt.features.embedded(["a", "bcd"], encode, "lengths").tolist() == [[1, 1], [3, 1]]
    assert encode.asked == 2
    mt.features.embedded(["a", "bcd"], encode, "lengths")
    assert encode.asked == 2


@pytest.mark.parametrize(
    "encode",
    [lambda texts: [1.0], lambda texts: [[1.0]], lambda texts: [[1.0], [float("nan")]]],
    ids=["one axis", "one row", "not a number"],
)
def test_what_is_no_table_of_numbers_is_refused_and_not_kept(home, encode):
    with pytest.raises(ParameterError, match="encode must give 2 rows"):
        mt.features.embedded(["a", "b"], encode, "bad")
    assert not list(home.rglob("*.npy"))


def test_a_key_is_needed():
    with pytest.raises(ParameterError, match="key must name"):
        mt.features.embedded(["a"], Lengths(), "")
