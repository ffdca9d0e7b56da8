"""The fit loop: determinism, exact resume, divergence, checkpoints (faults 38–41)."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

import mtrec_lib as mt
from mtrec_lib.core.errors import CheckpointError, DivergedError, ParameterError


def _model(inputs):
    keras.utils.set_random_seed(1)
    tasks = [mt.tasks.NextItem(), mt.tasks.Rating()]
    return mt.models.MultiTask(mt.models.GPT(inputs, width=8, layers=1), tasks=tasks)


def _fit(inputs, split, **options):
    model = _model(inputs)
    settings = {"epochs": 4, "batch_size": 8, "jit_compile": False, "progress": False} | options
    return model, mt.training.fit(model, split, **settings)


def _weights(model):
    return np.concatenate([weight.numpy().ravel() for weight in model.trainable_variables])


@pytest.fixture(scope="module")
def whole(tmp_path_factory, films_inputs, films_split):
    """A training that was never interrupted: its weights, its history, its checkpoints."""
    folder = tmp_path_factory.mktemp("whole")
    model, history = _fit(films_inputs, films_split, checkpoint=folder)
    return _weights(model), history, folder


@pytest.fixture
def copied(whole, tmp_path):
    """Its checkpoints, to be damaged at will."""
    return Path(shutil.copytree(whole[2], tmp_path / "checkpoints"))


def test_training_lowers_the_loss(whole):
    losses = [logs["loss"] for logs in whole[1]]
    assert len(losses) == 4
    assert losses[-1] < losses[0]


def test_a_stopped_training_goes_on_to_the_same_weights(whole, tmp_path, films_inputs, films_split):
    _fit(films_inputs, films_split, checkpoint=tmp_path, max_seconds=0.0)  # ends after one epoch
    again, history = _fit(films_inputs, films_split, checkpoint=tmp_path)
    np.testing.assert_array_equal(whole[0], _weights(again))
    assert [logs["loss"] for logs in whole[1]] == [logs["loss"] for logs in history]


def test_another_seed_gives_other_weights(whole, films_inputs, films_split):
    other, _ = _fit(films_inputs, films_split, seed=9)
    assert np.abs(_weights(other) - whole[0]).max() > 0


@pytest.mark.fault(39)
def test_a_damaged_checkpoint_is_passed_over(whole, copied, films_inputs, films_split):
    newest = sorted(copied.glob("*.npz"))[-1]
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    again, _ = _fit(films_inputs, films_split, checkpoint=copied)
    np.testing.assert_array_equal(whole[0], _weights(again))


def test_two_generations_are_kept(whole):
    assert sorted(path.stem for path in whole[2].glob("*.npz")) == ["epoch_00003", "epoch_00004"]
    assert not list(whole[2].glob("*.partial"))


@pytest.mark.fault(40)
def test_a_checkpoint_of_another_training_is_refused(copied, films_inputs, films_split):
    with pytest.raises(CheckpointError, match=r"learning_rate: 0\.002 there, 0\.5 here.*restart"):
        _fit(films_inputs, films_split, checkpoint=copied, learning_rate=0.5)


def test_restart_begins_anew(copied, films_inputs, films_split):
    _, history = _fit(
        films_inputs, films_split, checkpoint=copied, learning_rate=0.5, max_seconds=0.0,
        restart=True,
    )  # fmt: skip
    assert len(history) == 1
    assert [path.stem for path in copied.glob("*.npz")] == ["epoch_00001"]


class Poison(mt.training.FixedWeights):
    """Weights that are one until told otherwise."""

    def __init__(self):
        super().__init__()
        self.value = keras.Variable(1.0)

    def weights(self, losses, gram=None):
        return ops.ones_like(losses) * self.value


@pytest.mark.fault(41)
def test_divergence_stops_in_the_same_epoch_and_keeps_the_best(films_inputs, films_split):
    model, poison, seen = _model(films_inputs), Poison(), []

    def judge(model, split):
        seen.append(_weights(model))
        poison.value.assign(float("nan"))
        return 1.0

    with pytest.raises(DivergedError, match=r"epoch 2: not finite: .*lower learning_rate"):
        mt.training.fit(
            model, films_split, epochs=5, batch_size=8, monitor=judge, balancing=poison,
            average=None, jit_compile=False, progress=False,
        )  # fmt: skip
    assert len(seen) == 1
    np.testing.assert_array_equal(_weights(model), seen[0])


def test_patience_stops_and_the_best_weights_stay(films_inputs, films_split):
    model, kept, values = _model(films_inputs), [], iter([0.1, 0.5, 0.4, 0.3, 0.2, 0.1])

    def judge(model, split):
        kept.append(_weights(model))
        return next(values)

    history = mt.training.fit(
        model, films_split, epochs=6, patience=2, monitor=judge, batch_size=8,
        jit_compile=False, progress=False,
    )  # fmt: skip
    assert [logs["monitor"] for logs in history] == [0.1, 0.5, 0.4, 0.3]
    np.testing.assert_array_equal(_weights(model), kept[1])


def test_the_average_lags_behind_the_weights():
    average = mt.training.WeightAverage(momentum=0.5, every=1)
    weight = keras.Variable([0.0])
    average.set_model(type("Fake", (), {"learned": [weight]})())
    average.on_train_batch_end(0)  # momentum min(.5, 1/10): starts at the weight itself, 0
    weight.assign([1.0])
    average.on_train_batch_end(1)  # momentum min(.5, 2/11): 0 + (1 − 2/11) · 1
    np.testing.assert_allclose(average.averages[0], [9 / 11], rtol=1e-6)
    with average.swapped(average.model):
        np.testing.assert_allclose(weight.numpy(), [9 / 11], rtol=1e-6)
    np.testing.assert_allclose(weight.numpy(), [1.0])


def test_arguments_out_of_range_are_refused(films_inputs, films_split):
    with pytest.raises(ParameterError, match="epochs must be a whole number ≥ 1, got 0"):
        _fit(films_inputs, films_split, epochs=0)
    with pytest.raises(ParameterError, match="monitor must be"):
        _fit(films_inputs, films_split, monitor="accuracy")
    with pytest.raises(ParameterError, match=r"balancing must be an object.*write PCGrad\(\)"):
        _fit(films_inputs, films_split, balancing=mt.training.PCGrad)
    with pytest.raises(ParameterError, match="split must be a split of a log"):
        _fit(films_inputs, films_split.log)
    with pytest.raises(ParameterError, match=r"fit trains a mt\.models\.MultiTask, got popul"):
        mt.training.fit(mt.baselines.Popularity().fit(films_split), films_split)
    with pytest.raises(ParameterError, match="momentum must be in"):
        mt.training.WeightAverage(every=0)
    with pytest.raises(ParameterError, match=r"callbacks must be .*, got <class"):
        _fit(films_inputs, films_split, callbacks=[keras.callbacks.EarlyStopping])
    with pytest.raises(ParameterError, match="did you mean 'rating'"):
        _fit(films_inputs, films_split, balancing=mt.training.FixedWeights(ratings=1.0))


KILLED = """
import os, signal, sys
import keras
import mtrec_lib as mt
split = mt.data.leave_last_out(mt.data.load("simulator", users=30, events=400, seed=3))
keras.utils.set_random_seed(1)
model = mt.models.MultiTask(
    mt.models.GPT(mt.features.fit(split, max_length=8), width=8, layers=1),
    tasks=[mt.tasks.NextItem()],
)
folder, kill = sys.argv[1], sys.argv[2] == "kill"
calls = []
def judge(model, split):
    calls.append(1)
    if kill and len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return float(sum(abs(weight.numpy()).sum() for weight in model.weights))
