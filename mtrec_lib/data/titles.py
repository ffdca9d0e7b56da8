"""Titles as people write them, and the key by which two spellings meet."""

import re
import unicodedata

_ARTICLES = (
    *("the", "a", "an"),
    *("le", "la", "les", "l'", "un", "une", "des"),
    *("der", "die", "das", "ein", "eine"),
    *("il", "lo", "i", "gli", "uno", "una"),
    *("el", "los", "las", "unos", "unas"),
    *("det", "den", "o", "os"),
)  # English, French, German, Italian, Spanish; Swedish and Portuguese, beyond these

_ARTICLE = "|".join(sorted(map(re.escape, _ARTICLES), key=len, reverse=True))
_TRAILING = re.compile(rf"(^|\()([^()]+?), ({_ARTICLE})(?=\s*(?:[()]|$))", re.IGNORECASE)
_LEADING = re.compile(rf"^(?:l'\s*|(?:{_ARTICLE})\s+)(?=\S)", re.IGNORECASE)
_YEAR = re.compile(r"\s*\((\d{4})\)\s*$")


def display(title: str) -> str:
    """A title with its article turned back to the front; so in an alternative title too.

    >>> display("Usual Suspects, The (1995)")
    'The Usual Suspects (1995)'
    >>> display("Star Maker, The (Uomo delle stelle, L') (1995)")
    "The Star Maker (L'Uomo delle stelle) (1995)"

    Taught in chapter 01.
    """
    return " ".join(_TRAILING.sub(_turned, title.strip()).split())


def _turned(match: re.Match[str]) -> str:
    opening, name, article = match.groups()
    article = article[0].upper() + article[1:]
    return f"{opening}{article}{'' if article.endswith(chr(39)) else ' '}{name.strip()}"


def split_year(title: str) -> tuple[str, int | None]:
    """The name and the year of ``Name (year)``; None where no year stands at the end.

    >>> split_year("Fargo (1996)")
    ('Fargo', 1996)

    Taught in chapter 01.
    """
    match = _YEAR.search(title)
    return (title[: match.start()].strip(), int(match[1])) if match else (title.strip(), None)


def key(name: str, keep_article: bool = False) -> str:
    """What two spellings of one name share: NFKC, no case, single spaces, the article in front.

    Args:
        name: a title without its year.
        keep_article: whether a leading article stays; a name that is only an article always does.

    >>> key("Usual  Suspects, The") == key("the usual suspects") == "usual suspects"
    True

    Taught in chapter 01.
    """
    text = unicodedata.normalize("NFKC", name).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    text = display(text).casefold()
    return text if keep_article else _LEADING.sub("", text)
