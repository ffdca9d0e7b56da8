"""Settings of a training: every border is checked before anything starts."""

import numpy as np
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.training.settings import settled

Settings = mt.training.Settings


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"epochs": 0}, "epochs must be a whole number ≥ 1, got 0"),
        ({"epochs": 1.5}, "epochs must be a whole number ≥ 1, got 1.5"),
        ({"epochs": True}, "epochs must be a whole number ≥ 1, got True"),
        ({"batch_size": 0}, "batch_size must be a whole number ≥ 1, got 0"),
        ({"every": 0}, "every must be a whole number ≥ 1, got 0"),
        ({"patience": -1}, "patience must be a whole number ≥ 0, or None, got -1"),
        ({"seed": 0.5}, "seed must be a whole number, got 0.5"),
        ({"learning_rate": -1}, "learning_rate must be a finite number > 0, got -1"),
        ({"learning_rate": float("nan")}, "learning_rate must be .* got nan"),
        ({"learning_rate": "0.1"}, "learning_rate must be .* got '0.1'"),
        ({"weight_decay": float("inf")}, "weight_decay must be .* ≥ 0, got inf"),
        ({"average": 1.0}, r"average must be .* in \[0, 1\), or None, got 1.0"),
        ({"hide_ratings": 2}, r"hide_ratings must be .* in \[0, 1\], got 2"),
        ({"max_seconds": float("nan")}, "max_seconds must be .* got nan"),
        ({"jit_compile": 1}, "jit_compile must be True or False, got 1"),
        ({"parts": ("validation",)}, "parts must be .*got"),
        ({"parts": None}, "parts must be .*got None"),
        ({"monitor": "ndgc@10"}, "monitor must be .* did you mean 'ndcg@10'"),
        ({"monitor": ["loss"]}, "monitor must be .* got"),
        ({"monitor": None, "patience": 2}, "patience waits for a better monitor"),
        ({"parts": ("train", "validation")}, "monitor must be None where the validation part"),
    ],
)
def test_a_value_out_of_range_is_refused_by_its_name(wrong, message):
    with pytest.raises(ParameterError, match=message):
        Settings(**wrong)


def test_numbers_of_numpy_become_plain_ones():
    # a checkpoint's identity is JSON, which knows no int64
    settings = Settings(epochs=np.int64(3), learning_rate=np.float32(0.5))
    assert (type(settings.epochs), type(settings.learning_rate)) == (int, float)


def test_keywords_change_settings_and_leave_the_rest():
    changed = settled(Settings(epochs=3, seed=7), {"epochs": 4})
    assert (changed.epochs, changed.seed) == (4, 7)
    assert settled(None, {}) == Settings()


def test_a_misspelt_keyword_names_the_nearest():
    with pytest.raises(ParameterError, match="fit has no argument 'epoch'; did you mean 'epochs'"):
        settled(None, {"epoch": 3})


def test_settings_are_no_dictionary():
    with pytest.raises(ParameterError, match=r"settings must be mt\.training\.Settings"):
        settled({"epochs": 3}, {})


def test_a_part_may_be_written_as_a_word():
    assert Settings(parts="train").parts == ("train",)
