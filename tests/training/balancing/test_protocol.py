"""What holds for every balancing method: configuration, XLA, refusals, binding."""

import inspect

import numpy as np
import pytest
import tensorflow as tf

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.training.balancing.gradients.gradient_balancing import GradientBalancing
from tests.training.balancing.jacobians import conflicting

KINDS = {
    name: kind
    for name in mt.training.__all__
    if inspect.isclass(kind := getattr(mt.training, name))
    and issubclass(kind, mt.training.Balancing)
    and kind is not mt.training.Balancing
}
CHANGED = {
    "FixedWeights": {"a": 0.5},
    "UncertaintyWeighting": {"form": "liebel_koerner"},
    "DWA": {"temperature": 1.5},
    "RandomWeights": {"seed": 4},
    "GradNorm": {"alpha": 0.5, "learning_rate": 0.1, "at": "parameters"},
    "FAMO": {"learning_rate": 0.1, "decay": 0.01},
    "PCGrad": {"order": "fixed", "seed": 4, "at": "parameters"},
    "CAGrad": {"c": 0.2, "at": "parameters"},
    "AlignedMTL": {"tolerance": 1e-4, "at": "parameters"},
}
TASKS = ["a", "b", "c"]
GRADIENT = [name for name, kind in KINDS.items() if issubclass(kind, GradientBalancing)]


def _seen():
    """Losses and inner products of three tasks, the first two in conflict."""
    rows = conflicting(np.random.default_rng(8), 3).astype("float32")
    return tf.constant([2.0, 0.5, -0.1]), tf.constant(rows @ rows.T)


def test_every_method_of_the_plan_is_public():
    names = "FixedWeights UncertaintyWeighting DWA RandomWeights GradNorm FAMO IMTLG MGDA PCGrad"
    for name in [*names.split(), "CAGrad", "NashMTL", "AlignedMTL", "UPGrad", "DualProjection"]:
        assert getattr(mt.training, name) is KINDS[name]


@pytest.mark.parametrize("name", KINDS)
def test_configuration_round_trip(name):
    options = CHANGED.get(name, {"at": "parameters"})
    method = KINDS[name](**options)
    assert method.get_config() == options
    assert KINDS[name](**method.get_config()).get_config() == options
    if name != "FixedWeights":
        assert set(options) == set(inspect.signature(KINDS[name]).parameters)


@pytest.mark.parametrize("name", KINDS)
def test_compiled_equals_plain(name):
    losses, gram = _seen()
    plain, compiled = KINDS[name](), KINDS[name]()
    plain.bind(TASKS)
    compiled.bind(TASKS)

    def step(method, losses, gram):
        weights = method.weights(losses, gram)
        if method.needs_after:
            method.after(losses, 0.9 * losses)
        return weights, method.total(losses, weights)

    fast = tf.function(lambda: step(compiled, losses, gram), jit_compile=True)
    for _ in range(3):
        wanted, found = step(plain, losses, gram), fast()
        np.testing.assert_allclose(found[0], wanted[0], rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(found[1], wanted[1], rtol=1e-3)
        assert wanted[0].shape == (3,)
        assert wanted[0].dtype == "float32"
    for one, other in zip(plain.variables, compiled.variables, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", KINDS)
def test_bound_twice_it_keeps_what_it_remembers(name):
    method = KINDS[name]()
    method.bind(TASKS)
    variables = list(method.variables)
    method.bind(TASKS)
    assert [id(one) for one in method.variables] == [id(one) for one in variables]
    with pytest.raises(ParameterError, match="make a new one"):
        method.bind(["a"])


@pytest.mark.parametrize("name", GRADIENT)
def test_gradient_methods_say_what_they_need(name):
    method = KINDS[name]()
    assert method.needs_gram
    assert method.at == "representation"
    method.bind(TASKS)
    with pytest.raises(ParameterError, match=f"{name} needs gram"):
        method.weights(tf.ones(3))
    with pytest.raises(ParameterError, match="at must be one of representation, parameters"):
        KINDS[name](at="head")


@pytest.mark.parametrize("name", "MGDA CAGrad UPGrad DualProjection".split())
def test_methods_that_try_every_subset_refuse_many_tasks(name):
    KINDS[name]().bind([f"task {n}" for n in range(10)])
    with pytest.raises(ParameterError, match=f"{name} weighs at most 10 tasks, got 11.*NashMTL"):
        KINDS[name]().bind([f"task {n}" for n in range(11)])


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("UncertaintyWeighting", {"form": "gal"}, "form must be one of kendall, temperature"),
        ("DWA", {"temperature": 0.0}, "temperature must be > 0"),
        ("GradNorm", {"alpha": -1.0}, "alpha must be ≥ 0"),
        ("GradNorm", {"learning_rate": 0.0}, "learning_rate must be > 0"),
        ("FAMO", {"learning_rate": float("nan")}, "learning_rate must be > 0"),
        ("FAMO", {"decay": -0.1}, "decay must be ≥ 0"),
        ("PCGrad", {"order": "sorted"}, "order must be one of random, fixed, got 'sorted'"),
        ("CAGrad", {"c": 1.0}, r"c must be in \[0, 1\)"),
        ("AlignedMTL", {"tolerance": 0.0}, r"tolerance must be in \(0, 1\)"),
    ],
)
def test_wrong_arguments_are_refused(name, options, message):
    with pytest.raises(ParameterError, match=message):
        KINDS[name](**options)


@pytest.mark.parametrize("name", GRADIENT)
def test_no_gradient_flows_through_the_weights(name):
    losses, gram = _seen()
    method = KINDS[name]()
    method.bind(TASKS)
    with tf.GradientTape() as tape:
        tape.watch([losses, gram])
        total = method.total(losses, method.weights(losses, gram))
    in_losses, in_gram = tape.gradient(total, [losses, gram])
    assert in_gram is None
    assert in_losses.shape == (3,)
