"""The speed of RecTools' SASRec in whole epochs, and of torch's matrix product."""

from typing import Any

import torch
from _gate import Gate
from _gemm import gflops
from _given import arguments, peak_mb
from rectools_sasrec import targets, train


def main() -> None:
    """Fit for as long as the windows are open."""
    given, settings, _ = arguments()
    torch.set_num_threads(settings["threads"])
    gate, gemm = Gate(), gflops()
    rows, real = given.users, targets(given, settings)
    begun = False

    def epoch_end(_: Any) -> bool:
        nonlocal begun
        if begun:
            return gate.count(sequences=rows, targets=real)
        begun = True  # the first epoch warms up
        return gate.ready(gflops=gemm, memory_mb=peak_mb())

    train(given, settings | {"epochs": 10**6, "learning_rate": 1e-3}, epoch_end)


if __name__ == "__main__":
    main()
