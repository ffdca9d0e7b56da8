"""Models that are trained: trunks, mixers, heads, and ``MultiTask`` that joins them."""

from mtrec_lib.models.article import (
    AS_PRINTED,
    ArticleArrays,
    ArticleModel,
    article_arrays,
    article_as_printed,
    article_categories,
)
from mtrec_lib.models.heads import (
    AdaptiveTransfer,
    GaussianGivenItem,
    GivenItem,
    GivenNothing,
    ItemSoftmax,
    OrdinalGivenItem,
)
from mtrec_lib.models.mixers import PLE, MMoE, MoSE, SharedBottom
from mtrec_lib.models.multi_task import MultiTask
from mtrec_lib.models.next_basket import NextBasket
from mtrec_lib.models.trunks import BERT, GPT, LSTM, DecoderTrunk, MinGRU, Trunk
from mtrec_lib.models.two_tower import TwoTower

__all__ = [
    "AS_PRINTED",
    "BERT",
    "GPT",
    "LSTM",
    "PLE",
    "AdaptiveTransfer",
    "ArticleArrays",
    "ArticleModel",
    "DecoderTrunk",
    "GaussianGivenItem",
    "GivenItem",
    "GivenNothing",
    "ItemSoftmax",
    "MMoE",
    "MinGRU",
    "MoSE",
    "MultiTask",
    "NextBasket",
    "OrdinalGivenItem",
    "SharedBottom",
    "Trunk",
    "TwoTower",
    "article_arrays",
    "article_as_printed",
    "article_categories",
]