mt.training.fit(model, split, epochs=4, batch_size=8, monitor=judge, checkpoint=folder,
                jit_compile=False, progress=False)
import hashlib
digest = hashlib.sha256()
for weight in model.weights:
    digest.update(weight.numpy().tobytes())
print(digest.hexdigest())
"""


@pytest.mark.fault(38)
@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_kill_9_in_the_middle_of_training_changes_nothing(tmp_path):
    def run(folder, mode):
        command = [sys.executable, "-c", KILLED, str(tmp_path / folder), mode]
        return subprocess.run(command, capture_output=True, text=True, timeout=180, env=os.environ)

    whole = run("whole", "live")
    assert run("killed", "kill").returncode == -signal.SIGKILL
    saved = [
        json.loads(p.read_text(encoding="utf-8"))["epoch"]
        for p in (tmp_path / "killed").glob("*.json")
    ]
    assert max(saved) == 2
    resumed = run("killed", "live")
    assert whole.stdout.strip() == resumed.stdout.strip() != ""


@pytest.mark.parametrize("method", ["UncertaintyWeighting", "PCGrad", "GradNorm", "DWA", "FAMO"])
def test_what_a_balancing_method_remembers_is_resumed(method, tmp_path, films_inputs, films_split):
    # PCGrad draws an order, GradNorm and FAMO hold an optimizer of their own, DWA looks two back
    def run(folder, **options):
        return _fit(
            films_inputs, films_split, checkpoint=tmp_path / folder,
            balancing=getattr(mt.training, method)(), **options,
        )  # fmt: skip

    whole, history = run("whole")
    run("cut", max_seconds=0.0)  # ends after one epoch
    again, resumed = run("cut")
    np.testing.assert_array_equal(_weights(whole), _weights(again))
    assert [logs["rating_weight"] for logs in history] == [
        logs["rating_weight"] for logs in resumed
    ]
