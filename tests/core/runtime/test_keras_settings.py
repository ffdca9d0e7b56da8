"""Settings of Keras that another project left behind are refused in one sentence."""

import os
import subprocess
import sys

import pytest

from mtrec_lib.core.errors import MtrecError
from mtrec_lib.core.runtime import keras_settings


def _import(room, **environment):
    return subprocess.run(
        [sys.executable, "-c", f"import mtrec_lib as mt; mt.{room}.__all__"],
        capture_output=True, text=True, encoding="utf-8", env=os.environ | environment,
    )  # fmt: skip


@pytest.mark.parametrize("room", ["losses", "layers"])
def test_a_room_with_keras_refuses_another_backend_before_keras_does(room):
    done = _import(room, KERAS_BACKEND="torch")
    assert done.returncode == 1
    assert "mtrec needs Keras on TensorFlow" in done.stderr.splitlines()[-1]
    assert "unset KERAS_BACKEND" in done.stderr.splitlines()[-1]


def test_a_room_without_keras_takes_no_notice():
    assert _import("baselines", KERAS_BACKEND="torch").returncode == 0


def test_half_floats_as_the_default_are_refused(tmp_path):
    (tmp_path / "keras.json").write_text('{"floatx": "float16"}', encoding="utf-8")
    done = _import("losses", KERAS_HOME=str(tmp_path))
    assert "needs Keras' floatx 'float32', got 'float16'" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("content", ["", "[]", '{"epsilon": 1e-7}'])
def test_a_file_without_a_number_type_means_float32(tmp_path, monkeypatch, content):
    monkeypatch.setattr(keras_settings, "_imported", lambda: None)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "keras.json").write_text(content, encoding="utf-8")
    assert keras_settings.floatx() == "float32"


def test_what_keras_was_set_to_later_is_seen(monkeypatch):
    class Config:
        floatx, backend = staticmethod(lambda: "float64"), staticmethod(lambda: "jax")

    monkeypatch.setattr(keras_settings, "_imported", lambda: type("Keras", (), {"config": Config}))
    with pytest.raises(MtrecError, match="'float64'"):
        keras_settings.check_floatx()
    with pytest.raises(MtrecError, match="'jax'"):
        keras_settings.check_backend()


def test_our_commands_choose_for_themselves_and_say_what_was_there(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert keras_settings.force_backend() == "torch"
    assert os.environ["KERAS_BACKEND"] == "tensorflow"
    assert keras_settings.force_backend() is None


def test_doctor_names_both(monkeypatch):
    from mtrec_lib.book import doctor

    monkeypatch.setattr(doctor, "floatx", lambda: "float16")
    backend, number = doctor._backend("torch"), doctor._floatx()
    assert (backend.fine, number.fine) == (False, False)
    assert "unset KERAS_BACKEND" in backend.cure
    assert "keras.json" in number.cure
    assert doctor._backend(None).fine
