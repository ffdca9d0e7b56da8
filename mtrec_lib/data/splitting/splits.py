"""Train, validation, test: three protocols, each checked for leaks when it is made."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.core.shares import Shares, three_shares
from mtrec_lib.data.histories import Histories
from mtrec_lib.data.log import Log
from mtrec_lib.data.queries import Queries
from mtrec_lib.data.splitting.leaks import check_split
from mtrec_lib.data.splitting.parts import PARTS, place_of
from mtrec_lib.data.splitting.protocol import (
    ByWeek,
    LeaveLastOut,
    OneCut,
    Protocol,
    protocol_of,
)
from mtrec_lib.data.splitting.weeks import declared_weeks, first_week


@dataclass(frozen=True, eq=False)
class Split:
    """A log whose events are told apart into ``train``, ``validation`` and ``test``.

    Args:
        log: the log.
        protocol: the rule by which it was split, an object that also says what is asked, what of
            others is visible and when observation ends; its ``name`` stands in files. A string
            is taken for the rule of this name.
        events: ``log.events`` with one more column, ``part``.
        about: the protocol in words.

    Raises:
        LeakError: at construction, if the future stands in the past.

    >>> import mtrec_lib as mt
    >>> split = mt.data.leave_last_out(mt.data.load("simulator", users=20, events=400))
    >>> split.train.height + split.validation.height + split.test.height == split.events.height
    True

    Taught in chapter 01.
    """

    log: Log
    protocol: Protocol
    events: pl.DataFrame
    about: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "protocol", protocol_of(self.protocol))
        self.check()

    def check(self) -> None:
        """Raise :class:`LeakError` unless each user's parts follow each other in time.

        Also: the events are those of the log, none lost, none changed; and the rule of the
        protocol (one event a user, one cut in time, whole baskets) holds.
        """
        check_split(self)

    @property
    def train(self) -> pl.DataFrame:
        """The events that parameters are fitted on."""
        return self._part("train")

    @property
    def validation(self) -> pl.DataFrame:
        """The events that choices are made on."""
        return self._part("validation")

    @property
    def test(self) -> pl.DataFrame:
        """The events that results are reported on."""
        return self._part("test")

    def _part(self, part: str) -> pl.DataFrame:
        return self.events.filter(pl.col("part") == part)

    def __repr__(self) -> str:
        counts = dict(self.events["part"].value_counts().iter_rows())
        sizes = ", ".join(f"{part} {counts.get(part, 0):,}" for part in PARTS)
        return f"Split({self.log.name!r}, {self.protocol}: {sizes})"

    def queries(self, part: str, every_event: bool = False) -> Queries:
        """What a model is asked: the past of a user, and the item that came next.

        The past holds all that the user did before the target in canonical order, whatever its
        part: at test time the validation event and earlier test events are known.

        Args:
            part: ``train``, ``validation`` or ``test``.
            every_event: ask about every event of the part. Else ``by_week`` asks once a user: the
                targets are the distinct items of the first basket in the part, the past ends
                before it. The other protocols ask about every event in any case.

        Raises:
            ParameterError: an unknown part.

        Taught in chapter 02.
        """
        place_of(part)
        return self.protocol.queries(self, part, every_event)

    def queries_of_events(self, part: str) -> Queries:
        """One query an event of the part."""
        rows = self._rows(part)
        return Queries(self._before(rows), np.arange(len(rows) + 1), self.item_ids[rows], rows)

    @property
    def item_ids(self) -> np.ndarray:
        """``(events,)`` int32 id of each event's item."""
        return self._histories.columns["item"]

    @property
    def cold_of(self) -> dict[str, np.ndarray]:
        """Ids of the items that alone are asked about in a part; see :class:`ColdItems`."""
        return {}

    def _rows(self, part: str) -> np.ndarray:
        return np.flatnonzero((self.events["part"] == part).to_numpy())

    @cached_property
    def _histories(self) -> Histories:
        """The whole past of every user; its flat rows are the rows of ``events``."""
        return Histories.from_events(self.events, self.log.catalogue)

    def _before(self, rows: np.ndarray) -> Histories:
        """The past of each row of the events, the row itself left out."""
        whole = self._histories
        person = np.searchsorted(whole.starts, rows, side="right") - 1
        return Histories(whole.users[person], whole.starts[person], rows, whole.columns)

    def queries_of_baskets(self, part: str) -> Queries:
        """One query a user: the basket of the user's first row in the part."""
        rows = self._rows(part)
        person = np.searchsorted(self._histories.starts, rows, side="right") - 1
        session = self._histories.columns["session_id"][rows]
        item = self.item_ids[rows]
        _, first, inverse = np.unique(person, return_index=True, return_inverse=True)
        inside = np.flatnonzero(session == session[first][inverse])
        pairs = np.stack([inverse[inside], item[inside]], axis=1)
        _, distinct = np.unique(pairs, axis=0, return_index=True)
        chosen = inside[np.sort(distinct)]
        counts = np.bincount(inverse[chosen], minlength=len(first))
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return Queries(self._before(rows[first]), offsets, item[chosen], rows[first])


