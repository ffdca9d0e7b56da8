"""Trunks: from a history to a state after every event of it."""

from mtrec_lib.models.trunks.gpt import GPT
from mtrec_lib.models.trunks.lstm import LSTM
from mtrec_lib.models.trunks.trunk import Trunk

__all__ = ["GPT", "LSTM", "Trunk"]
