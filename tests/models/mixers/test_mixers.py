"""Mixers by hand: gates, experts, what a task may read, and what flows along a row."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.models.mixers.dense_bank import DenseBank

RNG = np.random.default_rng(0)
STATES = RNG.normal(size=(2, 5, 4)).astype(np.float32)
SEGMENT = np.array([[0, 1, 1, 2, 2], [1, 1, 1, 1, 2]])
GATED = {
    "MMoE": lambda **more: mt.models.MMoE(experts=3, **more),
    "PLE": lambda **more: mt.models.PLE(experts=2, shared=1, levels=2, **more),
    "MoSE": lambda **more: mt.models.MoSE(experts=3, horizon=5, **more),
}
ALL = GATED | {"SharedBottom": lambda **more: mt.models.SharedBottom(**more)}


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def relu(x):
    return np.maximum(x, 0)


def built(mixer, tasks, seed=0):
    """A mixer whose weights, biases included, are plain normal numbers."""
    mixer.build(STATES.shape, tasks=tasks)
    rng = np.random.default_rng(seed)
    mixer.set_weights([rng.normal(size=w.shape) for w in mixer.get_weights()])
    return mixer


# --- all of them --------------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", [None, 3])
@pytest.mark.parametrize("name", ALL)
def test_a_state_a_task(name, hidden):
    mixer = ALL[name](hidden=hidden)
    states = mixer(STATES, tasks=3, segment=SEGMENT)
    assert [tuple(state.shape) for state in states] == [(2, 5, hidden or 4)] * 3
    assert tuple(map(tuple, mixer.compute_output_shape(STATES.shape, tasks=3))) == tuple(
        tuple(state.shape) for state in states
    )


@pytest.mark.parametrize("name", ALL)
def test_an_empty_batch_gives_empty_states(name):
    assert [tuple(s.shape) for s in ALL[name]()(STATES[:0], tasks=2)] == [(0, 5, 4)] * 2


@pytest.mark.parametrize("name", GATED)
def test_it_keeps_to_the_number_of_tasks_it_was_built_for(name):
    mixer = GATED[name]()
    mixer(STATES, tasks=2)
    with pytest.raises(ParameterError, match=r"tasks must be 2.*got 3"):
        mixer(STATES, tasks=3)
    with pytest.raises(ParameterError, match=r"tasks must be 2.*got 1"):
        mixer.gates(STATES, tasks=1)


@pytest.mark.parametrize("name", ALL)
def test_built_again_from_configuration_and_weights(name):
    mixer = built(ALL[name](hidden=3), tasks=2)
    again = type(mixer).from_config(mixer.get_config())
    again.build_from_config(mixer.get_build_config())
    again.set_weights(mixer.get_weights())
    for left, right in zip(mixer(STATES, tasks=2), again(STATES, tasks=2), strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("name", GATED)
def test_gates_are_shares(name):
    gates = np.asarray(built(GATED[name](), tasks=2).gates(STATES, tasks=2))
    assert gates.shape == (2, 2, 5, {"PLE": 5}.get(name, 3))
    assert (gates >= 0).all()
    np.testing.assert_allclose(gates.sum(axis=-1), 1, rtol=1e-6)


@pytest.mark.parametrize("name", GATED)
def test_gates_stay_float32_in_mixed_precision(name):
    mixer = GATED[name](dtype="mixed_bfloat16")
    assert all(state.dtype == "bfloat16" for state in mixer(STATES, tasks=2, segment=SEGMENT))
    gates = mixer.gates(STATES, tasks=2)
    assert gates.dtype == "float32"
    np.testing.assert_allclose(np.sum(gates, axis=-1), 1, rtol=1e-6)


@pytest.mark.parametrize("name", GATED)
def test_many_experts_are_one_product(name):
    # kernels of all experts of a level lie in one variable, and so do those of the tasks' gates
    mixer = GATED[name]()
    mixer(STATES, tasks=2)
    names = [variable.path.split("/")[-2:] for variable in mixer.trainable_variables]
    levels = {"PLE": 2}.get(name, 1)
    assert names.count(["experts", "kernel"]) == levels == names.count(["gates", "kernel"])


@pytest.mark.parametrize("name", GATED)
def test_nonsense_is_refused(name):
    wrong = {"experts": -1} if name == "PLE" else {"experts": 0}
    with pytest.raises(ParameterError, match="experts"):
        getattr(mt.models, name)(**wrong)


@pytest.mark.parametrize("name", GATED)
def test_a_model_with_it_is_saved_and_answers_the_same(films_inputs, films_split, tmp_path, name):
    tasks = [mt.tasks.NextItem(), mt.tasks.Rating()]
    model = mt.models.MultiTask(mt.models.GPT(films_inputs, width=8), GATED[name](), tasks)
    model.build()
    mt.save(model, tmp_path / "model.mtrec")
    past = films_split.queries("test").histories[:3]
    again = mt.load(tmp_path / "model.mtrec")
    np.testing.assert_array_equal(again.scores(past), model.scores(past))


# --- the bank -----------------------------------------------------------------------------------


def test_members_of_a_bank_are_dense_layers():
    bank = DenseBank(3, 2, "relu")
    found = np.asarray(bank(STATES))
    for member in range(3):
        dense = keras.layers.Dense(2, "relu")
        dense.build(STATES.shape)
        dense.set_weights([bank.kernel[:, member], bank.bias[member]])
        np.testing.assert_allclose(found[:, :, member], dense(STATES), atol=1e-6)


def test_members_of_a_bank_may_read_their_own():
    bank = DenseBank(3, 2)
    same = np.repeat(STATES[:, :, None], 3, axis=2)
    np.testing.assert_allclose(bank(same, own=True), bank(STATES), atol=1e-6)
    other = same.copy()
    other[:, :, 1] = 0
    found = np.asarray(bank(other, own=True))
    np.testing.assert_allclose(found[:, :, ::2], bank(STATES)[:, :, ::2], atol=1e-6)
    assert (found[:, :, 1] == 0).all()


def test_a_member_of_a_bank_starts_as_a_dense_layer_would():
    # Glorot: uniform in ±√(6 / (30 + 20)), whose standard deviation is √(2 / 50) = .2
    bank = DenseBank(50, 20)
    bank.build((None, 30))
    assert np.std(bank.kernel) == pytest.approx(0.2, rel=0.02)
    assert np.abs(bank.kernel).max() <= np.sqrt(6 / 50)


# --- MMoE ---------------------------------------------------------------------------------------


def test_mmoe_by_hand():
    # experts relu(x) and relu(−x); gates softmax(0, 0) and softmax(ln 3 · x, 0), at x = 1 and −2
    mixer = mt.models.MMoE(experts=2, activation="relu")
    mixer.build((1, 2, 1), tasks=2)
    experts, zero = np.array([[[1.0], [-1.0]]]), np.zeros((2, 1))
    mixer.set_weights([experts, zero, np.array([[[0.0, 0.0], [np.log(3), 0.0]]])])
    states = np.array([[[1.0], [-2.0]]], np.float32)
    one, two = mixer(states, tasks=2)
    # x = 1: experts 1 and 0; x = −2: 0 and 2. Gates of task two: 3/4, 1/4 and 1/10, 9/10
    np.testing.assert_allclose(np.ravel(one), [0.5, 1.0], rtol=1e-6)
    np.testing.assert_allclose(np.ravel(two), [0.75, 1.8], rtol=1e-6)
    gates = np.asarray(mixer.gates(states, tasks=2))
    np.testing.assert_allclose(gates[1, 0], [[0.75, 0.25], [0.1, 0.9]], rtol=1e-5)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(0, 99))
def test_mmoe_is_its_formula(experts, hidden, tasks, seed):
    mixer = built(mt.models.MMoE(experts, hidden, "relu"), tasks, seed)
    kernel, bias, gate = mixer.get_weights()
    for task, state in enumerate(mixer(STATES, tasks=tasks)):
        shares = softmax(STATES @ gate[:, task])  # (B, L, E)
        wanted = sum(
            shares[..., e, None] * relu(STATES @ kernel[:, e] + bias[e]) for e in range(experts)
        )
        np.testing.assert_allclose(state, wanted, atol=1e-4)


def test_one_expert_is_a_plain_layer():
    mixer = built(mt.models.MMoE(experts=1, hidden=3), tasks=2)
    kernel, bias, _ = mixer.get_weights()
    dense = keras.layers.Dense(3, "gelu")
    dense.build(STATES.shape)
    dense.set_weights([kernel[:, 0], bias[0]])
    for state in mixer(STATES, tasks=2):
        np.testing.assert_allclose(state, dense(STATES), atol=1e-5)


# --- PLE ----------------------------------------------------------------------------------------


def of_cgc(flow, weights, experts, last, tasks=2):
    """One level by its formula; ``flow`` a vector a task, then the shared one."""
    kernel, bias, gate, *further = weights
    owner = [task for task in range(tasks) for _ in range(experts)]
    owner += [tasks] * (kernel.shape[1] - len(owner))
    said = [relu(flow[of] @ kernel[:, e] + bias[e]) for e, of in enumerate(owner)]
    states = []
    for task in range(tasks):
        mine = [s for s, of in zip(said, owner, strict=True) if of in (task, tasks)]
        shares = softmax(flow[task] @ gate[:, task])
        states.append(sum(shares[..., n, None] * s for n, s in enumerate(mine)))
    if not last:
        shares = softmax(flow[tasks] @ further[0][:, 0])
        states.append(sum(shares[..., n, None] * s for n, s in enumerate(said)))
    return states


@pytest.mark.parametrize(("experts", "shared"), [(1, 1), (2, 1), (1, 3), (0, 2)])
def test_ple_is_its_formula(experts, shared):
    mixer = built(mt.models.PLE(experts, shared, levels=2, hidden=3, activation="relu"), tasks=2)
    below, above = (level.get_weights() for level in mixer.stack)
    flow = of_cgc([STATES] * 3, below, experts, last=False)
    wanted = of_cgc(flow, above, experts, last=True)
    for state, right in zip(mixer(STATES, tasks=2), wanted, strict=True):
        np.testing.assert_allclose(state, right, atol=1e-4)


def test_without_shared_experts_tasks_are_separate_networks():
    mixer = built(mt.models.PLE(experts=2, shared=0, levels=1), tasks=2)
    kernel, bias, gate = mixer.get_weights()
    for task, state in enumerate(mixer(STATES, tasks=2)):
        alone = mt.models.MMoE(experts=2)
        alone.build(STATES.shape, tasks=1)
        own = slice(2 * task, 2 * task + 2)
        alone.set_weights([kernel[:, own], bias[own], gate[:, task : task + 1]])
        np.testing.assert_allclose(state, alone(STATES)[0], atol=1e-5)


def test_with_shared_experts_alone_one_level_is_mmoe():
    ple = built(mt.models.PLE(experts=0, shared=3, levels=1), tasks=2)
    mmoe = built(mt.models.MMoE(experts=3), tasks=2)
    mmoe.set_weights(ple.get_weights())
    for left, right in zip(ple(STATES, tasks=2), mmoe(STATES, tasks=2), strict=True):
        np.testing.assert_allclose(left, right, atol=1e-6)


def test_no_task_moves_what_another_owns_in_the_last_level():
    mixer = built(mt.models.PLE(experts=2, shared=1, levels=1), tasks=2)
    with tf.GradientTape() as tape:
        value = tf.reduce_sum(mixer(STATES, tasks=2)[0])
    moved = np.abs(tape.gradient(value, mixer.stack[0].bank.kernel)).max(axis=(0, 2))
    assert (moved > 0).tolist() == [True, True, False, False, True]


def test_gates_of_ple_stand_at_their_experts():
    mixer = built(mt.models.PLE(experts=1, shared=2, levels=2), tasks=3)
    for level in (0, 1, -1):
        gates = np.asarray(mixer.gates(STATES, tasks=3, level=level))
        seen = (gates > 0).all(axis=(1, 2))  # of three own experts, then two shared ones
        assert seen.tolist() == [[t == 0, t == 1, t == 2, True, True] for t in range(3)]
    np.testing.assert_array_equal(gates, mixer.gates(STATES, tasks=3))


# --- MoSE ---------------------------------------------------------------------------------------


def test_mose_is_its_formula():
    mixer = built(mt.models.MoSE(experts=2, hidden=3), tasks=2)
    kernel, bias, gate = mixer.get_weights()
    wanted = np.zeros((2, *STATES.shape[:2], 3))
    for row in range(2):
        for expert in range(2):
            memory = np.zeros(3)
            for place, x in enumerate(STATES[row]):
                if place and SEGMENT[row, place] != SEGMENT[row, place - 1]:
                    memory = np.zeros(3)
                update, candidate, out = np.split(x @ kernel[:, expert] + bias[expert], 3)
                z = 1 / (1 + np.exp(-update))
                memory = (1 - z) * memory + z * candidate
                said = memory * out / (1 + np.exp(-out))
                for task in range(2):
                    wanted[task, row, place] += softmax(x @ gate[:, task])[expert] * said
    for task, state in enumerate(mixer(STATES, tasks=2, segment=SEGMENT)):
        np.testing.assert_allclose(state, wanted[task], atol=1e-4)


def test_mose_never_reads_a_later_event():
    mixer = built(mt.models.MoSE(experts=2), tasks=1)
    changed = STATES.copy()
    changed[:, 3:] += 1
    before, after = (np.asarray(mixer(states, tasks=1)[0]) for states in (STATES, changed))
    np.testing.assert_array_equal(before[:, :3], after[:, :3])
    assert np.abs(before[:, 3:] - after[:, 3:]).max() > 0.01


def test_mose_remembers_within_a_piece_and_not_across():
    mixer = built(mt.models.MoSE(experts=2), tasks=1)
    changed = STATES.copy()
    changed[:, 1] += 1
    before, after = (
        np.asarray(mixer(states, tasks=1, segment=SEGMENT)[0]) for states in (STATES, changed)
    )
    moved = np.abs(before - after).max(axis=-1) > 1e-7
    assert moved.tolist() == [[False, True, True, False, False], [False, True, True, True, False]]


def test_a_piece_in_a_row_is_as_it_is_alone():
    mixer = built(mt.models.MoSE(experts=2), tasks=2)
    packed = mixer(STATES, tasks=2, segment=SEGMENT)
    alone = mixer(STATES[:1, 1:3], tasks=2, segment=np.array([[1, 1]]))
    for whole, piece in zip(packed, alone, strict=True):
        np.testing.assert_allclose(whole[:1, 1:3], piece, atol=1e-6)


def test_an_untrained_expert_forgets_at_speeds_up_to_the_horizon():
    # z = sigmoid(−log s) = 1 / (1 + s): a half at speed 1, a hundredth at 99
    mixer = mt.models.MoSE(experts=2, hidden=3, horizon=99)
    mixer.build(STATES.shape, tasks=1)
    update = 1 / (1 + np.exp(-np.asarray(mixer.bank.bias)[:, [0, 2]]))
    np.testing.assert_allclose(update, [[0.5, 0.01]] * 2, rtol=1e-5)


# --- use and collapse ---------------------------------------------------------------------------


def test_use_is_the_mean_gate_of_what_counts():
    gates = np.array([[[[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]]])  # a task, a row, three places
    assert mt.models.MMoE.use(gates).tolist() == [[0.5, 0.5]]
    assert mt.models.MMoE.use(gates, [[1, 1, 0]]).tolist() == [[0.75, 0.25]]
    with pytest.raises(ParameterError, match="mask must leave a position"):
        mt.models.MMoE.use(gates, np.zeros((1, 3)))


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=6))
def test_effective_experts_lie_between_one_and_all(weights):
    use = np.array([weights]) / sum(weights)
    assert 1 - 1e-9 <= mt.models.MMoE.effective(use)[0] <= len(weights) + 1e-9
    alike = np.full((1, len(weights)), 1 / len(weights))
    assert mt.models.MMoE.effective(alike)[0] == pytest.approx(len(weights))


def test_a_gate_that_always_chooses_the_same_has_collapsed():
    # states of mean zero: a large gate chooses by sign, a bias in the state chooses always alike
    mixer = mt.models.MMoE(experts=2)
    mixer.build((1, 2, 1), tasks=2)
    weights = mixer.get_weights()
    mixer.set_weights([*weights[:2], np.array([[[9.0, -9.0], [0.0, 0.0]]])])
    here_and_there = np.array([[[1.0], [-1.0]]], np.float32)
    always = np.ones((1, 2, 1), np.float32)
    for states, wanted in ((here_and_there, [False, False]), (always, [True, False])):
        use = mixer.use(mixer.gates(states, tasks=2))
        assert mixer.collapsed(use).tolist() == wanted
