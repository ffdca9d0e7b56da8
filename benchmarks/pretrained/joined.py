"""Item texts in a model of behaviour: what the studies of cold items and of few events share."""

from functools import cache
from typing import Any

import keras
import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

import mtrec_lib as mt
from mtrec_lib.evaluation import metrics

METRIC, WORDS = "ndcg@10", 256


@cache
def text_vectors(kind: str = "minilm") -> np.ndarray:
    """A vector of the text of every film, ``(items, columns)``, each 1 long.

    Args:
        kind: ``"minilm"``: its embeddings, their mean taken off, for all texts have much in common,
            which says nothing of a film and would fill a cosine; ``"minilm and words"``: beside it,
            and as long, the first directions of TF-IDF, which know a year or a name exactly.
    """
    texts = mt.features.item_texts(mt.data.load("ml-100k"))
    encoder = mt.pretrained.Pretrained("minilm")
    found = mt.features.embedded(texts, encoder.embed, encoder.identity)
    found = _unit(found - found.mean(axis=0))
    if kind == "minilm":
        return found
    words = TfidfVectorizer().fit_transform(texts)
    directions = TruncatedSVD(WORDS, random_state=0).fit_transform(words)
    return _unit(np.concatenate([found, _unit(directions)], axis=1))


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def trained(split: Any, setting: dict[str, Any], seed: int, monitor: Any = "ndcg@10") -> Any:
    """A causal transformer, at the best of its epochs.

    Args:
        split: what it trains on.
        setting: ``inputs`` (``max_length`` and ``side``), ``text`` (a kind of text vectors, or
            None), ``trunk``, ``task`` and ``fit``: arguments of each.
        seed: of its first weights and of its training.
        monitor: what the best epoch is chosen by.
    """
    inputs = mt.features.fit(split, max_length=setting["inputs"]["max_length"])
    if not setting["inputs"]["side"]:
        inputs = inputs.without_side()
    keras.utils.set_random_seed(seed)
    vectors = text_vectors(setting["text"]) if setting["text"] else None
    trunk = mt.models.GPT(inputs, item_vectors=vectors, **setting["trunk"])
    model = mt.models.MultiTask(trunk, tasks=[mt.tasks.NextItem(**setting["task"])])
    mt.training.fit(model, split, monitor=monitor, seed=seed, progress=False, **setting["fit"])
    return model


class Answers:
    """Ranks of single targets, in the form that ``mt.evaluation.compare`` reads.

    Args:
        model: whose ranks.
        about: what was ranked.
        people: ``(queries,)`` who was asked.
        ranks: ``(queries,)`` from 1.
    """

    def __init__(self, model: str, about: str, people: np.ndarray, ranks: np.ndarray) -> None:
        self.model, self.about = model, about
        self.users, place = np.unique(people, return_inverse=True)
        self.counts = np.bincount(place)
        value = np.bincount(place, weights=metrics.ndcg(ranks, 10))
        self.per_user = {METRIC: value / self.counts}

    def weights(self, metric: str) -> np.ndarray:
        """A person weighs as much as their questions."""
        return self.counts.astype(np.float64)

    @property
    def value(self) -> float:
        """The mean over questions."""
        return float(np.average(self.per_user[METRIC], weights=self.counts))
