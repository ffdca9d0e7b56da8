"""A ranked list and where it comes from."""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from mtrec_lib.data.catalogue import ItemId


@dataclass(frozen=True, eq=False)
class Recommendations:
    """What a model recommends to one person, best first.

    Args:
        frame: one row an item: ``rank`` (1 is best), ``item_id``, ``title``, ``categories``,
            ``score`` (of the model, comparable within this list only; training count for a cold
            start), ``reason`` (``history``, or ``cold_start`` where no known item was there to
            go by and the most popular are shown).
        model: name of the model.
        history: titles that the list goes by, oldest first.
        skipped: names in the history that are in no catalogue and were left out.

    Titles are other people's text: they are printed without control characters, and escaped where
    a browser shows them.

    >>> frame = pl.DataFrame({"rank": [1], "item_id": [7], "title": ["<b>"], "categories": [[]],
    ...                       "score": [0.5], "reason": ["history"]})
    >>> recommended = Recommendations(frame, model="popularity")
    >>> recommended.titles
    ['<b>']
    >>> "<b>" in recommended._repr_html_()
    False

    Taught in chapter 09.
    """

    frame: pl.DataFrame
    model: str
    history: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def titles(self) -> list[str]:
        """Titles, best first."""
        return self.frame["title"].to_list()

    @property
    def item_ids(self) -> list[ItemId]:
        """Values of ``item_id``, best first."""
        return self.frame["item_id"].to_list()

    @property
    def cold_start(self) -> bool:
        """Whether nothing was known to go by."""
        return "cold_start" in self.frame["reason"]

    def __len__(self) -> int:
        return self.frame.height

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.frame.iter_rows(named=True)

    @property
    def caption(self) -> str:
        """One line: which model, and what the list goes by."""
        if self.cold_start:
            origin = "cold start, no known item in the history: the most popular"
        else:
            origin = f"after {', '.join(self.history[-3:])}"
            origin += f" and {len(self.history) - 3} earlier" if len(self.history) > 3 else ""
        origin += "" if len(self) else "; nothing is left: all that may be recommended was seen"
        lost = f"; {len(self.skipped)} unknown left out" if self.skipped else ""
        return f"{self.model}: {origin}{lost}"

    def __repr__(self) -> str:
        rows = [(str(rank), title, names) for rank, title, names in self._cells()]
        width = max((len(title) for _, title, _ in rows), default=0)
        lines = [f"{rank:>3}  {title:<{width}}  {names}".rstrip() for rank, title, names in rows]
        return "\n".join([plain(self.caption), *lines])

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><td>{rank}</td><td>{html.escape(title)}</td><td>{html.escape(names)}</td></tr>"
            for rank, title, names in self._cells()
        )
        head = "<tr><th>rank</th><th>title</th><th>categories</th></tr>"
        caption = html.escape(plain(self.caption))
        return f"<table><caption>{caption}</caption><thead>{head}</thead>{cells}</table>"

    def _cells(self) -> Iterator[tuple[int, str, str]]:
        for row in self:
            yield row["rank"], plain(row["title"]), plain(", ".join(row["categories"] or ()))


def plain(text: str) -> str:
    """``text`` without characters that move a cursor, switch colours or turn the writing round."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
