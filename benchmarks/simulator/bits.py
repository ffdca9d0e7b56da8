"""How near does a language model come to the truth? Bits an event in a world that drifts.

The world is simulated: 10⁶ events of people whose taste is one of six types and moves by a known
Markov chain, so that p(next event | history) is known exactly. Every model is fitted on the
training part alone and judged on the test part; the GPT's epoch is chosen on the validation part.
"""

import statistics
from typing import Any

import keras

import mtrec_lib as mt
from benchmarks._study.cells import Cells
from benchmarks._study.rows import row

WORLD = {"users": 10_000, "events": 1_000_000, "types": 6, "drift": 0.02, "seed": 0}
MODEL = {"heads": 4, "dropout": 0.0}
TRAINING = {"epochs": 3, "batch_size": 64, "learning_rate": 3e-3, "monitor": "loss"}
SEEDS, MAX_LENGTH = 5, 100
CELLS = Cells(__name__)
ORDERS = (1, 2, 3)


def gpt_bits(split: mt.data.Split, seed: int) -> float:
    """Bits an event of a GPT on the test part."""
    keras.utils.set_random_seed(seed)
    trunk = mt.models.GPT(mt.features.fit(split, max_length=MAX_LENGTH), **MODEL)
    model = mt.models.MultiTask(trunk, tasks=[mt.tasks.NextItem()])
    mt.training.fit(model, split, seed=seed, **TRAINING)
    return mt.evaluation.bits(model, split, "test")


def run(args: Any) -> list[dict[str, Any]]:
    """Train with each seed; GPT over the truth, and over the best n-gram."""
    log = mt.data.simulate(**WORLD)
    split = mt.data.leave_last_out(log)
    truth = mt.evaluation.bits(log.truth, split, "test")
    ngrams = {
        n: mt.evaluation.bits(mt.baselines.NGram(n).fit(split), split, "test") for n in ORDERS
    }
    print(f"truth {truth:.4f}", {n: round(bits, 4) for n, bits in ngrams.items()}, flush=True)
    settings = [WORLD, MODEL, TRAINING, MAX_LENGTH]
    found = [
        CELLS.result("GPT", seed, settings, lambda seed=seed: gpt_bits(split, seed), log.hash)
        for seed in range(getattr(args, "seeds", None) or SEEDS)
    ]
    ours, extent = statistics.mean(found), [min(found), max(found)]
    n, seeds = len(split.test), len(found)
    about = "bits an event on the test part of a simulated world of 10⁶ events, types that drift; "
    return [
        row(
            "simulator/bits",
            about + "GPT over the truth; interval: least and most of the seeds",
            ours, truth, "bits", extent, n, seeds,
        ),
        row(
            "simulator/bits/n-gram",
            about + "GPT over the best n-gram of orders 1 to 3",
            ours, min(ngrams.values()), "bits", extent, n, seeds,
        ),
    ]  # fmt: skip
