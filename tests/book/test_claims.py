"""``check``, ``claim``, ``show`` and ``table``."""

import json

import numpy as np
import pytest

from mtrec_lib.book import check, claim, context, show, table
from mtrec_lib.book.errors import CheckError, ClaimError
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.evaluation import compare_values


def test_a_check_prints_its_words_and_no_number(capsys):
    check("the parts add up", np.array([0.1, 0.2]).sum(), 0.3)
    assert capsys.readouterr().out == "✓ the parts add up\n"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1.0, 1.1),
        (np.nan, np.nan),
        ([1.0, 2.0], [1.0, 2.1]),
        ([1.0, 2.0], [1.0, 2.0, 3.0]),
        ("a", "b"),
        (True, False),
        (np.ones((2, 3)), np.ones((3, 2))),
    ],
)
def test_a_false_check_raises_and_shows_both_sides(a, b):
    with pytest.raises(CheckError, match=r"(?s)left:.*right:"):
        check("they agree", a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1.0, 1.0 + 1e-9),
        (1e9, 1e9 + 1.0),
        ([1.0, 1.0], 1.0),
        ((3, 4), np.array([3, 4])),
        (["x", "y"], ["x", "y"]),
        (np.inf, np.inf),
        (np.zeros((0, 3)), np.zeros((0, 3))),
    ],
)
def test_a_true_check_holds(a, b):
    check("they agree", a, b)


def test_a_check_raises_even_where_a_claim_would_not():
    context.current().defaults = False
    with pytest.raises(AssertionError):
        check("one is two", 1, 2)


def test_a_true_claim_returns_its_sentence_and_is_recorded(capsys):
    assert claim("counts are strong", np.bool_(True)) == "counts are strong"
    assert capsys.readouterr().out == "✓ counts are strong\n"
    assert context.current().claims == {"counts are strong": True}


def test_a_false_claim_raises_at_the_stored_parameters():
    with pytest.raises(ClaimError, match="counts are weak"):
        claim("counts are weak", False)


def test_a_false_claim_goes_on_elsewhere_and_its_title_says_so(capsys):
    context.current().defaults = False
    assert claim("counts are weak", False) == "Not so here: counts are weak"
    assert capsys.readouterr().out == "✗ counts are weak\n"


def test_an_untested_claim_says_so(capsys):
    assert claim("ratings help", None).startswith("Not tested here")
    assert "not tested here" in capsys.readouterr().out
    assert context.current().claims == {"ratings help": None}


AHEAD = compare_values([0.5, 0.6, 0.8], [0.1, 0.3, 0.2], "hr@10")  # .4, .3, .6: .43 ± .38
UNSURE = compare_values([0.5, 0.6, 0.8], [0.1, 0.9, 0.2], "hr@10")


def test_a_comparison_writes_its_word_and_its_figures(capsys):
    assert claim("counts {rank} dice", AHEAD) == "Counts rank better than dice (1 seed)"
    assert capsys.readouterr().out == (
        "✓ Counts rank better than dice (1 seed)\n"
        "  ≈ ahead by 0.43 (0.05 to 0.81), hr@10, 3 people, 1 seed\n"
    )
    assert context.current().claims == {"Counts rank better than dice (1 seed)": True}


def test_with_other_data_the_sentence_changes_and_not_the_truth():
    assert claim("counts {rank} dice", UNSURE) == "Counts cannot be told apart from dice (1 seed)"
    assert list(context.current().claims.values()) == [True]


def test_several_comparisons_are_listed_by_name(capsys):
    claim("{names} {ranks} dice", {"counts": AHEAD, "GPT": UNSURE, "BERT": None})
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == "✓ Counts ranks better than dice; GPT cannot be told apart from dice (1 seed)"
    assert [line.partition(" ≈")[0] for line in rest] == ["  counts:", "  GPT:"]


@pytest.mark.parametrize("compared", [None, {}, {"counts": None}])
def test_a_comparison_that_cannot_be_made_is_an_open_question(compared, capsys):
    claim("{names} {rank} dice", compared)
    words = "One model rank better or worse than dice"
    assert capsys.readouterr().out == f"– {words} (not tested here)\n"
    assert context.current().claims == {words: None}


@pytest.mark.parametrize("compared", [True, False, np.bool_(True), None, 0.3, AHEAD])
@pytest.mark.parametrize(
    "words",
    ["beats", "is better than", "is worse than", "is level with", "is as good as", "hardly moves"],
)
def test_a_comparing_word_is_not_written_by_hand(words, compared):
    with pytest.raises(ParameterError, match=r"by itself.*hand over the comparison"):
        claim(f"the GPT {words} popularity", compared)


@pytest.mark.parametrize("compared", [True, 0.3, {"counts": True}])
def test_a_place_for_a_word_wants_a_comparison(compared):
    with pytest.raises(ParameterError, match="was handed"):
        claim(
            "{names} {rank} popularity" if isinstance(compared, dict) else "it {ranks} dice",
            compared,
        )


def test_show_prints_behind_the_mark_and_keeps_the_exact_number(capsys):
    assert show("gpt.ndcg@10", 0.1034567, tol=0.003) == 0.1034567
    assert capsys.readouterr().out == "gpt.ndcg@10 ≈ 0.1035\n"
    assert context.current().metrics["gpt.ndcg@10"] == {"value": 0.1034567, "tol": 0.003}


def test_a_number_that_is_not_finite_is_recorded_as_null():
    show("loss", float("nan"), tol=0.1)
    assert context.current().metrics["loss"]["value"] is None


@pytest.mark.parametrize("name", ["GPT", "gpt ndcg", "", "gpt..ndcg", ".gpt"])
def test_a_name_is_lower_case_with_dots(name):
    with pytest.raises(ParameterError, match="name must be"):
        show(name, 1.0, tol=0.1)


@pytest.mark.parametrize("tol", [-1.0, float("nan"), float("inf")])
def test_a_tolerance_is_finite_and_not_negative(tol):
    with pytest.raises(ParameterError, match="tol"):
        show("loss", 1.0, tol=tol)


def test_a_table_records_every_cell_and_dashes_what_is_missing(capsys):
    table({"gpt": {"hr@10": 0.2, "auc": None}, "counts": {"auc": 0.5}}, 0.01, prefix="test")
    assert set(context.current().metrics) == {"test.gpt.hr@10", "test.counts.auc"}
    assert capsys.readouterr().out.splitlines() == [
        "        hr@10       auc",
        "gpt     ≈ 0.2       –",
        "counts  –           ≈ 0.5",
    ]


def test_what_is_stated_goes_to_the_runs_folder(tmp_path):
    run = context.current()
    run.folder = tmp_path
    claim("it holds", True)
    show("loss", 1.25, tol=0.5)
    record = json.loads((tmp_path / context.RECORD).read_text(encoding="utf-8"))
    assert record["metrics"] == {"loss": {"value": 1.25, "tol": 0.5}}
    assert record["claims"] == [{"sentence": "it holds", "truth": True}]
