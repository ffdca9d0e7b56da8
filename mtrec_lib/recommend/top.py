"""The best items for one past."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mtrec_lib.core.errors import DivergedError, ParameterError
from mtrec_lib.core.suggest import nearest
from mtrec_lib.data import Histories
from mtrec_lib.data.catalogue import ItemId
from mtrec_lib.data.splitting.parts import PARTS, place_of
from mtrec_lib.evaluation import Scorer
from mtrec_lib.evaluation.same_items import check_same_items
from mtrec_lib.evaluation.scorer import name_of
from mtrec_lib.recommend import typed
from mtrec_lib.recommend.candidates import Choice, candidates
from mtrec_lib.recommend.recommendations import Recommendations

if TYPE_CHECKING:
    from mtrec_lib.data import Catalogue, Split


def top(
    model: Scorer,
    history: Sequence[ItemId] | Histories | None = None,
    k: int = 10,
    exclude_seen: bool | None = None,
    ratings: Sequence[float | None] | None = None,
    on_unknown: str = "raise",
    only: Choice | None = None,
    exclude: Choice | None = None,
) -> Recommendations:
    """The ``k`` best items for one past, best first.

    Equal scores are ordered by popularity, then by the catalogue: the same call gives the same
    list. Somebody without a known item gets the most popular items, and the ``reason`` says so.

    Args:
        model: any :class:`mtrec_lib.evaluation.Scorer`.
        history: titles or values of ``item_id``, oldest first; or one past as a
            :class:`mtrec_lib.data.Histories`; None or ``[]`` for somebody new.
        k: length of the list, 1 … items of the catalogue; shorter where fewer items are left.
        exclude_seen: leave out what is in the past. None: only where nobody repeats, as the
            model says.
        ratings: one a typed item, None where there is none.
        on_unknown: ``raise``, or ``skip`` what is in no catalogue and count it in ``skipped``.
        only: what may be recommended, decided before the list is cut at ``k``: a list of titles
            or ids; a mask, one boolean an item; a dictionary from a column of the items to what
            it must be, such as ``{"categories": ["Drama", "War"]}`` (one of them is enough); or a
            polars expression over the items, such as ``pl.col("year") >= 1990``.
        exclude: what may not be recommended, in the same forms; it wins over ``only``.

    Returns:
        The list; empty, and saying so, where all that may be recommended has been seen.

    Raises:
        UnknownItemError: a typed item is in no catalogue; the nearest titles are named.
        AmbiguousItemError: a typed title fits several items; they are listed.
        ParameterError: ``k`` out of range, not one past, or ``only`` and ``exclude`` that leave
            nothing, name what no item has, or do not fit the catalogue.
        DivergedError: the model scored an item with NaN or infinity.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=200))
    >>> model = mt.baselines.Popularity().fit(split)
    >>> len(mt.recommend.top(model, history=[], k=3))
    3
    >>> shelf = mt.recommend.top(model, k=3, only={"categories": "Lamp"})
    >>> {name for row in shelf for name in row["categories"]}
    {'Lamp'}

    Taught in chapter 09.
    """
    catalogue = model.catalogue
    _check_k(k, catalogue.size)
    allowed = candidates(catalogue, only, exclude)
    past, skipped = _past(catalogue, history, ratings, on_unknown)
    seen = past.seen_mask(catalogue.size)[0]  # (items,)
    cold = not seen.any()
    popularity = np.asarray(model.popularity, np.float64)
    scores = popularity if cold else _scores(model, past)
    leave_out = not repeats(model) if exclude_seen is None else exclude_seen
    rows = np.flatnonzero(allowed & ~seen if leave_out else allowed)
    best = rows[np.lexsort((rows, -popularity[rows], -scores[rows]))][:k]
    reason = "cold_start" if cold else "history"
    titles = tuple(catalogue.title(int(item)) for item in past.flat("item")[1])
    return Recommendations(_frame(catalogue, best, scores, reason), model.name, titles, skipped)


def for_user(
    model: Scorer,
    split: "Split",
    user_id: int | str,
    k: int = 10,
    part: str | None = "test",
    **options: Any,
) -> Recommendations:
    """The ``k`` best items for a person of the log, as they stood before a part began.

    Args:
        model: as for :func:`top`.
        split: a split log.
        user_id: a value of ``user_id``.
        k: length of the list.
        part: the past ends before the person's first event of this part; None: it is whole.
            An item of it that the model's catalogue does not have is read as unknown.
        options: further arguments of :func:`top`, such as ``only`` and ``exclude``.

    Raises:
        ParameterError: nobody of the log has this ``user_id``, no such part, or a log of other
            items than the model's.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=200))
    >>> model = mt.baselines.Popularity().fit(split)
    >>> person = split.events["user_id"][0]
    >>> len(mt.recommend.for_user(model, split, person, k=3))
    3

    Taught in chapter 09.
    """
    check_same_items(model, split)
    mine = split.events.filter(pl.col("user_id") == _user(split, user_id))
    earlier = PARTS if part is None else PARTS[: place_of(part)]
    events = mine.filter(pl.col("part").is_in(earlier))
    past = Histories.from_events(events, model.catalogue) if events.height else None
    return top(model, past, k, **options)


def _check_k(k: int, size: int) -> None:
    whole = isinstance(k, int | np.integer) and not isinstance(k, bool)
    if not whole or not 1 <= k <= size:
        raise ParameterError(f"k must be an integer in 1 … {size} (the catalogue), got {k!r}")


def _past(
    catalogue: "Catalogue",
    history: Sequence[ItemId] | Histories | None,
    ratings: Sequence[float | None] | None,
    on_unknown: str,
) -> tuple[Histories, tuple[str, ...]]:
    if not isinstance(history, Histories):
        return typed.read(catalogue, [] if history is None else history, ratings, on_unknown)
    if len(history) != 1:
        raise ParameterError(f"history must be one past, got {len(history)}; pass histories[0]")
    if ratings is not None:
        raise ParameterError("ratings go with a typed history; Histories carry their own")
    return history, ()


def _scores(model: Scorer, past: Histories) -> np.ndarray:
    """``(items,)`` finite scores."""
    scores = np.asarray(model.scores(past), np.float64)
    if scores.shape != (1, model.catalogue.size):
        raise ParameterError(
            f"scores of {model.name!r} must be (1, {model.catalogue.size}), got {scores.shape}"
        )
    bad = int((~np.isfinite(scores)).sum())
    if bad:
        raise DivergedError(
            f"{model.name!r} gave {bad} of {scores.size} items a score that is no finite number; "
            "train it again with a lower learning rate"
        )
    return scores[0]


def repeats(model: object) -> bool:
    """Whether people come back to the same item in the log that the model was fitted on.

    Raises:
        ParameterError: neither the model nor its ``inputs`` say.
    """
    for holder in (model, getattr(model, "inputs", None)):
        says = getattr(holder, "repeats", None)
        if says is not None:
            return bool(says)
    raise ParameterError(
        f"{name_of(model)} does not say whether people of its log repeat; give the class an "
        "attribute repeats (True or False), or pass exclude_seen"
    )


def _frame(
    catalogue: "Catalogue", rows: np.ndarray, scores: np.ndarray, reason: str
) -> pl.DataFrame:
    items = catalogue.items[rows.tolist()]
    none = pl.lit([], dtype=pl.List(pl.String))
    categories = pl.col("categories") if "categories" in items.columns else none
    return items.select(
        pl.Series("rank", np.arange(1, len(rows) + 1), dtype=pl.UInt32),
        pl.col("item_id"),
        pl.Series("title", [catalogue.titles[row] for row in rows], dtype=pl.String),
        categories.alias("categories"),
        pl.Series("score", scores[rows], dtype=pl.Float64),
        pl.lit(reason).alias("reason"),
    )


def _user(split: "Split", user_id: int | str) -> int | str:
    """``user_id`` as the log writes it: 7 and "7" both mean the person 7."""
    users = split.events["user_id"].unique(maintain_order=True)
    if users.dtype.is_integer() and isinstance(user_id, str) and user_id.strip().isdecimal():
        user_id = int(user_id)
    if users.dtype == pl.String:
        user_id = str(user_id)
    if user_id in users.to_list():
        return user_id
    close = nearest(str(user_id), users.cast(pl.String).to_list()) or users.head(3).to_list()
    raise ParameterError(
        f"user_id must be one of the {len(users)} people of {split.log.name!r}, got {user_id!r}; "
        f"for instance {', '.join(map(str, close))}"
    )
