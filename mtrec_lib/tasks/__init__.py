"""Tasks: what a model is asked about the next event."""

from mtrec_lib.tasks.binary import Binary
from mtrec_lib.tasks.buy import Buy
from mtrec_lib.tasks.carried import carried
from mtrec_lib.tasks.click import Click
from mtrec_lib.tasks.coupon import Coupon
from mtrec_lib.tasks.genres import Genres
from mtrec_lib.tasks.like import Like
from mtrec_lib.tasks.next_category import NextCategory
from mtrec_lib.tasks.next_item import NextItem
from mtrec_lib.tasks.rating import Rating
from mtrec_lib.tasks.repeat import Repeat
from mtrec_lib.tasks.return_within import ReturnWithin
from mtrec_lib.tasks.spend import Spend
from mtrec_lib.tasks.task import Task
from mtrec_lib.tasks.top_grade import TopGrade

__all__ = [
    "Binary",
    "Buy",
    "Click",
    "Coupon",
    "Genres",
    "Like",
    "NextCategory",
    "NextItem",
    "Rating",
    "Repeat",
    "ReturnWithin",
    "Spend",
    "Task",
    "TopGrade",
    "carried",
]
