"""Metrics, protocols, intervals and comparisons. A model is anything with ``scores(histories)``."""

from mtrec_lib.evaluation.asking import Scorer as Scorer
from mtrec_lib.evaluation.calibration import Reliability as Reliability
from mtrec_lib.evaluation.calibration import reliability as reliability
from mtrec_lib.evaluation.changed_past import ChangedPast as ChangedPast
from mtrec_lib.evaluation.comparing import Comparison as Comparison
from mtrec_lib.evaluation.comparing import compare as compare
from mtrec_lib.evaluation.influence import influence as influence
from mtrec_lib.evaluation.intervals import bootstrap_interval as bootstrap_interval
from mtrec_lib.evaluation.judging import auc as auc
from mtrec_lib.evaluation.judging import group_auc as group_auc
from mtrec_lib.evaluation.judging import log_loss as log_loss
from mtrec_lib.evaluation.judging import rmse as rmse
from mtrec_lib.evaluation.likelihood import bits as bits
from mtrec_lib.evaluation.metrics import bits_per_event as bits_per_event
from mtrec_lib.evaluation.metrics import coverage as coverage
from mtrec_lib.evaluation.metrics import hit_rate as hit_rate
from mtrec_lib.evaluation.metrics import mrr as mrr
from mtrec_lib.evaluation.metrics import ndcg as ndcg
from mtrec_lib.evaluation.metrics import perplexity as perplexity
from mtrec_lib.evaluation.metrics import recall as recall
from mtrec_lib.evaluation.probabilities import probabilities as probabilities
from mtrec_lib.evaluation.ranking import Ranking as Ranking
from mtrec_lib.evaluation.ranking import rank as rank
from mtrec_lib.evaluation.rows import Rows as Rows
from mtrec_lib.evaluation.rows import rows as rows
from mtrec_lib.evaluation.slices import sliced as sliced
from mtrec_lib.evaluation.temperature import fit_temperature as fit_temperature

__all__ = [
    "ChangedPast",
    "Comparison",
    "Ranking",
    "Reliability",
    "Rows",
    "Scorer",
    "auc",
    "bits",
    "bits_per_event",
    "bootstrap_interval",
    "compare",
    "coverage",
    "fit_temperature",
    "group_auc",
    "hit_rate",
    "influence",
    "log_loss",
    "mrr",
    "ndcg",
    "perplexity",
    "probabilities",
    "rank",
    "recall",
    "reliability",
    "rmse",
    "rows",
    "sliced",
]
