"""Methods that look at losses, and GradNorm: optima, worked steps, what is remembered."""

import math

import numpy as np
import pytest
import tensorflow as tf

import mtrec_lib.training as training

TASKS = ["item", "like"]


def _bound(method, tasks=TASKS):
    method.bind(tasks)
    return method


def _gradients(method, losses):
    """The total, and its gradients in the losses and in what the method learns."""
    losses = tf.constant(losses)
    with tf.GradientTape() as tape:
        tape.watch(losses)
        total = method.total(losses, method.weights(losses))
    variables = [variable.value for variable in method.trainable_variables]
    in_losses, *learned = tape.gradient(total, [losses, *variables])
    return float(total), np.asarray(in_losses), [np.asarray(one) for one in learned]


def test_kendall_at_its_optimum_weighs_by_half_the_inverse_loss():
    method = _bound(training.UncertaintyWeighting("kendall"))
    method.log_variance.assign(np.log([12.0, 1.0]))  # σ² = 2L
    total, in_losses, [slope] = _gradients(method, [6.0, 0.5])
    np.testing.assert_allclose(in_losses, [1 / 12, 1.0], rtol=1e-5)
    np.testing.assert_allclose(slope, 0, atol=1e-6)
    assert total == pytest.approx(0.5 + 0.5 * math.log(12) + 0.5)


def test_kendall_starts_at_weights_of_one_and_moves_towards_its_optimum():
    total, in_losses, [slope] = _gradients(_bound(training.UncertaintyWeighting()), [6.0, 0.25])
    assert total == pytest.approx(6.25)
    np.testing.assert_allclose(in_losses, [1, 1])
    np.testing.assert_allclose(slope, [0.5 - 6, 0.5 - 0.25])  # down the slope σ₁ grows, σ₂ shrinks


def test_kendall_is_the_likelihood_of_a_gaussian():
    """L = (y − μ)²/2: e^−s L + s/2 = (y − μ)²/2σ² + log σ."""
    method = _bound(training.UncertaintyWeighting(), ["rating"])
    method.log_variance.assign([2 * math.log(0.7)])
    total, _, _ = _gradients(method, [0.5 * 1.3**2])
    assert total == pytest.approx(1.3**2 / (2 * 0.7**2) + math.log(0.7), rel=1e-5)


def test_liebel_koerner_at_its_optimum():
    loss = np.array([6.0, 0.5])
    variance = (loss + np.sqrt(loss**2 + 8 * loss)) / 4  # 2v² = L(1 + v)
    method = _bound(training.UncertaintyWeighting("liebel_koerner"))
    method.log_variance.assign(np.log(variance))
    total, in_losses, [slope] = _gradients(method, loss.astype("float32"))
    np.testing.assert_allclose(slope, 0, atol=1e-5)
    np.testing.assert_allclose(in_losses, 1 / (2 * variance), rtol=1e-5)
    assert total == pytest.approx(np.sum(loss / (2 * variance) + np.log(1 + variance)), rel=1e-5)


@pytest.mark.parametrize("form", ["kendall", "liebel_koerner"])
def test_a_negative_loss_does_not_send_the_variance_to_zero(form):
    method = _bound(training.UncertaintyWeighting(form), ["rating"])
    method.log_variance.assign([-10.0])
    total, in_losses, [slope] = _gradients(method, [-1.0])
    assert slope[0] < 0  # down the slope σ grows: e^10 · .001 = 22 against ½
    assert in_losses[0] > 0  # the model goes on with the loss itself
    assert total < 0


def test_temperature_adds_nothing_but_tempers():
    method = _bound(training.UncertaintyWeighting("temperature"))
    assert method.tempers
    assert not training.UncertaintyWeighting("kendall").tempers
    method.log_variance.assign(np.log([2.0, 0.5]))
    np.testing.assert_allclose(method.temperatures(), [2, 0.5], rtol=1e-6)
    np.testing.assert_allclose(method.weights([3.0, 4.0]), [1, 1])
    assert float(method.total(tf.constant([3.0, 4.0]), [1.0, 1.0])) == 7


