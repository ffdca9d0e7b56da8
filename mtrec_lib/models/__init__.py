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
from mtrec_lib.models.mixers.mmoe import MMoE
from mtrec_lib.models.mixers.mose import MoSE
from mtrec_lib.models.mixers.ple import PLE
from mtrec_lib.models.mixers.shared_bottom import SharedBottom
from mtrec_lib.models.multi_task import MultiTask
from mtrec_lib.models.next_basket import NextBasket
from mtrec_lib.models.trunks.bert import BERT
from mtrec_lib.models.trunks.decoder_trunk import DecoderTrunk
from mtrec_lib.models.trunks.gpt import GPT
from mtrec_lib.models.trunks.lstm import LSTM
from mtrec_lib.models.trunks.min_gru import MinGRU
from mtrec_lib.models.trunks.trunk import Trunk
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
