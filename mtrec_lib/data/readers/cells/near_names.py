"""The names of columns in a description: ours, needed ones, and those that are nearly ours."""

import difflib
import re
from collections.abc import Mapping

from mtrec_lib.core.errors import ParameterError

_NEEDED = {"events": ("user_id", "item_id"), "items": ("item_id",), "users": ("user_id",)}
# Other words for our names, for which a column of this kind is hardly meant as a further one.
_WORDS = {
    "events": {
        "user_id": "user person customer customer_id visitor visitor_id member member_id uid",
        "item_id": "item product product_id movie_id film_id article_id sku asin iid",
        "timestamp": "time date datetime ts when unix_time event_time created_at",
        "behaviour": "behavior action event event_type event_name interaction",
        "rating": "score stars grade",
        "price": "cost unit_price",
        "quantity": "qty pieces units",
        "session_id": "session visit_id",
        "like": "liked is_like",
        "click": "clicked is_click",
        "buy": "bought purchase purchased is_buy",
        "week": "",
    },
    "items": {
        "item_id": "item product product_id movie_id film_id article_id sku asin iid id",
        "title": "name label item_name product_name product_title movie_title",
        "categories": "genre genres category tags department departments",
        "year": "release_year",
        "price": "cost unit_price list_price",
    },
    "users": {"user_id": "user person customer customer_id visitor visitor_id member uid id"},
}


def check_columns(table: str, columns: Mapping[str, object], file: str, where: str) -> None:
    """Refuse a description without a needed name, or with one that is nearly a name of ours.

    A further column may have any name, save one that only another spelling or word keeps from
    being ours while ours is not there: it would be left unused without a word.

    Raises:
        ParameterError: names the key and the nearest right one.
    """
    near = {ours: meant for ours in columns if (meant := meant_by(ours, table, columns))}
    if near:
        pairs = ", ".join(f"{ours!r} (did you mean {meant!r}?)" for ours, meant in near.items())
        raise ParameterError(
            f"{where}: {pairs}: no {'name' if len(near) == 1 else 'names'} of ours; correct "
            f"{'it' if len(near) == 1 else 'them'}, or call a further column otherwise, as in "
            f"my_{next(iter(near))}"
        )
    for column in _NEEDED[table]:
        if column not in columns:
            raise ParameterError(
                f"{where}: {column!r} is missing; "
                f'write {column} = "the name of that column in {file}"'
            )
    for ours, theirs in columns.items():
        _check_value(ours, theirs, where)
    if table == "events" and columns["user_id"] == columns["item_id"]:
        raise ParameterError(
            f"{where}: user_id and item_id name the same column {columns['user_id']!r}; correct one"
        )


def _check_value(ours: str, theirs: object, where: str) -> None:
    is_number = isinstance(theirs, int) and not isinstance(theirs, bool) and theirs >= 1
    if not is_number and not (isinstance(theirs, str) and theirs):
        raise ParameterError(
            f"{where}: {ours} must be the name of a column, or its number from 1, got {theirs!r}"
        )


def meant_by(ours: str, table: str, columns: Mapping[str, object]) -> str | None:
    """The name that ``ours`` stands for, if any; only names that are not there can be meant."""
    words = _WORDS[table]
    if ours in words:
        return None
    plain = _plain(ours)
    for name, others in words.items():
        same = {_plain(name), *map(_plain, others.split())}
        if name not in columns and (plain in same or plain.removesuffix("s") in same):
            return name
    free = {_plain(name): name for name in words if name not in columns and len(name) > 4}
    close = difflib.get_close_matches(plain, free, n=1, cutoff=0.85)
    return free[close[0]] if close else None


def our_name_for(word: str) -> str | None:
    """The name of ours, in any table, that this is another word for.

    >>> our_name_for("genres"), our_name_for("mood")
    ('categories', None)
    """
    names = (pair for words in _WORDS.values() for pair in words.items())
    return next((name for name, others in names if word in others.split()), None)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())
