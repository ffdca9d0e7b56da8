"""How near does a language model come to the truth? Bits an event in a world that drifts.

``python -m benchmarks simulator`` writes ``benchmarks/results/simulator.json``. The world is
simulated: 10⁶ events of people whose taste is one of six types and moves by a known Markov chain,
so that p(next event | history) is known exactly. Every model is fitted on the training part alone
and judged on the test part; the GPT's epoch is chosen on the validation part.
"""

import statistics

import keras

import mtrec_lib as mt
from benchmarks._records import row, write

WORLD = {"users": 10_000, "events": 1_000_000, "types": 6, "drift": 0.02, "seed": 0}
SEEDS = range(5)
COMMAND = "python -m benchmarks simulator"
ORDERS = (1, 2, 3)


def gpt_bits(split: mt.data.Split, seed: int) -> float:
    """Bits an event of a GPT on the test part."""
    keras.utils.set_random_seed(seed)
    trunk = mt.models.GPT(mt.features.fit(split, max_length=100), heads=4, dropout=0.0)
    model = mt.models.MultiTask(trunk, tasks=[mt.tasks.NextItem()])
    mt.training.fit(
        model, split, epochs=3, batch_size=64, monitor="loss", learning_rate=3e-3, seed=seed
    )
    return mt.evaluation.bits(model, split, "test")


def main() -> None:
    """Measure and write the record."""
    log = mt.data.simulate(**WORLD)
    split = mt.data.leave_last_out(log)
    truth = mt.evaluation.bits(log.truth, split, "test")
    ngrams = {
        n: mt.evaluation.bits(mt.baselines.NGram(n).fit(split), split, "test") for n in ORDERS
    }
    print(f"truth {truth:.4f}", {n: round(bits, 4) for n, bits in ngrams.items()}, flush=True)
    found = []
    for seed in SEEDS:
        found.append(gpt_bits(split, seed))
        print(f"GPT, seed {seed}: {found[-1]:.4f}", flush=True)
    ours, extent = statistics.mean(found), [min(found), max(found)]
    n, seeds = len(split.test), len(found)
    about = "bits an event on the test part of a simulated world of 10⁶ events, types that drift; "
    rows = [
        row(
            "simulator/bits",
            about + "GPT over the truth; interval: least and most of the seeds",
            ours, truth, "bits", extent, n, COMMAND, seeds,
        ),
        row(
            "simulator/bits/n-gram",
            about + "GPT over the best n-gram of orders 1 to 3",
            ours, min(ngrams.values()), "bits", extent, n, COMMAND, seeds,
        ),
    ]  # fmt: skip
    write("simulator", rows)


if __name__ == "__main__":
    main()
