"""A split log as one flat row of tokens: what every feed of windows is cut from."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Histories, Split
from mtrec_lib.data.splitting.parts import PARTS, place_of, up_to
from mtrec_lib.features.causal.derived import derived_labels
from mtrec_lib.features.pairs.pair_features import PairFeatures
from mtrec_lib.features.people import People
from mtrec_lib.features.sequences.spec import InputSpec, gap_ids

Parts = str | Sequence[str]


class EventTokens:
    """Every person's begin mark and events, one after the other, ready to be indexed.

    Token ``t`` is read, token ``t + 1`` is its target: the begin mark predicts the first event,
    each event the next. A person's last token has no target, and no feed asks for it.

    Args:
        spec: sizes of the arrays.
        split: the split log.
        part: whose events are targets, a part or several; earlier parts are context, later ones
            are left out.
        beside: what is known beside the sequence when an item is asked about, or None.
        people: what is known of the people, or None.

    Attributes:
        starts: ``(people,)`` where a person's begin mark stands.
        lengths: ``(people,)`` events of the person, the begin mark not counted.
        targets: how many events count.

    Raises:
        ParameterError: an unknown part.

    Taught in chapter 02.
    """

    def __init__(
        self,
        spec: InputSpec,
        split: Split,
        part: Parts = "train",
        beside: PairFeatures | None = None,
        people: People | None = None,
    ) -> None:
        parts = parts_of(part)
        events = split.events.filter(pl.col("part").is_in(up_to(parts[-1])))
        histories = Histories.from_events(events, split.log.catalogue)
        self.lengths = histories.lengths
        self.starts = np.cumsum(self.lengths + 1) - self.lengths - 1
        columns = derived_labels(split, parts[-1], histories) | histories.columns
        self._labels = self._with_begins(columns, spec)
        self._labels["counted"] = self._counted(events["part"].is_in(parts).to_numpy())
        self._read = self._as_read(spec)
        self._beside = None
        if beside is not None:
            known = beside.of_events(histories)
            self._beside = np.zeros((len(self._is_event), known.shape[1]), np.float32)
            self._beside[self._is_event] = known
        self._people = None if people is None else people.of(histories.users)
        self._person = np.repeat(np.arange(len(histories)), self.lengths + 1)
        counted = np.cumsum(self._labels["counted"], dtype=np.float64)
        self._before = np.concatenate([[0.0], counted])  # targets before each token
        self.targets = int(self._before[-1])

    def read(self, token: np.ndarray, real: np.ndarray) -> dict[str, np.ndarray]:
        """What a trunk reads at some tokens, any shape: item, gap and outcomes; 0 elsewhere."""
        return {name: np.where(real, values[token], 0) for name, values in self._read.items()}

    def labels(
        self, token: np.ndarray, real: np.ndarray, counts: np.ndarray
    ) -> dict[str, np.ndarray]:
        """The labels of the events after some tokens: 0 or NaN where not ``real``.

        They are the columns of the log and those of :func:`derived_labels`; ``counted`` is 1 where
        the event belongs to the part and ``counts`` is true.
        """
        after = np.where(real, token + 1, 0)
        y = {
            name: np.where(real, values[after], 0 if values.dtype.kind != "f" else np.nan)
            for name, values in self._labels.items()
            if name not in {"timestamp", "counted"}
        }
        counted = np.where(real & counts, self._labels["counted"][after], 0)
        return y | {"counted": counted.astype(np.float32)}

    def given(
        self, y: dict[str, np.ndarray], token: np.ndarray, real: np.ndarray
    ) -> dict[str, np.ndarray]:
        """What is known at some tokens beside the past.

        Of the events after them ``given_item`` and ``beside``, which only heads may see; of their
        people ``person``.
        """
        given = {"given_item": y["item"]}
        if self._beside is not None:
            given["beside"] = self._beside[np.where(real, token + 1, 0)] * real[..., None]
        if self._people is not None:
            given["person"] = self._people[self._person[token]] * real[..., None]
        return given

    def any_target(self, person: np.ndarray, first: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Whether the tokens ``first … end − 1`` of a person have a target that counts."""
        base = self.starts[person] + 1
        return (end > first) & (self._before[base + end] > self._before[base + first])

    def _with_begins(self, events: dict[str, np.ndarray], spec: InputSpec) -> dict[str, np.ndarray]:
        total = int(self.lengths.sum()) + len(self.lengths)
        self._is_event = np.ones(total, bool)
        self._is_event[self.starts] = False
        columns: dict[str, np.ndarray] = {}
        for name, values in events.items():
            nothing = np.nan if values.dtype.kind == "f" else -1
            columns[name] = np.full(total, spec.begin if name == "item" else nothing, values.dtype)
            columns[name][self._is_event] = values
        columns["item"] = columns["item"].astype(np.int32)
        return columns

    def _counted(self, of_the_part: np.ndarray) -> np.ndarray:
        counted = np.zeros(len(self._is_event), np.float32)
        counted[self._is_event] = of_the_part
        return counted

    def _as_read(self, spec: InputSpec) -> dict[str, np.ndarray]:
        time = self._labels["timestamp"]
        pairs = np.stack([np.concatenate([[-1], time[:-1]]), time], axis=1)
        missing = np.full(len(time), np.nan, np.float32)
        read = {"item": self._labels["item"], "gap": gap_ids(pairs)[:, 0]}
        for name in spec.outcomes:
            read[name] = spec.outcome_ids(name, self._labels.get(name, missing))
        return read


def parts_of(part: Parts) -> list[str]:
    """One part or several, in the order of time.

    Raises:
        ParameterError: none, or an unknown one.

    >>> parts_of(["validation", "train"])
    ['train', 'validation']

    Taught in chapter 02.
    """
    named = {part} if isinstance(part, str) else set(part)
    if not named or not named <= set(PARTS):
        raise ParameterError(f"part must be one of {list(PARTS)}, or a list of them, got {part!r}")
    return sorted(named, key=place_of)
