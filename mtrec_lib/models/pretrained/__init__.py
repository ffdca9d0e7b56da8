"""Pretrained language models: fetched, checked, converted, and put to use."""

from mtrec_lib.models.pretrained.frozen_layers import FrozenLayers
from mtrec_lib.models.pretrained.multilingual import multilingual
from mtrec_lib.models.pretrained.pretrained import Pretrained

__all__ = ["FrozenLayers", "Pretrained", "multilingual"]
