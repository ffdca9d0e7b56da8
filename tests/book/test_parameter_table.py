"""Names, types and ranges of parameters (faults 7 and 8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtrec_lib.book.parameter_table import KNOWN, TYPES
from mtrec_lib.book.values import checked, lookup, parse
from mtrec_lib.core.errors import ParameterError


@pytest.mark.parametrize(
    ("name", "kind", "words", "value"),
    [
        ("epochs", "int", "3", 3),
        ("seed", "int", "0", 0),
        ("learning_rate", "float", "1e-3", 0.001),
        ("use_text", "bool", "Yes", True),
        ("use_text", "bool", "off", False),
        ("user_id", "str", "007", "007"),
        ("dataset", "str", "ml-100k", "ml-100k"),
    ],
)
def test_words_become_values(name, kind, words, value):
    assert checked(name, parse(name, kind, words), kind) == value
    assert type(parse(name, kind, words)) is TYPES[kind]


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("epochs", "int", "three"),
        ("epochs", "int", "3.0"),
        ("seed", "int", "007"),
        ("use_text", "bool", "maybe"),
        ("dropout", "float", "a lot"),
        ("epochs", "int", ""),
    ],
)
def test_wrong_words_are_refused_with_the_name_and_the_words(name, kind, words):
    with pytest.raises(ParameterError, match=name) as caught:
        parse(name, kind, words)
    assert repr(words) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", -1),
        ("epochs", 0),
        ("learning_rate", float("nan")),
        ("learning_rate", 0.0),
        ("dropout", 1.0),
        ("k", 1_000_000_000),
        ("task_weights", ""),
        ("task_weights", "1,,2"),
        ("task_weights", "1,nan"),
        ("seeds", "0,1.5"),
        ("tasks", "like, "),
        ("dataset", ""),
    ],
)
def test_a_value_out_of_range_is_refused_with_the_range(name, value):
    with pytest.raises(ParameterError, match="must be") as caught:
        checked(name, value)
    assert repr(value) in str(caught.value)
    assert lookup(name).range in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"), [("epochs", True), ("epochs", 3.0), ("use_text", 1), ("dataset", 3)]
)
def test_a_value_of_another_type_is_refused(name, value):
    with pytest.raises(ParameterError, match="wants"):
        checked(name, value)


def test_a_whole_number_is_a_number():
    assert checked("learning_rate", 1) == 1.0


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(ParameterError, match="epochs"):
        lookup("epocs")


@given(st.sampled_from(sorted(KNOWN)), st.integers(-(10**12), 10**12))
def test_whatever_is_accepted_lies_in_the_range(name, value):
    known = KNOWN[name]
    try:
        result = checked(name, value)
    except ParameterError:
        return
    assert known.low <= result <= known.high


@given(st.integers(0, 10**15))
def test_whole_numbers_survive_being_typed(value):
    assert parse("seed", "int", str(value)) == value


def test_every_entry_says_what_it_means():
    for name, known in KNOWN.items():
        assert name.isidentifier()
        assert set(known.kinds) <= TYPES.keys()
        assert known.meaning
        assert not known.meaning.endswith(".")
