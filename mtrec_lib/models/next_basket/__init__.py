"""A model of the next basket: a copy part and a language part."""

from mtrec_lib.models.next_basket.model import NextBasket

__all__ = ["NextBasket"]
