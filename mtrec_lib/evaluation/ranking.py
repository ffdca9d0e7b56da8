"""Full ranking: where do the true items stand among all items of the catalogue?"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.queries import Queries
from mtrec_lib.data.splitting.splits import Split
from mtrec_lib.evaluation import metrics
from mtrec_lib.evaluation.comparisons.intervals import mean_interval
from mtrec_lib.evaluation.ranks import first_columns, target_ranks
from mtrec_lib.evaluation.reporting import Interval, results_lines, results_table
from mtrec_lib.evaluation.same_items import check_same_items
from mtrec_lib.evaluation.scorer import Scorer, ability, batches, finite, name_of, queries_of


@dataclass(frozen=True, eq=False)
class Ranking:
    """How well a model ranks what people took next, with 95 % intervals by person.

    Args:
        model: the model's name.
        about: what was ranked, in words.
        k: length of the list.
        ranks: (targets,) from 1; catalogue size + 1 for a target outside the catalogue.
        offsets: (queries + 1,) where each query's targets begin in ``ranks``.
        users: (users,) each person once, ascending.
        counts: (users,) queries of each person.
        per_user: metric → (users,) its mean over the person's queries.
        metrics: metric → its mean over queries; also ``coverage@k`` (share of the catalogue in
            anybody's first k) and ``ties`` (share of targets that share their score with another
            candidate).
        intervals: metric → (low, high), for the metrics of ``per_user``.
        cold: number of queries whose history is empty.
        unknown: number of targets outside the catalogue; each counts as a miss.
        repeated: number of targets that the past holds, while other items of the past are masked.
            A log in which people come back must say so (``repeats = true``): such a target is left
            in the list while its strongest rivals are taken away, and the figures are too good.

    Taught in chapter 04.
    """

    model: str
    about: str
    k: int
    ranks: NDArray[np.int64]
    offsets: NDArray[np.int64]
    users: NDArray[np.generic]
    counts: NDArray[np.int64]
    per_user: dict[str, NDArray[np.float64]]
    metrics: dict[str, float]
    intervals: dict[str, Interval]
    cold: int
    unknown: int
    repeated: int = 0

    def weights(self, metric: str) -> NDArray[np.float64]:
        """(users,) the weight of each person in the mean of ``metric``: their queries."""
        return self.counts.astype(np.float64)

    def table(self) -> pl.DataFrame:
        """One row a metric: ``metric``, ``value``, ``low``, ``high`` (null without interval)."""
        return results_table(self.metrics, self.intervals)

    def __str__(self) -> str:
        lines = [f"{self.model} · {self.about}"]
        lines += results_lines(self.metrics, self.intervals)
        if self.cold:
            lines.append(f"empty histories {self.cold:,} of {len(self.offsets) - 1:,}")
        if self.unknown:
            lines.append(f"targets outside the catalogue {self.unknown:,}, each a miss")
        if self.repeated:
            lines.append(
                f"targets taken before {self.repeated:,} of {len(self.ranks):,}, while the other "
                "items of their past are masked: the figures are too good; declare repeats = true"
            )
        return "\n".join(lines)


def rank(
    model: Scorer,
    split: Split,
    part: str = "test",
    k: int = 10,
    mask_seen: bool | None = None,
    batch_size: int = 256,
    seed: int = 0,
    resamples: int = 1000,
    queries: Queries | None = None,
    among: str | None = None,
    candidates: ArrayLike | None = None,
) -> Ranking:
    """Rank the whole catalogue for every query of a part.

    The rank of a target is the number of candidates whose score is at least its own, itself
    included, so that a tie counts against the model. Where earlier items are masked, a target
    never is.

    Args:
        model: has ``scores(histories)`` → (n, catalogue.size).
        split: a split of a log; it says what the queries of a part are.
        part: ``"validation"`` or ``"test"``.
        k: length of the list.
        mask_seen: leave a person's earlier items out of the candidates; None means where nobody
            repeats (``not log.about.repeats``).
        batch_size: queries scored at once; it changes memory and time, not the result.
        seed: of the bootstrap.
        resamples: of the bootstrap; people are resampled, not queries.
        queries: some of ``split.queries(part)``, at least one; None means all of them.
        among: ``"new"``: targets and candidates are items that the past does not hold;
            ``"repeat"``: items that it holds; people without such a target are left out. None:
            all, as ``mask_seen`` says.
        candidates: ids ≥ 2 of the only items that are ranked, such as those of one shelf; None
            means the whole catalogue. A target is ranked in any case; ``coverage@k`` is the share
            of the candidates.

    Raises:
        DivergedError: a score is NaN or infinite; the model is named.
        ParameterError: ``k`` or ``batch_size`` below 1, a part without queries, candidates
            outside the catalogue, or a split of other items than the model's.

    Returns:
        ``hr@k``, ``ndcg@k``, ``mrr@k``, for sets of targets ``recall@k``, ``coverage@k``, ``ties``.

    >>> import mtrec_lib as mt
    >>> split = mt.data.split(mt.data.load("simulator", users=20, events=400))
    >>> model = mt.baselines.Popularity().fit(split)
    >>> 0 <= mt.evaluation.rank(model, split).metrics["ndcg@10"] <= 1
    True

    Taught in chapter 04.
    """
    ability(model, "scores", "rank()")
    if not k >= 1 or k % 1:
        raise ParameterError(f"k must be at least 1, got {k}; the length of a list, a whole number")
    k = int(k)
    check_same_items(model, split)
    queries = queries_of(split, part, every_event=False) if queries is None else queries
    if not len(queries):
        raise ParameterError(f"queries must hold at least one of part {part!r}, got none")
    queries, hidden = _among(queries, among, split.log.about.repeats, mask_seen)
    size = split.log.catalogue.size
    away = _away(candidates, size)
    ranks, tied, listed, repeated = _ranked(model, queries, away, min(k, size), hidden, batch_size)
    per_query = _per_query(ranks, queries, min(k, size), k)
    users, counts, per_user = _by_person(queries, per_query)
    values = {metric: float(v.mean()) for metric, v in per_query.items()}
    reach = float((~away)[listed].sum() / (~away).sum())  # a target may be no candidate
    values |= {f"coverage@{k}": reach, "ties": float(tied.mean())}
    return Ranking(
        model=name_of(model),
        about=_about(split, part, len(users), len(queries), away, hidden),
        k=k,
        ranks=ranks,
        offsets=queries.target_offsets,
        users=users,
        counts=counts,
        per_user=per_user,
        metrics=values,
        intervals={m: mean_interval(v, counts, seed, resamples) for m, v in per_user.items()},
        cold=int((queries.histories.lengths == 0).sum()),
        unknown=int((queries.target_items < 2).sum()),
        repeated=repeated,
    )


def _among(
    queries: Queries, among: str | None, repeats: bool, mask_seen: bool | None
) -> tuple[Queries, str]:
    """The queries with the targets that are asked for, and which candidates are hidden."""
    if among is None:
        masked = not repeats if mask_seen is None else mask_seen
        return queries, "seen" if masked else ""
    chosen = queries.among(among)
    if not len(chosen):
        raise ParameterError(f"no target is {among}: among must fit the log, got {among!r}")
    return chosen, "seen" if among == "new" else "unseen"


def _away(candidates: ArrayLike | None, size: int) -> NDArray[np.bool_]:
    """``(size,)`` whether an item is no candidate of anybody's."""
    if candidates is None:
        return np.zeros(size, bool)
    column = metrics.whole(candidates, "candidates") - 2
    if not column.size or column.min() < 0 or column.max() >= size:
        raise ParameterError(
            f"candidates must be one or more item ids in [2, {size + 1}], got {candidates!r}"
        )
    away = np.ones(size, bool)
    away[column] = False
    return away


