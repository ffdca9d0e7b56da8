"""Sentences whose word a comparison writes."""

import pytest

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.evaluation.comparisons.sentences import open_question, written
from tests.evaluation.comparisons.test_comparison import comparison

AHEAD, BEHIND, UNSURE = comparison(0.01, 0.02), comparison(-0.02, -0.01), comparison(-0.01, 0.02)


@pytest.mark.parametrize(
    ("compared", "sentence"),
    [
        (AHEAD, "Counts rank better than the GPT (1 seed)"),
        (BEHIND, "Counts rank worse than the GPT (1 seed)"),
        (UNSURE, "Counts cannot be told apart from the GPT (1 seed)"),
        (comparison(-0.01, 0.02, 0.01), "Counts rank no worse than the GPT (δ = 0.01, 1 seed)"),
        (comparison(-0.01, 0.02, 0.03), "Counts rank level with the GPT (δ = 0.03, 1 seed)"),
        (comparison(0.01, 0.02, 0.003), "Counts rank better than the GPT (1 seed)"),
        (comparison(0.01, 0.02, seeds=(0, 0)), "Counts rank better than the GPT"),
        (comparison(0.01, 0.02, seeds=(5, None)), "Counts rank better than the GPT (5 seeds)"),
    ],
)
def test_one_comparison_completes_the_verb(compared, sentence):
    assert written("counts {rank} the GPT", compared) == sentence


def test_several_are_listed_by_their_word():
    compared = {"counts": AHEAD, "BERT": BEHIND, "the GPT": AHEAD}
    assert written("Simulated: {names} {ranks} item-kNN", compared) == (
        "Simulated: counts and the GPT rank better than item-kNN; "
        "BERT ranks worse than item-kNN (1 seed)"
    )


def test_the_other_sides_may_have_the_names():
    compared = {"popularity": AHEAD, "item-kNN": AHEAD, "the GPT": UNSURE}
    assert written("In this run counts {rank} {names}", compared) == (
        "In this run counts rank better than popularity and item-kNN; "
        "cannot be told apart from the GPT (1 seed)"
    )


def test_of_different_seeds_none_are_named_behind_the_sentence():
    compared = {"counts": AHEAD, "GPT": comparison(0.01, 0.02, seeds=(5, 5))}
    assert written("{names} {is} dice", compared) == "Counts and GPT are better than dice"


@pytest.mark.parametrize(
    ("template", "compared", "fault"),
    [
        ("Counts and the GPT", UNSURE, "one verb in braces"),
        ("Counts {rank} the GPT and {rank} dice", UNSURE, "one verb in braces"),
        ("Counts {rank} the GPT", {"counts": UNSURE}, "several comparisons for"),
        ("{names} {rank} the GPT", UNSURE, "one comparison for"),
    ],
)
def test_a_template_without_its_places_is_refused(template, compared, fault):
    with pytest.raises(ParameterError, match=fault):
        written(template, compared)


def test_what_was_not_measured_is_asked():
    assert open_question("{names} {rank} dice") == "One model rank better or worse than dice"
