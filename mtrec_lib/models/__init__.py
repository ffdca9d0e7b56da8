"""Models: baselines, trunks, mixers, heads, and ``MultiTask`` that joins them."""

from mtrec_lib.models.article import ArticleModel
from mtrec_lib.models.article_arrays import ArticleArrays, article_arrays, article_categories
from mtrec_lib.models.article_text import AS_PRINTED, article_as_printed
from mtrec_lib.models.baselines import (
    TIFUKNN,
    DecayedCounts,
    ItemKNN,
    Lifts,
    NGram,
    PersonalFrequency,
    Popularity,
    TextKNN,
    VectorKNN,
)
from mtrec_lib.models.heads import (
    AdaptiveTransfer,
    GaussianGivenItem,
    GivenItem,
    GivenNothing,
    ItemSoftmax,
    OrdinalGivenItem,
)
from mtrec_lib.models.layers import (
    ByteDropout,
    EventEmbedding,
    ItemTable,
    LoRA,
    MinGRUBlock,
    NegativeSampler,
    TransformerBlock,
    add_lora,
    linear_recurrence,
    merge_lora,
)
from mtrec_lib.models.log_linear import LogLinear
from mtrec_lib.models.mixers import PLE, MMoE, MoSE, SharedBottom
from mtrec_lib.models.multi_task import MultiTask
from mtrec_lib.models.next_basket import NextBasket
from mtrec_lib.models.pretrained import FrozenLayers, Pretrained, multilingual
from mtrec_lib.models.trunks import BERT, GPT, LSTM, DecoderTrunk, MinGRU, Trunk
from mtrec_lib.models.two_tower import TwoTower

__all__ = [
    "AS_PRINTED",
    "BERT",
    "GPT",
    "LSTM",
    "PLE",
    "TIFUKNN",
    "AdaptiveTransfer",
    "ArticleArrays",
    "ArticleModel",
    "ByteDropout",
    "DecayedCounts",
    "DecoderTrunk",
    "EventEmbedding",
    "FrozenLayers",
    "GaussianGivenItem",
    "GivenItem",
    "GivenNothing",
    "ItemKNN",
    "ItemSoftmax",
    "ItemTable",
    "Lifts",
    "LoRA",
    "LogLinear",
    "MMoE",
    "MinGRU",
    "MinGRUBlock",
    "MoSE",
    "MultiTask",
    "NGram",
    "NegativeSampler",
    "NextBasket",
    "OrdinalGivenItem",
    "PersonalFrequency",
    "Popularity",
    "Pretrained",
    "SharedBottom",
    "TextKNN",
    "TransformerBlock",
    "Trunk",
    "TwoTower",
    "VectorKNN",
    "add_lora",
    "article_arrays",
    "article_as_printed",
    "article_categories",
    "linear_recurrence",
    "merge_lora",
    "multilingual",
]