def _ranked(
    model: Scorer,
    queries: Queries,
    never: NDArray[np.bool_],
    k: int,
    hidden: str,
    batch_size: int,
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64], int]:
    """Ranks and ties of all targets (targets,), the columns in anybody's first ``k``, and how many
    targets stand among the masked items."""
    size, repeated = len(never), 0
    ranks, ties, listed = [], [], np.zeros(size, dtype=bool)
    for batch in batches(queries, batch_size):
        scores = finite(model.scores(batch.histories), model, "scores", (len(batch), size))
        query = np.repeat(np.arange(len(batch)), np.diff(batch.target_offsets))
        column = batch.target_items.astype(np.int64) - 2
        if hidden or never.any():
            away = np.tile(never, (len(batch), 1))
            if hidden:
                seen = batch.histories.seen_mask(size)
                away |= seen if hidden == "seen" else ~seen
                known = column >= 0
                repeated += int((hidden == "seen") * seen[query[known], column[known]].sum())
            away[query[column >= 0], column[column >= 0]] = False
            scores = np.where(away, -np.inf, scores)
        rank, tie = target_ranks(scores, query, column)
        ranks.append(rank)
        ties.append(tie)
        listed |= first_columns(scores, k).any(axis=0)
    return np.concatenate(ranks), np.concatenate(ties), np.flatnonzero(listed), repeated


def _per_query(
    ranks: NDArray[np.int64], queries: Queries, cut: int, k: int
) -> dict[str, NDArray[np.float64]]:
    """Metric → (queries,); the cut is at most the catalogue's size, the name keeps ``k``."""
    offsets = queries.target_offsets
    per_query = {
        f"hr@{k}": metrics.hit_rate(ranks, cut, offsets),
        f"ndcg@{k}": metrics.ndcg(ranks, cut, offsets),
        f"mrr@{k}": metrics.mrr(ranks, cut, offsets),
    }
    if not queries.single:
        per_query[f"recall@{k}"] = metrics.recall(ranks, cut, offsets)
    return per_query


def _by_person(
    queries: Queries, per_query: dict[str, NDArray[np.float64]]
) -> tuple[NDArray[np.generic], NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    """The people (users,), their numbers of queries, and metric → their means."""
    users, user = np.unique(queries.histories.users, return_inverse=True)
    counts = np.bincount(user)
    per_user = {m: np.bincount(user, weights=v) / counts for m, v in per_query.items()}
    return users, counts, per_user


def _about(
    split: Split, part: str, users: int, queries: int, away: NDArray[np.bool_], hidden: str
) -> str:
    people = f"{users:,} users" if users == queries else f"{users:,} users, {queries:,} queries"
    candidates = {"": "earlier items kept", "seen": "earlier items masked"}
    candidates |= {"unseen": "only earlier items kept"}
    items = f"{int((~away).sum()):,} of {len(away):,}" if away.any() else f"all {len(away):,}"
    return f"{split.log.name}, {part} · {people} · {items} items ranked, {candidates[hidden]}"
