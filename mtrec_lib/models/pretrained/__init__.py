"""Pretrained language models: fetched, checked, converted, and put to use."""

from mtrec_lib.models.pretrained.pretrained import Pretrained

__all__ = ["Pretrained"]
