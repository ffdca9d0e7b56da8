"""How might it go on? Histories continued by sampling one event after another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mtrec_lib.core import generator
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Histories, appended
from mtrec_lib.data.catalogue import ItemId
from mtrec_lib.evaluation import Scorer, probabilities
from mtrec_lib.recommend import typed
from mtrec_lib.recommend.candidates import Choice, candidates
from mtrec_lib.recommend.recommendations import plain
from mtrec_lib.recommend.top import repeats

if TYPE_CHECKING:
    from mtrec_lib.data import Catalogue

BLOCK = 256  # pasts scored at once


@dataclass(frozen=True, eq=False)
class Continuations:
    """Sampled futures, each ``events`` long.

    Args:
        ids: ``(pasts, samples, events)`` int32 item ids.
        catalogue: their titles.
        model: name of the model.

    Taught in chapter 04.
    """

    ids: np.ndarray
    catalogue: "Catalogue"
    model: str

    @property
    def titles(self) -> list[list[list[str]]]:
        """Titles, nested as ``ids``."""
        title = self.catalogue.title
        return [[[title(int(i)) for i in one] for one in past] for past in self.ids]

    @property
    def item_ids(self) -> list[list[list[ItemId | None]]]:
        """Values of ``item_id``, nested as ``ids``."""
        return [[self.catalogue.decode(one) for one in past] for past in self.ids]

    def __repr__(self) -> str:
        pasts, samples, events = self.ids.shape
        lines = [f"{self.model}: {samples} samples of {events} events after {pasts} pasts"]
        for number, past in enumerate(self.titles):
            lines += [f"{number}: {' · '.join(map(plain, one))}" for one in past]
        return "\n".join(lines)


def continuations(
    model: Scorer,
    history: Sequence[ItemId] | Histories,
    events: int = 10,
    samples: int = 5,
    temperature: float = 1.0,
    top_p: float | None = None,
    exclude_seen: bool | None = None,
    seed: int = 0,
    only: Choice | None = None,
    exclude: Choice | None = None,
) -> Continuations:
    """Draw what comes next, append it to the past, draw again: a language model that writes.

    An event is drawn with probability ∝ p(item | past)^(1 / temperature). A drawn event has an
    item alone: so that the model reads an event like those before it, it gets the median rating
    of its past and comes the median gap later, where the past has ratings and times.

    Args:
        model: has ``name``, ``catalogue``, ``scores`` and, unless its scores are probabilities,
            ``log_prob`` (see :func:`mtrec_lib.evaluation.probabilities`).
        history: titles or values of ``item_id``, oldest first, or ``n`` pasts as
            :class:`mtrec_lib.data.Histories`.
        events: length of a continuation (≥ 1).
        samples: continuations of each past (≥ 1).
        temperature: below 1 bold items get bolder, above 1 rare ones get their chance (> 0).
        top_p: draw only from the fewest items that together have at least this probability, in
            (0, 1]; None draws from all. (Holtzman et al., arXiv:1904.09751: nucleus sampling.)
        exclude_seen: leave out what is in the past or was drawn before. None: only where nobody
            repeats, as the model's inputs say.
        seed: the same seed draws the same.
        only: what may be drawn, see :func:`top`.
        exclude: what may not be drawn, see :func:`top`.

    Raises:
        ParameterError: an argument out of range, more events than items are left, or a model
            without probabilities.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=200))
    >>> model = mt.baselines.NGram(order=1).fit(split)
    >>> continuations(model, split.queries("test").histories[:2], events=3, samples=4).ids.shape
    (2, 4, 3)

    Taught in chapter 04.
    """
    _check(events, samples, temperature, top_p)
    size = model.catalogue.size
    past = history if isinstance(history, Histories) else typed.read(model.catalogue, history)[0]
    leave_out = not repeats(model) if exclude_seen is None else exclude_seen
    allowed = candidates(model.catalogue, only, exclude)
    left = (allowed & ~past.seen_mask(size)).sum(axis=1).min(initial=size)
    if leave_out and events > left:
        raise ParameterError(f"events must be ≤ {left}, the items left to draw, got {events}")
    which = np.repeat(np.arange(len(past)), samples)
    read, (rating, gap) = past[which], (values[which] for values in _typical(past))
    drawn = np.zeros((len(read), events), np.int32)
    for step in range(events):
        random = generator(seed, "continuations", step).random(len(read))
        for first in range(0, len(read), BLOCK):
            block = slice(first, first + BLOCK)
            shares = _shares(model, read[block], allowed, leave_out)
            drawn[block, step] = _drawn(_sharpened(shares, temperature, top_p), random[block]) + 2
        time = read.last(1, "timestamp")[:, 0]
        read = appended(
            read,
            drawn[:, step],
            rating=rating,
            timestamp=np.where(time < 0, -1, time + gap),
        )
    return Continuations(drawn.reshape(len(past), samples, events), model.catalogue, model.name)


def _shares(model: Scorer, pasts: Histories, allowed: np.ndarray, leave_out: bool) -> np.ndarray:
    """``(n, items)`` probabilities, 0 where an item may not be drawn; rows need not sum to 1."""
    shares = probabilities(model, pasts)
    if leave_out or not allowed.all():
        seen = pasts.seen_mask(shares.shape[1]) if leave_out else np.zeros(shares.shape, bool)
        shares = np.where(allowed & ~seen, shares, 0)
        lost = shares.sum(axis=1) == 0  # nothing left of the probability: all alike
        shares[lost] = (allowed & ~seen)[lost]
    return shares


def _sharpened(shares: np.ndarray, temperature: float, top_p: float | None) -> np.ndarray:
    """``(n, items)`` probabilities after temperature and nucleus, each row summing to 1."""
    from scipy import special  # slow to import, and a list needs none of it

    with np.errstate(divide="ignore"):
        logs = np.log(shares) / temperature
    shares = special.softmax(logs, axis=1)
    if top_p is None or top_p >= 1:
        return shares
    order = np.argsort(-shares, axis=1, kind="stable")
    ordered = np.take_along_axis(shares, order, axis=1)
    before = np.cumsum(ordered, axis=1) - ordered  # of all items above; none above the first
    np.put_along_axis(shares, order, np.where(before < top_p, ordered, 0), axis=1)
    return shares / shares.sum(axis=1, keepdims=True)


def _drawn(shares: np.ndarray, random: np.ndarray) -> np.ndarray:
    """``(n,)`` columns: the first at which the running sum passes the random number."""
    running = np.cumsum(shares, axis=1)
    running /= running[:, -1:]
    return (running <= random[:, None]).sum(axis=1)


def _typical(pasts: Histories) -> tuple[np.ndarray, np.ndarray]:
    """``(n,)`` median rating (NaN without any) and ``(n,)`` median gap in seconds of each past."""
    rating, gap = np.full(len(pasts), np.nan), np.zeros(len(pasts), np.int64)
    for number in range(len(pasts)):
        given, time = (pasts[number].flat(name)[1] for name in ("rating", "timestamp"))
        given, between = given[~np.isnan(given)], np.diff(time[time >= 0])
        rating[number] = np.median(given) if len(given) else np.nan
        gap[number] = np.median(between) if len(between) else 0
    return rating, gap


def _check(events: int, samples: int, temperature: float, top_p: float | None) -> None:
    if events < 1 or samples < 1:
        raise ParameterError(f"events and samples must be ≥ 1, got {events} and {samples}")
    if not 0 < temperature < np.inf:
        raise ParameterError(
            f"temperature must be above 0 and finite, got {temperature!r}; for the best items "
            "without any chance use mt.recommend.top"
        )
    if top_p is not None and not 0 < top_p <= 1:
        raise ParameterError(f"top_p must lie in (0, 1] or be None, got {top_p!r}")