def leave_last_out(log: Log) -> Split:
    """Each user's last event is the test, the one before it the validation, the rest training.

    "Last" follows the tie rule: by time, and among equal times by the row in the file. Ties broken
    by item id would teach a sequence model the order of the ids. Users with fewer than three
    events are training only.

    >>> import mtrec_lib as mt
    >>> split = mt.data.leave_last_out(mt.data.load("simulator", users=20, events=400))
    >>> split.test["user_id"].is_unique().all()
    True

    Taught in chapter 01.
    """
    left = pl.int_range(pl.len(), 0, -1, dtype=pl.Int64).over(
        "user_id"
    )  # events left, own included
    enough = pl.len().over("user_id") >= 3
    part = (
        pl.when(enough & (left == 1))
        .then(pl.lit("test"))
        .when(enough & (left == 2))
        .then(pl.lit("validation"))
        .otherwise(pl.lit("train"))
    )
    about = (
        "each user's last event is the test, the one before it the validation; "
        "equal times keep the order of the file; users with fewer than 3 events train only"
    )
    return Split(log, LeaveLastOut(), log.events.with_columns(part=part), about)


def global_time(log: Log, fractions: Shares = (0.8, 0.1, 0.1)) -> Split:
    """One cut in time for everybody: rows by (time, row in the file), cut by their number.

    Args:
        log: a log with times.
        fractions: shares of train, validation and test, each > 0, together 1.

    Raises:
        ParameterError: fractions that are no shares, or events without a time.

    >>> import mtrec_lib as mt
    >>> split = mt.data.global_time(mt.data.load("simulator", users=20, events=400))
    >>> split.train["timestamp"].max() <= split.test["timestamp"].min()
    True

    Taught in chapter 01.
    """
    three_shares("fractions", fractions)
    if not log.events.height or log.events["timestamp"].null_count():
        raise ParameterError(
            f"global_time needs a time in every event of {log.name!r}; "
            "give the log a timestamp column or use leave_last_out"
        )
    order = np.lexsort((log.events["row"].to_numpy(), log.events["timestamp"].to_physical()))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    cuts = [round(len(order) * share) for share in (fractions[0], fractions[0] + fractions[1])]
    part = np.array(PARTS)[np.searchsorted(cuts, rank, side="right")]
    about = (
        "the first {:.0%} of all rows by time train, the next {:.0%} validate, the last {:.0%} test"
    )
    events = log.events.with_columns(part=pl.Series(part, dtype=pl.String))
    return Split(log, OneCut(), events, about.format(*fractions))


def by_week(
    log: Log,
    train: tuple[int, int] = (1, 46),
    validation: tuple[int, int] = (47, 49),
    test: tuple[int, int] = (50, 53),
) -> Split:
    """Whole weeks, whole baskets: the split for shops where people come back.

    Args:
        log: a log with columns ``week`` and ``session_id``.
        train, validation, test: first and last week of each part, following each other.

    Raises:
        ParameterError: a column is missing, a week is no whole number, the weeks do not follow
            each other, or an event lies outside them.

    Taught in chapter 01.
    """
    missing = [name for name in ("week", "session_id") if not log.has(name)]
    if missing:
        raise ParameterError(
            f"by_week needs the columns {missing}, which {log.name!r} has not; use leave_last_out"
        )
    first_week(log.events, log.name)
    if not (train[0] <= train[1] < validation[0] <= validation[1] < test[0] <= test[1]):
        raise ParameterError(
            f"the weeks of the parts must follow each other, got {train}, {validation}, {test}"
        )
    part = pl.lit(None, pl.String)
    for name, (first, last) in zip(PARTS, (train, validation, test), strict=True):
        part = pl.when(pl.col("week").is_between(first, last)).then(pl.lit(name)).otherwise(part)
    events = log.events.with_columns(part=part)
    outside = events.filter(pl.col("part").is_null())["week"].unique().sort().to_list()
    if outside:
        raise ParameterError(
            f"weeks {outside[:5]} lie in no part; widen {train}, {validation}, {test}, or set "
            "validation_weeks and test_weeks in [log] of your .toml, counted from the first week"
        )
    about = f"weeks {train[0]}–{train[1]} train, {validation[0]}–{validation[1]} validate, "
    return Split(log, ByWeek(), events, f"{about}{test[0]}–{test[1]} test; baskets stay whole")


def split(log: Log) -> Split:
    """The split by the log's own protocol, ``log.about.split``.

    >>> import mtrec_lib as mt
    >>> mt.data.split(mt.data.load("simulator", users=20, events=400)).protocol.name
    'leave_last_out'

    Taught in chapter 01.
    """
    rule = type(log.about.protocol)
    if rule is ByWeek:
        return by_week(log, *declared_weeks(log))
    made = {LeaveLastOut: leave_last_out, OneCut: global_time}
    return made[rule](log)
