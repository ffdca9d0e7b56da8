"""Predictions for the items that people met."""

import numpy as np
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import DivergedError, ParameterError
from mtrec_lib.evaluation import judge as judge


class Says:
    """A model that predicts a number for each catalogue id."""

    name = "says"

    def __init__(self, task, by_id):
        self.task, self.by_id = task, np.asarray(by_id, dtype=np.float64)

    def predict_events(self, histories, items):
        return {self.task: self.by_id[items]}


IDS = np.arange(7) / 10  # id 2 … 6 are items 1 … 5


def test_like_is_read_off_the_rating(split_of):
    # last events: items 3, 4, 5 rated 5, 3, 4; so likes are 1, 0, 1 and scores .4, .5, .6
    ratings = [[1, 1, 5.0], [1, 1, 3.0], [1, 1, 4.0]]
    split = split_of([[1, 2, 3], [1, 2, 4], [1, 2, 5]], rating=ratings)
    judgement = judge(Says("like", IDS), split)
    assert judgement.labels.tolist() == [1, 0, 1]
    assert judgement.metrics["auc"] == 0.5
    assert judgement.metrics["log_loss"] == pytest.approx(-np.log([0.4, 0.5, 0.6]).mean())
    assert judgement.metrics["user_auc"] is None
    assert judgement.reasons == {"user_auc": "no user has labels of both classes"}
    assert "user_auc     none: no user has labels of both classes" in str(judgement)


def test_top_is_the_best_grade(split_of):
    # last events rated 5, 4 and 5 of a scale that ends at 5
    split = split_of([[1, 2, 3], [1, 2, 4], [1, 2, 5]], rating=[[1.0, 1, 5], [1, 1, 4], [1, 1, 5]])
    assert judge(Says("top", IDS), split, task="top").labels.tolist() == [1, 0, 1]


def test_one_class_gives_null_and_the_reason(split_of):
    split = split_of([[1, 2, 3], [1, 2, 4]], rating=[[1.0, 1, 5], [1, 1, 4]])
    judgement = judge(Says("like", IDS), split)
    assert judgement.metrics["auc"] is None
    assert judgement.reasons["auc"] == "one class only: all 2 labels are 1"
    assert judgement.table()["value"].null_count() == 2
    assert judgement.table()["reason"].null_count() == 1


def test_rating_gives_rmse(split_of):
    # predictions .4 and .5 against 1.4 and 2.5: errors 1 and 2
    split = split_of([[1, 2, 3], [1, 2, 4]], rating=[[1, 1, 1.4], [1, 1, 2.5]])
    judgement = judge(Says("rating", IDS), split, task="rating")
    assert judgement.metrics == {"rmse": pytest.approx(np.sqrt(2.5))}
    low, high = judgement.intervals["rmse"]
    assert (low, high) == (pytest.approx(1), pytest.approx(2))


def test_rows_without_a_label_are_left_out_and_counted(split_of):
    split = split_of([[1, 2, 3], [1, 2, 4]], rating=[[1.0, 1, None], [1, 1, 2.5]])
    judgement = judge(Says("rating", IDS), split, task="rating")
    assert (judgement.missing, len(judgement.labels)) == (1, 1)
    nothing = split_of([[1, 2, 3]], rating=[[1.0, 1, None]])
    for task, metric in (("rating", "rmse"), ("like", "auc")):
        empty = judge(Says(task, IDS), nothing, task=task)
        assert empty.metrics[metric] is None
        assert empty.reasons[metric] == "no row has a label"


def test_a_column_of_labels_needs_no_rating(split_of):
    split = split_of([[1, 2, 3], [1, 2, 4]], click=[[True, True, True], [True, True, False]])
    assert judge(Says("click", IDS), split, task="click").metrics["auc"] == 0


def test_per_user_auc_does_not_reward_knowing_who_is_generous(films):
    # the model gives each user their own mean: pooled AUC is high, per user it is ½
    split = mt.data.global_time(films, (0.4, 0.1, 0.5))
    likes = mt.evaluation.judge(Says("like", np.full(11, 0.5)), split)
    queries = split.queries("test", every_event=True)
    generous = {u: likes.labels[queries.histories.users == u].mean() for u in likes.users}

    class Generous:
        def predict_events(self, histories, items):
            return {"like": np.array([generous[u] for u in histories.users])}

    judgement = judge(Generous(), split)
    assert judgement.metrics["auc"] > 0.55
    assert judgement.metrics["user_auc"] == 0.5
    assert set(judgement.intervals) == {"auc", "user_auc", "log_loss"}


def test_batches_change_nothing(films):
    split = mt.data.global_time(films)
    one, many = (
        judge(Says("rating", np.arange(11)), split, task="rating", batch_size=b) for b in (1, 99)
    )
    assert one.metrics == many.metrics


def test_some_of_the_events_may_be_asked_about(films):
    split = mt.data.global_time(films, (0.4, 0.1, 0.5))
    queries = split.queries("test", every_event=True)
    whole = judge(Says("rating", np.arange(11)), split, task="rating")
    some = judge(Says("rating", np.arange(11)), split, task="rating", queries=queries[[0, 2, 5]])
    np.testing.assert_array_equal(some.labels, whole.labels[[0, 2, 5]])
    np.testing.assert_array_equal(some.predictions, whole.predictions[[0, 2, 5]])


def test_what_cannot_be_judged_is_refused(split_of, fixed):
    split = split_of([[1, 2, 3], [1, 2, 4]], rating=[[1.0, 1, 1], [1, 1, 2]])
    with pytest.raises(ParameterError, match=r"fixed has no predict_events\(\)"):
        judge(fixed([1]), split)
    with pytest.raises(ParameterError, match="needs a column 'buy'"):
        judge(Says("buy", IDS), split, task="buy")
    with pytest.raises(ParameterError, match="says does not predict 'like'; it predicts rating"):
        judge(Says("rating", IDS), split)
    with pytest.raises(DivergedError, match=r"says.predict_events\(\) returned 2 of 2"):
        judge(Says("like", np.full(7, np.nan)), split)
