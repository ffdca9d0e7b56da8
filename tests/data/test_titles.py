import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtrec_lib.data.titles import display, key, split_year


@pytest.mark.parametrize(
    ("stored", "displayed"),
    [
        ("Usual Suspects, The (1995)", "The Usual Suspects (1995)"),
        ("Christmas Carol, A (1938)", "A Christmas Carol (1938)"),
        ("Enfer, L' (1994)", "L'Enfer (1994)"),
        ("Boot, Das (1981)", "Das Boot (1981)"),
        ("Postino, Il (1994)", "Il Postino (1994)"),
        ("Soliti ignoti, I", "I Soliti ignoti"),
        ("Olvidados, Los (1950)", "Los Olvidados (1950)"),
        (
            "Umbrellas of Cherbourg, The (Parapluies de Cherbourg, Les) (1964)",
            "The Umbrellas of Cherbourg (Les Parapluies de Cherbourg) (1964)",
        ),
        ("Good, The Bad and The Ugly, The (1966)", "The Good, The Bad and The Ugly (1966)"),
        (
            "Seventh Seal, The (Sjunde inseglet, Det) (1957)",
            "The Seventh Seal (Det Sjunde inseglet) (1957)",
        ),
        ("Paris, Texas (1984)", "Paris, Texas (1984)"),
        ("Me, Myself & I", "Me, Myself & I"),
        ("None", "None"),
        ("  Night   Bus 🚌 (2015)", "Night Bus 🚌 (2015)"),
        ("春天的信 (2001)", "春天的信 (2001)"),
        ("", ""),
    ],
)
def test_display_turns_the_article_back(stored, displayed):
    assert display(stored) == displayed


@given(st.text(max_size=40))
def test_display_is_settled_after_a_few_turns_and_never_fails(title):
    # A title may end in several articles; each pass turns one back, none adds a character.
    displayed = display(title)
    assert len(displayed) <= len(title)


@pytest.mark.parametrize(
    ("title", "name", "year"),
    [
        ("Fargo (1996)", "Fargo", 1996),
        ("2001 (1968) ", "2001", 1968),
        ("Blade Runner 2049", "Blade Runner 2049", None),
        ("Shanghai Triad (Yao a yao) (1995)", "Shanghai Triad (Yao a yao)", 1995),
        ("unknown", "unknown", None),
    ],
)
def test_split_year(title, name, year):
    assert split_year(title) == (name, year)


@pytest.mark.parametrize(
    "spelling",
    ["Usual Suspects, The", "the usual suspects", "USUAL  SUSPECTS", "The Usual Suspects"],
)
def test_spellings_meet_in_the_key(spelling):
    assert key(spelling) == "usual suspects"


def test_key_ignores_width_and_the_form_of_the_apostrophe():
    # NFKC: full-width letters become plain ones.
    assert key("ＦＡＲＧＯ") == "fargo"
    assert key("L\N{RIGHT SINGLE QUOTATION MARK}Enfer") == key("Enfer, L'") == "enfer"


def test_a_name_that_is_only_an_article_stays():
    assert key("A") == "a"
    assert key("The") == "the"


def test_key_can_keep_the_article():
    assert key("Hard, Die", keep_article=True) == "die hard"
    assert key("Die Hard") == "hard"
