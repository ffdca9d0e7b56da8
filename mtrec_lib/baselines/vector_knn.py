"""Items like those of the history, likeness being: their vectors, or their texts."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from mtrec_lib.baselines.base import Axes, Baseline, Vectors, known, matrix
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.histories import Histories, ranges


class VectorKNN(Baseline):
    """Scores an item by the cosine of its vector and the history's, a mean of vectors.

    score(i) = vᵢ · p / ‖p‖ with p = Σ decayᵃ vⱼ over the history's items j, a events before the
    last one, every v of length 1. Nothing is learned from behaviour, so that an item which nobody
    has chosen is scored as any other.

    Args:
        vectors: ``(items, columns)``, dense or sparse, one row an item of the catalogue; a row of
            zeros is like nothing.
        decay: in (0, 1]; 1 is the plain mean.

    Raises:
        ParameterError: ``decay`` out of range; at ``fit``, vectors of another number of items.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> vectors = np.eye(split.log.catalogue.size)  # every item is like itself alone
    >>> scores = VectorKNN(vectors).fit(split).scores(mt.data.Histories.from_lists([[3, 3]]))
    >>> int(scores.argmax()), float(scores.max())
    (1, 1.0)

    Taught in chapter 05.
    """

    name = "vector-kNN"
    learned: Axes = (("_vectors", (0,)),)

    def __init__(self, vectors: Vectors, decay: float = 1.0) -> None:
        if not 0 < decay <= 1:
            raise ParameterError(f"decay must be in (0, 1], got {decay}")
        self.decay = decay
        self._vectors = _unit(sparse.csr_array(vectors))

    def learn(self, pasts: Histories) -> None:
        """Only look whether the vectors fit the catalogue."""
        if self._vectors.shape[0] != self.catalogue.size:
            raise ParameterError(
                f"vectors must have a row for each of the {self.catalogue.size:,} items of the "
                f"catalogue, got {self._vectors.shape[0]:,}; make them of the same catalogue"
            )

    def score(self, histories: Histories) -> NDArray[np.floating]:
        """The cosine of every item and every history."""
        profile = _unit(self._weights(histories) @ self._vectors)
        return (profile @ self._vectors.T).toarray()

    def with_items(self, items: pl.DataFrame, vectors: Vectors | None = None) -> Self:
        """The same model over a catalogue with more items, each with its vector.

        Args:
            items: see :meth:`Baseline.with_items`.
            vectors: ``(new items, columns)``, dense or sparse, made as those of the other items.

        Raises:
            ParameterError: vectors of another shape, or as for :meth:`Baseline.with_items`.
        """
        columns = self._vectors.shape[1]
        shape = None if vectors is None else np.shape(vectors)
        if vectors is None or shape != (items.height, columns):
            raise ParameterError(
                f"vectors must be ({items.height}, {columns}), a row a new item, got "
                f"{shape}; make them as those of the other items"
            )
        model = self._grown(items)
        new = _unit(sparse.csr_array(vectors))
        model._vectors = sparse.vstack([self._vectors, new], format="csr")
        return model

    def _weights(self, histories: Histories) -> sparse.csr_array:
        """``(n, items)``: decay to the power of the events that came after."""
        past, row = ranges(histories.starts, histories.lengths)
        item, after = histories.columns["item"][row], histories.ends[past] - 1 - row
        past, column, after = known(past, item, after)
        return matrix(past, column, self.decay**after, (len(histories), self._vectors.shape[0]))


class TextKNN(VectorKNN):
    """:class:`VectorKNN` over the words of item texts, weighed by TF-IDF.

    A word weighs how often it stands in the text, times 1 + ln((1 + items) / (1 + texts with it)).

    Args:
        texts: one an item of the catalogue, such as ``mt.features.item_texts(log)``.
        decay: see :class:`VectorKNN`.
        words: the longest run of words that counts as one (≥ 1).

    Raises:
        ParameterError: a number out of range, or texts without a word.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> model = TextKNN(split.log.catalogue.titles).fit(split)
    >>> model.scores(split.queries("test").histories).shape[1] == model.catalogue.size
    True

    Source: Salton and Buckley, Information Processing and Management 24(5), 1988; Pazzani and
    Billsus, "Content-based recommendation systems" (2007).
    Taught in chapter 05.
    """

    name = "TF-IDF"
    learned = (*VectorKNN.learned, ("_vocabulary", ()), ("_rarity", ()))

    def __init__(self, texts: Sequence[str], decay: float = 1.0, words: int = 1) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer  # slow to import

        if words < 1:
            raise ParameterError(f"words must be ≥ 1, got {words}")
        self.words = words
        try:
            reader = TfidfVectorizer(ngram_range=(1, words))
            rarities = reader.fit_transform(list(texts))
        except ValueError as error:
            raise ParameterError(f"texts must hold words, got {list(texts)[:3]}") from error
        self._vocabulary, self._rarity = reader.get_feature_names_out(), reader.idf_
        super().__init__(rarities, decay)

    def with_items(self, items: pl.DataFrame, vectors: Vectors | None = None) -> Self:
        """The same model over a catalogue with more items, each with its text.

        Args:
            items: see :meth:`Baseline.with_items`.
            vectors: here the texts of the new items; words that no other item has are left out.

        Raises:
            ParameterError: no text, or not one a new item.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer  # slow to import

        texts = [] if vectors is None else list(vectors)
        if len(texts) != items.height or not all(isinstance(text, str) for text in texts):
            raise ParameterError(
                f"vectors must be the texts of the {items.height} new items, got {texts[:3]!r}; "
                "make them by mt.features.item_texts as those of the other items"
            )
        reader = TfidfVectorizer(ngram_range=(1, self.words), vocabulary=self._vocabulary)
        reader.idf_ = self._rarity
        return super().with_items(items, reader.transform(texts))


def _unit(rows: sparse.csr_array) -> sparse.csr_array:
    """Rows of length 1; zeros stay zero."""
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scale = np.divide(1.0, length, out=np.zeros_like(length), where=length > 0)
    return sparse.csr_array(sparse.diags_array(scale) @ rows)
