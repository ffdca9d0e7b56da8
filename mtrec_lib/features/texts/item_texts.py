"""Items and events as text: templates are data, fields are cleaned, lengths are limited."""

import math
import re
import string
import unicodedata

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Catalogue, Histories, Log

PLACEHOLDER = "[UNK]"
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")  # they turn the text around them
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_EMPTY_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]|\{\s*\}")
_JOINERS = ("\N{ZERO WIDTH JOINER}", "\N{VARIATION SELECTOR-16}")


def item_texts(
    catalogue_or_log: Catalogue | Log,
    template: str = "{title} ({categories})",
    max_characters: int = 200,
) -> list[str]:
    """A text for every item of a catalogue.

    Args:
        catalogue_or_log: whose items.
        template: text with names of columns of the items in braces, such as ``{title}``,
            ``{categories}``, ``{year}`` or ``{price}`` (in the log's currency). Nothing else may
            stand in braces: a template is data and computes nothing.
        max_characters: a longer text is cut, never inside a character with its accents.

    Returns:
        Entry ``j`` belongs to id ``j + 2``. Control characters and line ends become spaces, a
        brace in a title stays a brace, what is missing leaves no empty brackets behind, and where
        nothing is left the text is ``[UNK]``.

    Raises:
        ParameterError: a field that the items do not have, or a limit below 1.

    >>> import polars as pl
    >>> items = pl.DataFrame({"item_id": [7, 9], "title": ["The Fall (2006)", " "]})
    >>> item_texts(Catalogue(items))
    ['The Fall (2006)', '[UNK]']
    >>> item_texts(Catalogue(items), "Film: {title}", max_characters=14)
    ['Film: The Fall', 'Film']

    Taught in chapter 05.
    """
    catalogue = (
        catalogue_or_log.catalogue if isinstance(catalogue_or_log, Log) else catalogue_or_log
    )
    _positive("max_characters", max_characters)
    known = ["title", "categories", *catalogue.items.columns]
    parts = _parsed(template, known)
    return [cut(_filled(parts, row), max_characters) for row in _rows(catalogue)]


def history_text(
    history: Histories,
    log: Log,
    template: str = "{title}: {rating}",
    separator: str = "; ",
    max_events: int = 20,
    max_characters: int = 600,
) -> str:
    """One past as text, oldest event first.

    Args:
        history: exactly one past.
        log: whose items it holds.
        template: of an event: names of columns of the items or of the past in braces. A number
            that is missing leaves no dangling punctuation.
        separator: between events.
        max_events: older ones are left out.
        max_characters: further old events are left out until the text fits; the newest is kept,
            and cut if it alone is longer.

    Returns:
        The text; ``[UNK]`` for an empty past.

    Raises:
        ParameterError: several pasts, an unknown field, or a limit below 1.

    >>> import polars as pl
    >>> items = pl.DataFrame({"item_id": [7, 9], "title": ["Fargo (1996)", "Heat (1995)"]})
    >>> import mtrec_lib as mt
    >>> log = mt.data.load("simulator", users=20, events=200)
    >>> past = Histories.from_lists([[2, 3]], rating=[[4.0, float("nan")]])
    >>> from dataclasses import replace
    >>> history_text(past, replace(log, items=items))
    'Fargo (1996): 4; Heat (1995)'

    Taught in chapter 05.
    """
    for name, value in (("max_events", max_events), ("max_characters", max_characters)):
        _positive(name, value)
    if len(history) != 1:
        raise ParameterError(f"history must hold one past, got {len(history)}: take history[0]")
    parts = _parsed(template, ["title", "categories", *log.items.columns, *history.columns])
    texts = [_filled(parts, row) for row in _events(history, log, max_events)]
    while len(texts) > 1 and len(separator.join(texts)) > max_characters:
        del texts[0]
    return cut(separator.join(texts), max_characters)


def clean(text: str) -> str:
    """One line of visible text: no control characters, half characters or turned directions.

    >>> clean("Two\\nlines\\x00 ")
    'Two lines'
    """
    text = _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return _SPACES.sub(" ", _HIDDEN.sub("", text)).strip()


def cut(text: str, max_characters: int) -> str:
    """The beginning of a text, never ending inside a character with what belongs to it."""
    end = min(len(text), max_characters)
    while 0 < end < len(text) and _belongs(text, end):
        end -= 1
    return text[:end].rstrip() or PLACEHOLDER


def _belongs(text: str, place: int) -> bool:
    """Whether what stands at ``place`` is one character with what stands before it."""
    here, before = text[place], text[place - 1]
    return bool(unicodedata.combining(here)) or here in _JOINERS or before == _JOINERS[0]


def _parsed(template: str, known: list[str]) -> list[tuple[str, str | None]]:
    """The template as pairs of plain text and the name of the field behind it."""
    try:
        pieces = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ParameterError(f"template {template!r}: {error}; write {{{{ for a brace") from error
    for _, name, form, conversion in pieces:
        if name is not None and (name not in known or form or conversion):
            raise ParameterError(
                f"template may name {', '.join(dict.fromkeys(known))} in braces and nothing else, "
                f"got {template!r}"
            )
    return [(text, name) for text, name, _, _ in pieces]


def _filled(parts: list[tuple[str, str | None]], row: dict[str, object]) -> str:
    """The template with the values of a row; a value is never read as a template."""
    text = "".join(plain + (_in_words(row.get(name)) if name else "") for plain, name in parts)
    return _EMPTY_BRACKETS.sub("", clean(text)).strip(" ,;:-\u2013\u2014")


def _in_words(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_in_words, value)))
    return f"{value:g}" if isinstance(value, float) else clean(str(value))


def _rows(catalogue: Catalogue) -> list[dict[str, object]]:
    rows = catalogue.items.to_dicts()
    return [row | {"title": title} for row, title in zip(rows, catalogue.titles, strict=True)]


def _events(history: Histories, log: Log, most: int) -> list[dict[str, object]]:
    """What the template may name of the last events, oldest first."""
    start = max(int(history.starts[0]), int(history.ends[0]) - most)
    columns = {name: c[start : int(history.ends[0])] for name, c in history.columns.items()}
    rows = log.catalogue.items[(columns["item"] - 2).clip(0).tolist()].to_dicts()
    unknown = {"title": PLACEHOLDER}
    values = {name: column.tolist() for name, column in columns.items()}
    return [
        (row | {"title": log.catalogue.title(item)} if item >= 2 else unknown)
        | {name: each[place] for name, each in values.items()}
        for place, (item, row) in enumerate(zip(values["item"], rows, strict=True))
    ]


def _positive(name: str, value: int) -> None:
    if value < 1:
        raise ParameterError(f"{name} must be at least 1, got {value}")