def test_temperature_at_its_optimum_is_the_exact_likelihood():
    """Logits z = c·log p of a true p: at σ² = c the tempered softmax is p, and the slope is 0."""
    method = _bound(training.UncertaintyWeighting("temperature"), ["item"])
    truth = np.array([0.5, 0.3, 0.2], "float32")
    method.log_variance.assign([math.log(3.0)])
    with tf.GradientTape() as tape:
        logits = 3.0 * tf.math.log(truth) / method.temperatures()
        losses = -tf.reduce_sum(truth * tf.nn.log_softmax(logits))[None]
        total = method.total(losses, method.weights(losses))
    np.testing.assert_allclose(tape.gradient(total, method.log_variance.value), 0, atol=1e-6)


def test_what_is_learned_is_trained_and_saved():
    method = _bound(training.UncertaintyWeighting())
    assert method.trainable_variables == method.variables == [method.log_variance]
    assert method.log_variance.name == "log_variance"  # the optimizer does not decay it


def test_dwa_weighs_by_how_little_a_loss_fell():
    method = _bound(training.DWA(temperature=2.0))
    np.testing.assert_allclose(method.weights(None), [1, 1])
    method.end_epoch([4.0, 1.0])
    np.testing.assert_allclose(method.weights(None), [1, 1])
    method.end_epoch([2.0, 1.0])  # r = (½, 1)
    grown = np.exp([0.25, 0.5])
    np.testing.assert_allclose(method.weights(None), 2 * grown / grown.sum(), rtol=1e-6)
    method.end_epoch([2.0, 0.5])  # r = (1, ½)
    np.testing.assert_allclose(method.weights(None), 2 * grown[::-1] / grown.sum(), rtol=1e-6)
    assert len(method.variables) == 2


def test_dwa_survives_negative_losses():
    method = _bound(training.DWA())
    for losses in ([1.0, -0.5], [0.5, -0.7], [0.2, 0.9]):
        method.end_epoch(losses)
    weights = np.asarray(method.weights(None))
    assert np.isfinite(weights).all()
    np.testing.assert_allclose(weights.sum(), 2, rtol=1e-5)


