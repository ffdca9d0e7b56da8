"""Metrics, protocols, intervals and comparisons. A model is anything with ``scores(histories)``."""

from mtrec_lib.evaluation.calibration import Reliability as Reliability
from mtrec_lib.evaluation.calibration import reliability as reliability
from mtrec_lib.evaluation.changed_past import ChangedPast as ChangedPast
from mtrec_lib.evaluation.comparisons.comparing import compare as compare
from mtrec_lib.evaluation.comparisons.comparison import Comparison as Comparison
from mtrec_lib.evaluation.comparisons.intervals import bootstrap_interval as bootstrap_interval
from mtrec_lib.evaluation.comparisons.slices import sliced as sliced
from mtrec_lib.evaluation.comparisons.values import compare_values as compare_values
from mtrec_lib.evaluation.influence import influence as influence
from mtrec_lib.evaluation.judge import Judgement as Judgement
from mtrec_lib.evaluation.judge import judge as judge
from mtrec_lib.evaluation.likelihood import bits as bits
from mtrec_lib.evaluation.metrics import bits_per_event as bits_per_event
from mtrec_lib.evaluation.metrics import coverage as coverage
from mtrec_lib.evaluation.metrics import hit_rate as hit_rate
from mtrec_lib.evaluation.metrics import mrr as mrr
from mtrec_lib.evaluation.metrics import ndcg as ndcg
from mtrec_lib.evaluation.metrics import perplexity as perplexity
from mtrec_lib.evaluation.metrics import recall as recall
from mtrec_lib.evaluation.prediction_metrics import auc as auc
from mtrec_lib.evaluation.prediction_metrics import group_auc as group_auc
from mtrec_lib.evaluation.prediction_metrics import log_loss as log_loss
from mtrec_lib.evaluation.prediction_metrics import rmse as rmse
from mtrec_lib.evaluation.probabilities import probabilities as probabilities
from mtrec_lib.evaluation.ranking import Ranking as Ranking
from mtrec_lib.evaluation.ranking import rank as rank
from mtrec_lib.evaluation.scorer import Scorer as Scorer
from mtrec_lib.evaluation.temperature import fit_temperature as fit_temperature

__all__ = [
    "ChangedPast",
    "Comparison",
    "Judgement",
    "Ranking",
    "Reliability",
    "Scorer",
    "auc",
    "bits",
    "bits_per_event",
    "bootstrap_interval",
    "compare",
    "compare_values",
    "coverage",
    "fit_temperature",
    "group_auc",
    "hit_rate",
    "influence",
    "judge",
    "log_loss",
    "mrr",
    "ndcg",
    "perplexity",
    "probabilities",
    "rank",
    "recall",
    "reliability",
    "rmse",
    "sliced",
]
