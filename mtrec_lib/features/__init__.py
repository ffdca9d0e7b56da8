"""From events to arrays: reading a log, windows over histories, features of the past."""

from mtrec_lib.features.baskets.basket_pairs import Personal, personal
from mtrec_lib.features.causal.derived import derived_labels
from mtrec_lib.features.causal.families import causal, families
from mtrec_lib.features.causal.item_features import item_features
from mtrec_lib.features.causal.user_behaviour import user_behaviour
from mtrec_lib.features.causal.user_preference import user_preference
from mtrec_lib.features.inputs import Inputs, fit
from mtrec_lib.features.pairs.latent_factors import LatentFactors
from mtrec_lib.features.pairs.pair_features import PairFeatures
from mtrec_lib.features.sequences.feed import Feed
from mtrec_lib.features.sequences.masked import Masked
from mtrec_lib.features.sequences.packed import Packed
from mtrec_lib.features.sequences.spec import InputSpec
from mtrec_lib.features.sequences.windows import Windows
from mtrec_lib.features.side import side_information
from mtrec_lib.features.texts.embedded import embedded
from mtrec_lib.features.texts.item_texts import history_text, item_texts

__all__ = [
    "Feed",
    "InputSpec",
    "Inputs",
    "LatentFactors",
    "Masked",
    "Packed",
    "PairFeatures",
    "Personal",
    "Windows",
    "causal",
    "derived_labels",
    "embedded",
    "families",
    "fit",
    "history_text",
    "item_features",
    "item_texts",
    "personal",
    "side_information",
    "user_behaviour",
    "user_preference",
]
