"""Two towers over texts: one reads the past, one an item."""

from mtrec_lib.models.two_tower.model import TwoTower

__all__ = ["TwoTower"]
