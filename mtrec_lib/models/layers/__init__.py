"""Layers that trunks are made of."""

from mtrec_lib.models.layers.add_lora import add_lora, merge_lora
from mtrec_lib.models.layers.dropout import ByteDropout
from mtrec_lib.models.layers.event_embedding import EventEmbedding
from mtrec_lib.models.layers.item_table import ItemTable
from mtrec_lib.models.layers.linear_recurrence import linear_recurrence
from mtrec_lib.models.layers.llama_block import LlamaBlock
from mtrec_lib.models.layers.lora import LoRA
from mtrec_lib.models.layers.min_gru_block import MinGRUBlock
from mtrec_lib.models.layers.negative_sampler import NegativeSampler
from mtrec_lib.models.layers.transformer_block import TransformerBlock

__all__ = [
    "ByteDropout",
    "EventEmbedding",
    "ItemTable",
    "LlamaBlock",
    "LoRA",
    "MinGRUBlock",
    "NegativeSampler",
    "TransformerBlock",
    "add_lora",
    "linear_recurrence",
    "merge_lora",
]
