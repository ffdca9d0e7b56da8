"""Heads: from a state, and what is given of the event, to the numbers a task needs."""

from mtrec_lib.models.heads.adaptive_transfer import AdaptiveTransfer
from mtrec_lib.models.heads.gaussian_given_item import GaussianGivenItem
from mtrec_lib.models.heads.given_item import GivenItem
from mtrec_lib.models.heads.given_nothing import GivenNothing
from mtrec_lib.models.heads.item_softmax import ItemSoftmax
from mtrec_lib.models.heads.ordinal_given_item import OrdinalGivenItem

__all__ = [
    "AdaptiveTransfer",
    "GaussianGivenItem",
    "GivenItem",
    "GivenNothing",
    "ItemSoftmax",
    "OrdinalGivenItem",
]
