"""Keras layers that trunks are made of, each of use by itself."""

import mtrec_lib.core.runtime.on_tensorflow  # noqa: F401  before the first import of Keras
from mtrec_lib.layers.dropout import ByteDropout
from mtrec_lib.layers.event_embedding import EventEmbedding
from mtrec_lib.layers.item_table import ItemTable
from mtrec_lib.layers.linear_recurrence import linear_recurrence
from mtrec_lib.layers.min_gru_block import MinGRUBlock
from mtrec_lib.layers.negative_sampler import NegativeSampler
from mtrec_lib.layers.transformer_block import TransformerBlock

__all__ = [
    "ByteDropout",
    "EventEmbedding",
    "ItemTable",
    "MinGRUBlock",
    "NegativeSampler",
    "TransformerBlock",
    "linear_recurrence",
]
