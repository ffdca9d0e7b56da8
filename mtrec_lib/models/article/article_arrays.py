"""The events of a log as the article's model sees them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mtrec_lib.core import generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.models.article.article_model import CATEGORIES, VOCABULARY
from mtrec_lib.models.article.article_text import ARTICLE_LENGTH

if TYPE_CHECKING:
    from mtrec_lib.data import Catalogue, Queries, Split


@dataclass(frozen=True, eq=False)
class ArticleArrays:
    """What :class:`ArticleModel` is trained on: ``model.fit(arrays.x, arrays.y)``.

    Attributes:
        x: ``history`` ``(n, max_length)`` and ``category`` ``(n, 1)``, int32.
        y: ``(n, 1)`` float32, 1 for a like.
        rows: ``(n,)`` places in ``split.events``.
        categories: the ten names that ``category`` numbers from 0.
        without_category: rows left out because their item has none of the ten.
        without_label: rows left out because nobody said whether they liked it.

    Taught in chapter 04.
    """

    x: dict[str, np.ndarray]
    y: np.ndarray
    rows: np.ndarray
    categories: tuple[str, ...]
    without_category: int
    without_label: int

    def __len__(self) -> int:
        return len(self.rows)


def article_arrays(
    split: "Split",
    part: str = "train",
    max_length: int = ARTICLE_LENGTH,
    sample: int | None = None,
    seed: int = 0,
) -> ArticleArrays:
    """The events of a part as the article's model sees them.

    Its ten categories are the ten commonest of the catalogue; an item counts for the first of its
    own, in the order the catalogue lists them, that is among the ten. Rows whose item has none, or
    without a label, are left out and counted.

    Args:
        split: a split log with likes, or with ratings and ``about.like_at``.
        part: ``train``, ``validation`` or ``test``.
        max_length: the last so many items before the event, left-padded (≥ 1).
        sample: so many of the remaining rows (≥ 1), drawn without replacement and kept in order;
            all of them where None or where there are fewer.
        seed: of the draw.

    Raises:
        ParameterError: the log has no likes, the catalogue does not fit into 10,000 ids, or a
            number is out of range.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> arrays = article_arrays(split, "train", max_length=5, sample=8)
    >>> arrays.x["history"].shape, arrays.y.shape
    ((8, 5), (8, 1))

    Taught in chapter 04.
    """
    _check(split, max_length, sample)
    catalogue = split.log.catalogue
    queries = split.queries(part, every_event=True)
    like = _likes(split)[queries.rows]  # NaN where unknown
    category = article_categories(catalogue)[queries.target_items]  # −1 where none of the ten
    chosen = np.flatnonzero((category >= 0) & ~np.isnan(like))
    if sample is not None and sample < len(chosen):
        rng = generator(seed, "article", part)
        chosen = np.sort(rng.choice(chosen, sample, replace=False))
    return ArticleArrays(
        x=_inputs(queries, category, chosen, max_length),
        y=like[chosen, None].astype(np.float32),
        rows=queries.rows[chosen],
        categories=catalogue.categories[:CATEGORIES],
        without_category=int((category < 0).sum()),
        without_label=int((np.isnan(like) & (category >= 0)).sum()),
    )


def article_categories(catalogue: "Catalogue") -> np.ndarray:
    """The article's category of each id.

    Returns:
        ``(size + 2,)`` int32: 0 … 9 for the ten commonest categories of the catalogue, −1 for
        items with none of them, for padding and for unknown.

    Taught in chapter 04.
    """
    number = {name: place for place, name in enumerate(catalogue.categories[:CATEGORIES])}
    listed: list[list[str] | None] = catalogue.items["categories"].to_list()
    first = (next((number[n] for n in names or () if n in number), -1) for names in listed)
    return np.array([-1, -1, *first], np.int32)


def _inputs(
    queries: "Queries", category: np.ndarray, chosen: np.ndarray, max_length: int
) -> dict[str, np.ndarray]:
    history = queries.histories[chosen].last(max_length, "item").astype(np.int32)
    return {"history": history, "category": category[chosen, None]}


def _likes(split: "Split") -> np.ndarray:
    """``(events,)`` 1 for a like, 0 for none, NaN where unknown."""
    return split.events.select(split.log.label("like")).to_series().fill_null(np.nan).to_numpy()


def _check(split: "Split", max_length: int, sample: int | None) -> None:
    log = split.log
    if log.label("like") is None:
        raise ParameterError(
            f"the article's label is a like, and {log.name!r} has neither likes nor ratings with "
            "about.like_at; take another log"
        )
    if log.catalogue.size + 2 > VOCABULARY:
        raise ParameterError(
            f"the article's model has {VOCABULARY:,} ids, the catalogue of {log.name!r} needs "
            f"{log.catalogue.size + 2:,}; load it with coarser items"
        )
    for name, value in (("max_length", max_length), ("sample", sample)):
        if value is not None and value < 1:
            raise ParameterError(f"{name} must be ≥ 1, got {value}")
