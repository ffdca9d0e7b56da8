"""Trunks: from a history to a state after every event of it."""

from mtrec_lib.models.trunks.bert import BERT
from mtrec_lib.models.trunks.decoder_trunk import DecoderTrunk
from mtrec_lib.models.trunks.gpt import GPT
from mtrec_lib.models.trunks.lstm import LSTM
from mtrec_lib.models.trunks.min_gru import MinGRU
from mtrec_lib.models.trunks.trunk import Trunk

__all__ = ["BERT", "GPT", "LSTM", "DecoderTrunk", "MinGRU", "Trunk"]
