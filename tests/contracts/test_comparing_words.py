"""Sentences that compare rest on a comparison; chapters not yet rewritten may only get better."""

import json

import pytest

from mtrec_lib.book.runs.notebooks import Notebook, all_notebooks
from tests.contracts.comparing_words import RECORDED, unbound
from tests.contracts.tree import ROOT

CURE = (
    "hand a claim its comparison, say the word that it says, and name the same sides; "
    "`python -m tests.contracts.comparing_words` lists the sentences"
)


def recorded() -> dict:
    return json.loads(RECORDED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("book", all_notebooks(ROOT / "chapters"), ids=lambda book: book.chapter)
def test_a_chapters_sentences_rest_on_comparisons(book):
    found = unbound(book)
    if book.chapter not in recorded()["unbound"]:
        assert found == [], CURE
    allowed = recorded()["unbound"].get(book.chapter, 0)
    assert len(found) <= allowed, "\n".join([CURE, *found])
    assert len(found) == allowed, f"fewer now: lower {book.chapter} to {len(found)}; {CURE}"


def test_no_chapter_that_is_bound_is_counted():
    counts = recorded()["unbound"]
    assert all(counts.values())
    assert not set(counts) - {book.chapter for book in all_notebooks(ROOT / "chapters")}


BETTER = (
    "✓ Decayed counts rank better than item-kNN (1 seed)\n"
    "  ≈ ahead by 0.047 (0.034 to 0.060), ndcg@10, 943 people, 1 seed\n"
)
OPEN = (
    "✓ Counts rank better than dice; the GPT cannot be told apart from dice (1 seed)\n"
    "  counts: ≈ ahead by 0.2 (0.1 to 0.3), ndcg@10, 943 people, 1 seed\n"
)
RECORD = (
    "NDCG@10 of a GPT over counts: 1.1 × (5 seeds against 1): better\n  recorded; `x` makes it\n"
)


@pytest.fixture
def chapter(tmp_path):
    """A function that writes a chapter of texts, and of code with what it printed."""

    def write(*cells: str | tuple[str, str]) -> Notebook:
        content = []
        for cell in cells:
            source, out = (cell, None) if isinstance(cell, str) else cell
            made = {"cell_type": "markdown" if out is None else "code", "source": source}
            if out is not None:
                made["outputs"] = [{"output_type": "stream", "text": out}]
            content.append(made)
        path = tmp_path / "98_words.ipynb"
        path.write_text(json.dumps({"cells": content}), encoding="utf-8")
        return Notebook(path)

    return write


@pytest.mark.parametrize(
    ("sentence", "printed"),
    [
        ("Decayed counts beat item-kNN.", BETTER),
        ("So counts, when decayed, are ahead of item-kNN.", BETTER),
        ("The GPT and dice cannot be told apart.", OPEN),
        ("The interval of GPT and dice holds zero.", OPEN),
        ("In the record the GPT is better than counts.", RECORD),
        ("Which is better, the GPT or counts?", ""),  # a question states nothing
        ('The word "better" is a claim.', ""),  # named, not used
        ("The call `better(x)` and $better$ are no prose.", ""),
    ],
)
def test_a_bound_sentence_is_none_of_its_business(chapter, sentence, printed):
    assert unbound(chapter("## 1. Ranking", ("x", printed), sentence)) == []


@pytest.mark.parametrize(
    ("sentence", "printed"),
    [
        ("Decayed counts beat item-kNN.", ""),  # nothing was compared
        ("Decayed counts are worse than item-kNN.", BETTER),  # another word
        ("Decayed counts are as good as item-kNN.", BETTER),
        ("The LSTM beats the trees.", BETTER),  # other sides
        ("The GPT is hardly better than dice.", OPEN),  # zero inside is not level
        ("Decayed counts beat item-kNN.", BETTER.splitlines()[0]),  # no figures
    ],
)
def test_an_unbound_sentence_is_found(chapter, sentence, printed):
    assert unbound(chapter("## 1. Ranking", ("x", printed), sentence))


def test_a_sentence_rests_on_its_own_section_and_the_closing_ones_on_all(chapter):
    first, said = "## 1. Ranking", "Decayed counts beat item-kNN."
    assert unbound(chapter(first, ("x", BETTER), "## 2. Likes", said))
    assert unbound(chapter(first, ("x", BETTER), f"{said}\n\n## 2. Likes\n\nNow likes.")) == []
    assert unbound(chapter(first, ("x", BETTER), f"## What we have shown\n\n- {said}")) == []


@pytest.mark.parametrize(
    "code",
    [
        'mt.book.claim("the GPT beats counts", True)',
        'words = "the GPT beats counts"\nmt.book.claim(words, low > 0)',
        'mt.book.title(ax, "Counts are hard to beat")',
        'ax.set(xlabel="x", title="Level with the trees")',
        'ax.set_title(f"{name} is behind")',
    ],
)
def test_a_word_typed_into_a_claim_or_a_title_is_found(chapter, code):
    assert unbound(chapter((code, "")))


def test_a_template_is_not_typed_by_hand(chapter):
    assert unbound(chapter(('mt.book.claim("Counts {rank} the GPT", gap)', ""))) == []
