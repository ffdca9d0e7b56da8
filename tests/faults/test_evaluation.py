"""Faults 32, 33, 36 and 41 where models are judged: nobody is dropped, nothing is made up."""

import numpy as np
import pytest

import mtrec_lib as mt
from mtrec_lib.baselines import DecayedCounts, ItemKNN, NGram, PersonalFrequency, Popularity
from mtrec_lib.core.errors import DivergedError
from mtrec_lib.data import Histories

BASELINES = [Popularity(), ItemKNN(), DecayedCounts(), NGram(), PersonalFrequency()]


class Says:
    """A model with one answer to everything."""

    name = "says"

    def __init__(self, answer: float) -> None:
        self.answer = answer

    def scores(self, histories: Histories) -> np.ndarray:
        return np.full((len(histories), 9), self.answer)

    def predict_events(self, histories: Histories, items: np.ndarray) -> dict[str, np.ndarray]:
        return {"like": np.full(len(items), self.answer)}


@pytest.mark.parametrize("model", BASELINES, ids=repr)
def test_32_a_person_without_a_past_is_ranked_and_counted_apart(model, films) -> None:
    # the last person of the log appears for the first time in the test part
    split = mt.data.global_time(films, (0.8, 0.1, 0.1))
    ranking = mt.evaluation.rank(model.fit(split), split)
    assert ranking.cold == 1
    assert "empty histories 1 of" in str(ranking)
    assert np.isfinite(list(ranking.metrics.values())).all()


@pytest.mark.parametrize("model", BASELINES, ids=repr)
def test_33_a_past_of_unknown_items_is_an_empty_past(model, films_split) -> None:
    model.fit(films_split)
    strange = Histories.from_lists([[1, 1]], timestamp=[[0, 60]])
    known = model.scores(Histories.empty())
    np.testing.assert_allclose(model.scores(strange), known, rtol=1e-6)


def test_36_one_class_has_no_auc_but_a_reason_and_a_finite_loss(films) -> None:
    events = films.events.with_columns(like=np.ones(films.events.height, dtype=bool))
    log = mt.data.Log("all liked", events, films.items, films.users, films.about)
    found = mt.evaluation.judge(Says(1.0), mt.data.leave_last_out(log))
    assert found.metrics["auc"] is None
    assert found.reasons["auc"] == "one class only: all 12 labels are 1"
    assert found.metrics["log_loss"] == pytest.approx(0, abs=1e-6)


def test_41_a_diverged_model_is_named_and_not_ranked(films_split) -> None:
    for judge in (mt.evaluation.rank, mt.evaluation.judge):
        with pytest.raises(DivergedError, match=r"says.*the model has diverged"):
            judge(Says(float("nan")), films_split)
