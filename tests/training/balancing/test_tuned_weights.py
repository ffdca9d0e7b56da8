"""Fixed weights are tuned on validation, by whoever trains."""

import pytest

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.training import FixedWeights, tuned_weights

TASKS = ["next_item", "like"]


def test_the_best_judged_is_taken_and_all_ones_come_first():
    seen = []

    def judge(weights):
        seen.append(weights.weights_of(TASKS))
        return -abs(seen[-1][1] - 3)  # a like that weighs three is best

    best = tuned_weights(judge, TASKS, trials=6)
    assert isinstance(best, FixedWeights)
    assert seen[0] == [1.0, 1.0]
    assert len(seen) == 6
    assert best.weights_of(TASKS) == min(seen, key=lambda weights: abs(weights[1] - 3))
    assert all(0.1 <= weight <= 10 for weights in seen for weight in weights)


def test_of_equals_the_first_is_taken_and_draws_depend_on_the_seed_alone():
    assert tuned_weights(lambda weights: 0.5, TASKS).weights_of(TASKS) == [1.0, 1.0]
    one, again, other = (
        tuned_weights(lambda weights: weights.weights_of(TASKS)[0], TASKS, seed=seed).task_weights
        for seed in (1, 1, 2)
    )
    assert one == again != other


@pytest.mark.parametrize("wrong", [{"trials": 0}, {"reach": 1.0}])
def test_what_is_out_of_range_is_named(wrong):
    with pytest.raises(ParameterError, match="trials must be ≥ 1 and reach > 1"):
        tuned_weights(lambda weights: 0.0, TASKS, **wrong)


def test_a_judge_that_answers_nan_is_refused():
    with pytest.raises(ParameterError, match="judge must answer with finite numbers"):
        tuned_weights(lambda weights: float("nan"), TASKS, trials=1)
