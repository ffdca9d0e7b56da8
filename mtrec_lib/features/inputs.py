"""From a split to everything a model needs to read events."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from mtrec_lib.data import Catalogue, Histories, Split
from mtrec_lib.features.pairs.pair_features import PairFeatures
from mtrec_lib.features.people import Columns, People
from mtrec_lib.features.sequences.packed import Packed
from mtrec_lib.features.sequences.spec import InputSpec
from mtrec_lib.features.sequences.tokens import Parts, parts_of
from mtrec_lib.features.sequences.windows import Windows
from mtrec_lib.features.side import side_information

NUMBERS = ("rating", "spend")  # of the events, predicted in their own unit
FLAGS = ("click", "buy")  # outcomes of past events that are read where a log has them


@dataclass(frozen=True)
class Inputs:
    """A fitted reading of a log: catalogue, scales, side information, training popularity.

    Attributes:
        spec: the sizes that a trunk needs.
        catalogue: all items, known in advance.
        side: ``(items + 3, side)`` float32 side information, a row an id.
        side_names: names of the columns of ``side``.
        popularity: ``(items,)`` how often each item occurs in the training part.
        repeats: whether people come back to the same item.
        like_at: the rating from which an event counts as a like, or None.
        beside: numbers that stand beside the state for heads that are given the item, or None.
        fitted_on: name and SHA-256 of the log, protocol of the split.
        scales: ``"rating"``, ``"spend"`` and ``"log spend"`` (amounts above 0) → mean and standard
            deviation in the training part (1 where nothing varies), for tasks that must know the
            size of what they predict.
        people: attributes of people, read with every event of theirs, or None.

    Taught in chapter 02.
    """

    spec: InputSpec
    catalogue: Catalogue
    side: np.ndarray
    side_names: tuple[str, ...]
    popularity: np.ndarray
    repeats: bool
    like_at: float | None
    beside: PairFeatures | None = None
    fitted_on: dict[str, Any] = field(default_factory=dict)
    scales: dict[str, tuple[float, float]] = field(default_factory=dict)
    people: People | None = None

    @cached_property
    def has_side(self) -> bool:
        """Whether any side information is given to the models."""
        return self.spec.side > 0

    def without_side(self) -> "Inputs":
        """The same inputs for a model that knows items by their id alone."""
        empty = self.side[:, :0]
        return replace(self, spec=replace(self.spec, side=0), side=empty, side_names=())

    def arrays(self, histories: Histories, length: int | None = None) -> dict[str, np.ndarray]:
        """See :meth:`InputSpec.arrays`; with attributes of people also :meth:`of_people`."""
        return self.spec.arrays(histories, length) | self.of_people(histories)

    def of_people(self, histories: Histories) -> dict[str, np.ndarray]:
        """``person``: ``(n, 1, numbers)`` what is known of whom the pasts belong to, if read."""
        if self.people is None:
            return {}
        return {"person": self.people.of(histories.users)[:, None]}

    def windows(self, split: Split, part: Parts = "train", **settings: Any) -> Windows:
        """Windows over the whole history in which every event of ``part`` is a target once.

        ``settings``: ``batch_size``, ``seed`` and ``hide_ratings``, see :class:`Feed`.
        """
        return Windows(
            self.spec, split, part=part, beside=self.beside, people=self.people, **settings
        )

    def packed(self, split: Split, part: Parts = "train", **settings: Any) -> Packed:
        """The same targets in packed rows.

        ``settings``: those of :meth:`windows` and ``context``, see :class:`Packed`.
        """
        return Packed(
            self.spec, split, part=part, beside=self.beside, people=self.people, **settings
        )


def fit(
    split: Split,
    max_length: int = 200,
    beside: bool = False,
    factors: int = 0,
    parts: Parts = "train",
    people: Columns = False,
) -> Inputs:
    """Fit the inputs: the catalogue is known in advance, statistics come from training alone.

    Args:
        split: a split log.
        max_length: positions a trunk sees at most, the begin mark included (≥ 2).
        beside: whether running statistics (:class:`PairFeatures`) stand beside
            the state for heads that are given the item.
        factors: length of item vectors of a factorisation (:class:`LatentFactors`) whose numbers
            stand there too; 0 for none, and 8 is usual.
        parts: whose events popularity and scales are counted on: ``"train"``, and for a final
            model the parts that ``mt.training.fit`` is given. What stands beside the state is
            fitted on the training part in any case.
        people: whether attributes of people (columns of ``log.users``) are read with their events:
            True for all that hold texts, truth values or numbers, or a list of names. Whoever is
            not in that table is unknown.

    Returns:
        The fitted :class:`Inputs`.

    Raises:
        ParameterError: an unknown part, or sizes out of range; ``people`` names a column that is
            not there, or nothing tells people apart.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=200))
    >>> mt.features.fit(split, max_length=10).spec.max_length
    10

    Taught in chapter 02.
    """
    log = split.log
    side, names = side_information(log.catalogue)
    events = split.events.filter(pl.col("part").is_in(parts_of(parts)))
    ids = log.catalogue.encode(events["item_id"])
    counts = np.bincount(ids, minlength=log.catalogue.size + 2)[2:]
    grades = log.about.grades if log.has("rating") else ()
    numbers = PairFeatures.fit(split, side, factors) if beside or factors else None
    persons = People.fit(split, people) if people is not False else None
    spec = InputSpec(
        items=log.catalogue.size,
        side=side.shape[1],
        grades=grades,
        max_length=max_length,
        flags=tuple(name for name in FLAGS if log.has(name)),
        beside=len(numbers.names) if numbers else 0,
        people=persons.names if persons else (),
    )
    return Inputs(
        spec=spec,
        catalogue=log.catalogue,
        side=side,
        side_names=names,
        popularity=counts.astype(np.float64),
        repeats=log.about.repeats,
        like_at=log.about.like_at if log.has("rating") else None,
        beside=numbers,
        fitted_on={"log": log.name, "sha256": log.hash, "protocol": split.protocol.name},
        scales=_scales(events),
        people=persons,
    )


def _scales(events: pl.DataFrame) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of the numbers that tasks predict, where there are any."""
    numbers = {
        name: events[name].drop_nulls().cast(pl.Float64).to_numpy()
        for name in NUMBERS
        if name in events.columns
    }
    if "spend" in numbers:
        numbers["spend"] = numbers["spend"][numbers["spend"] > 0]
        numbers["log spend"] = np.log(numbers["spend"])
    return {
        name: (float(values.mean()), float(values.std()) or 1.0)
        for name, values in numbers.items()
        if len(values)
    }
