"""When a training ends, what stays in the model, and how it goes on."""

import keras
import numpy as np
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import CheckpointError, ParameterError
from tests.training.test_fit import _fit, _weights


class Recorder(keras.callbacks.Callback):
    """Writes down how it is called, and stops after so many epochs."""

    def __init__(self, stop_after=99):
        super().__init__()
        self.stop_after, self.calls, self.batches = stop_after, [], 0

    def on_train_begin(self, logs=None):
        self.calls.append("begin")

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append((epoch, "monitor" in logs))
        self.model.stop_training = epoch + 1 >= self.stop_after

    def on_train_end(self, logs=None):
        self.calls.append("end")


@pytest.fixture(scope="module")
def whole(films_inputs, films_split):
    """Two epochs, validated at the end alone."""
    return _fit(films_inputs, films_split, epochs=2, every=2)


def test_callbacks_see_one_training_and_may_end_it(films_inputs, films_split, tmp_path):
    recorder = Recorder(stop_after=2)
    _, history = _fit(
        films_inputs, films_split, epochs=5, every=2, callbacks=[recorder], checkpoint=tmp_path
    )
    # Keras' own fit is called once an epoch; a callback sees epochs 0 and 1 of one training
    assert recorder.calls == ["begin", (0, False), (1, True), "end"]
    assert len(history) == 2
    assert recorder.batches > 2


def test_without_validation_the_last_average_stays(whole, films_inputs, films_split):
    # one validation at the end keeps the average of the last epoch; so does none at all
    model, history = _fit(films_inputs, films_split, epochs=2, monitor=None)
    assert not any("monitor" in logs for logs in history)
    np.testing.assert_array_equal(_weights(model), _weights(whole[0]))


def test_a_training_cut_before_its_first_validation_keeps_the_average(films_inputs, films_split):
    # every=2, and time is out after the first epoch
    cut, _ = _fit(films_inputs, films_split, epochs=2, every=2, max_seconds=0.0)
    one, _ = _fit(films_inputs, films_split, epochs=2, monitor=None, max_seconds=0.0)
    np.testing.assert_array_equal(_weights(cut), _weights(one))


def test_validation_can_be_trained_on(whole, films_inputs, films_split):
    # 12 people: 4 events each train, a fifth validates
    feed = mt.models.GPT(films_inputs, width=8).feed(films_split, ("train", "validation"))
    assert feed.targets == 12 * 5
    model, _ = _fit(
        films_inputs, films_split, epochs=2, monitor=None, parts=("train", "validation")
    )
    assert np.abs(_weights(model) - _weights(whole[0])).max() > 0


def test_more_epochs_go_on_from_the_last_one_and_fewer_are_refused(
    films_inputs, films_split, tmp_path
):
    _, first = _fit(films_inputs, films_split, epochs=2, checkpoint=tmp_path)
    _, longer = _fit(films_inputs, films_split, epochs=3, checkpoint=tmp_path)
    assert longer[:2] == first
    assert len(longer) == 3
    with pytest.raises(CheckpointError, match="a training of 3 epochs and has reached 3"):
        _fit(films_inputs, films_split, epochs=2, checkpoint=tmp_path)


def test_patience_of_zero_trains_and_stops_at_the_first_fall(films_inputs, films_split):
    # values .2 .3 .1: the third is no new best, as with Keras' own patience of 0
    values = iter([0.2, 0.3, 0.1, 0.9])
    _, history = _fit(
        films_inputs, films_split, patience=0, monitor=lambda model, split: next(values)
    )
    assert [logs["monitor"] for logs in history] == [0.2, 0.3, 0.1]


@pytest.mark.parametrize("value", [float("nan"), None, "0.5", np.zeros(2)])
def test_a_monitor_that_is_no_number_is_named(films_inputs, films_split, value):
    from mtrec_lib.training.monitor import monitored

    def auc(model, split):
        return value

    judge = monitored(None, films_split, auc)
    with pytest.raises(ParameterError, match="the monitor 'auc' must return one finite number"):
        judge(None, films_split)


def test_a_log_of_one_timers_is_refused_before_the_first_epoch(films, films_inputs):
    events = films.events.group_by("user_id", maintain_order=True).head(2)
    log = mt.data.Log("films", events, films.items, films.users, films.about)
    split = mt.data.leave_last_out(log)  # fewer than three events a person: all of them train
    with pytest.raises(ParameterError, match=r"validation part .* no events.*monitor=None"):
        _fit(films_inputs, split)


def test_ndcg_needs_a_model_that_ranks(films_inputs, films_split):
    from mtrec_lib.training.monitor import monitored

    trunk = mt.models.GPT(films_inputs, width=8, layers=1)
    model = mt.models.MultiTask(trunk, tasks=[mt.tasks.Rating()])
    with pytest.raises(ParameterError, match="needs a task that predicts the next item"):
        monitored(model, films_split, "ndcg@10")
