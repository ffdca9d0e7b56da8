"""Pretrained language models: fetched, checked, converted, and put to use; LoRA."""

from mtrec_lib.pretrained.add_lora import add_lora, merge_lora
from mtrec_lib.pretrained.encoders.frozen_layers import FrozenLayers
from mtrec_lib.pretrained.encoders.multilingual import multilingual
from mtrec_lib.pretrained.lora import LoRA
from mtrec_lib.pretrained.pretrained import Pretrained

__all__ = ["FrozenLayers", "LoRA", "Pretrained", "add_lora", "merge_lora", "multilingual"]