def test_random_weights_are_a_softmax_of_normals():
    method = _bound(training.RandomWeights(seed=1))
    draw = tf.function(lambda: method.weights(None))
    drawn = np.array([draw() for _ in range(400)])
    np.testing.assert_allclose(drawn.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(drawn.mean(axis=0), 0.5, atol=0.05)
    # log λ₁/λ₂ is the difference of two standard normals: its standard deviation is √2
    assert np.log(drawn[:, 0] / drawn[:, 1]).std() == pytest.approx(2**0.5, rel=0.15)


@pytest.mark.parametrize("kind", [training.RandomWeights, training.PCGrad])
def test_the_same_state_draws_the_same_weights(kind):
    # three gradients at 120°: whose turn comes first decides what is left of the others
    turned = np.array([[1.0, 0.0, 0.3], [-0.5, 0.9, 0.1], [-0.4, -0.8, 0.5]])
    losses, gram = tf.ones(3), tf.constant(turned @ turned.T, "float32")
    method = _bound(kind(seed=5), ["a", "b", "c"])
    kept = [variable.numpy() for variable in method.variables]
    first = [np.asarray(method.weights(losses, gram)) for _ in range(6)]
    assert len({tuple(one) for one in first}) > 1
    for variable, value in zip(method.variables, kept, strict=True):
        variable.assign(value)
    again = [np.asarray(method.weights(losses, gram)) for _ in range(6)]
    np.testing.assert_array_equal(first, again)


def test_famo_moves_weight_to_the_task_that_fell_less():
    method = _bound(training.FAMO(learning_rate=0.1, decay=0.0))
    np.testing.assert_allclose(method.weights([4.0, 1.0]), [0.2, 0.8], rtol=1e-6)
    method.after(tf.constant([4.0, 1.0]), tf.constant([2.0, 1.0]))
    # δ = (log 2, 0), through softmax(0, 0): ¼(log 2, −log 2); the first step of Adam is its sign
    np.testing.assert_allclose(method.logits, [-0.1, 0.1], rtol=1e-4)
    shares = np.exp([-0.1, 0.1]) / [4.0, 1.0]
    np.testing.assert_allclose(method.weights([4.0, 1.0]), shares / shares.sum(), rtol=1e-4)


def test_famo_follows_the_gradient_of_weighed_log_losses():
    """λ_i = c z_i / L_i: the direction of Σ z_i ∇log L_i, with Σλ = 1."""
    method = _bound(training.FAMO())
    method.logits.assign([0.5, -0.5])
    share = np.exp([0.5, -0.5]) / np.exp([0.5, -0.5]).sum()
    weights = np.asarray(method.weights([3.0, 0.2]))
    np.testing.assert_allclose(weights.sum(), 1, rtol=1e-6)
    np.testing.assert_allclose(weights[0] / weights[1], share[0] / 3 / (share[1] / 0.2), rtol=1e-5)


def test_famo_decay_pulls_back_and_negative_losses_are_survived():
    method = _bound(training.FAMO(decay=0.5))
    method.logits.assign([1.0, -1.0])
    method.after(tf.constant([1.0, -0.5]), tf.constant([1.0, -0.7]))  # δ = 0: only the decay
    np.testing.assert_allclose(method.logits, [0.975, -0.975], rtol=1e-4)
    assert np.isfinite(np.asarray(method.weights([1.0, -0.7]))).all()


def test_grad_norm_lengthens_the_gradient_of_the_slower_task():
    method = _bound(training.GradNorm(alpha=1.0, learning_rate=0.1))
    gram = tf.constant([[1.0, 0.0], [0.0, 1.0]])
    np.testing.assert_allclose(method.weights([2.0, 2.0], gram), [1, 1])
    # first step: r = 1, both lengths at their target, nothing moves
    np.testing.assert_allclose(method.current, [1, 1], rtol=1e-6)
    method.weights([2.0, 1.0], gram)
    # r = (1, ½)/¾: targets 4/3 and 2/3, so the slopes are −1 and +1
    assert method.current[0] > 1 > method.current[1]
    np.testing.assert_allclose(np.sum(method.current), 2, rtol=1e-6)


def test_grad_norm_takes_a_step_and_renormalises():
    method = _bound(training.GradNorm(alpha=0.0, learning_rate=0.1))
    method.current.assign([1.5, 0.5])
    gram = tf.constant([[4.0, 1.0], [1.0, 1.0]])  # lengths 2, 1; weighed 3, ½; target 1.75
    np.testing.assert_allclose(method.weights([1.0, 1.0], gram), [1.5, 0.5])
    np.testing.assert_allclose(method.current, [1.4, 0.6], rtol=1e-4)  # Σ = 2 already


def test_grad_norm_at_rest_makes_all_lengths_equal():
    method = _bound(training.GradNorm(alpha=0.0, learning_rate=0.02))
    gram = tf.constant([[9.0, 0.0], [0.0, 1.0]])
    step = tf.function(lambda: method.weights(tf.ones(2), gram))
    for _ in range(200):
        weights = np.asarray(step())
    np.testing.assert_allclose(weights * [3, 1], [1.5, 1.5], rtol=0.05)


def test_grad_norm_compares_with_the_first_step_that_had_labels():
    method = _bound(training.GradNorm())
    gram = tf.constant([[1.0, 0.0], [0.0, 1.0]])
    for losses in ([2.0, 0.0], [1.0, 3.0], [0.5, 1.0]):
        method.weights(losses, gram)
    np.testing.assert_allclose(method.first, [2.0, 3.0])


def test_grad_norm_keeps_weights_positive_with_negative_losses():
    method = _bound(training.GradNorm(learning_rate=1.0))
    for losses in ([1.0, -0.1], [0.5, -0.4], [0.3, -0.9]):
        method.weights(losses, tf.constant([[1.0, 0.0], [0.0, 50.0]]))
    assert np.min(method.current) > 0
    np.testing.assert_allclose(np.sum(method.current), 2, rtol=1e-5)


@pytest.mark.parametrize(
    ("kind", "count"), [(training.GradNorm, 2), (training.FAMO, 1), (training.DWA, 2)]
)
def test_all_that_a_method_remembers_is_among_its_variables(kind, count):
    method = _bound(kind())
    assert len(method.variables) >= count
    assert not method.trainable_variables
    float32 = [v for v in method.variables if v.dtype == "float32"]
    assert len(float32) >= count
