"""Whether a model and a split number the same items."""

from collections.abc import Sequence

import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.catalogue import FIRST
from mtrec_lib.data.splitting.splits import Split
from mtrec_lib.evaluation.scorer import name_of

CURE = "load the split that it was fitted on, or fit again"


def check_same_items(model: object, split: Split) -> None:
    """Pass if id ``j`` means the same item to a model and to a split, for every ``j``.

    A model reads and scores items by their number in its catalogue. On a log with other items the
    same numbers mean something else, and its scores would be those of strangers: ids of items and
    their titles are therefore compared one by one. A model that has no ``catalogue`` is let pass.

    Raises:
        ParameterError: the catalogues differ, and the first difference is named; or the split is
            none, but a log.
    """
    if not hasattr(split, "log"):
        raise ParameterError(
            f"split must be a split of a log, got {split!r}; write mt.data.split(log)"
        )
    known, given = getattr(model, "catalogue", None), split.log.catalogue
    if known is None or known is given:
        return
    if known.size != given.size:
        raise ParameterError(
            f"{name_of(model)} knows {known.size:,} items, the split {given.size:,}: {CURE}"
        )
    ids = [catalogue.items["item_id"] for catalogue in (known, given)]
    if not _equal(*ids):
        _refuse(model, ids[0].to_list(), ids[1].to_list(), "item_id")
    if known.titles != given.titles:
        _refuse(model, known.titles, given.titles, "title")


def _equal(left: pl.Series, right: pl.Series) -> bool:
    if left.dtype == right.dtype:
        return left.equals(right)
    return left.to_list() == right.to_list()  # Int32 against Int64 is no difference


def _refuse(model: object, known: Sequence[object], given: Sequence[object], what: str) -> None:
    """Raise at the first place where two lists of one length differ, if they do."""
    other = [
        place for place, pair in enumerate(zip(known, given, strict=True)) if pair[0] != pair[1]
    ]
    if other:
        first = other[0]
        raise ParameterError(
            f"{name_of(model)} and the split hold other items: {len(other):,} of {len(known):,} "
            f"differ, id {first + FIRST} has the {what} {known[first]!r} in the model and "
            f"{given[first]!r} in the split: {CURE}"
        )
