"""The speed of our SmolLM2: ``python -m benchmarks.pretrained.ours_smollm2 settings.json out.npz``.

In windows, a look at the clock after each batch. What it says of the texts goes to ``out.npz``.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.next_item.bound import gflops
from benchmarks.next_item.peers._gate import Gate
from benchmarks.next_item.peers._given import peak_mb
from benchmarks.pretrained.decoders import smollm2


def said(decoder: Any, told: dict[str, Any]) -> dict[str, np.ndarray]:
    """Ids, logits and greedy continuation of each text."""
    found: dict[str, np.ndarray] = {}
    for n, (text, logits) in enumerate(
        zip(told["texts"], decoder.logits(told["texts"]), strict=True)
    ):
        found[f"ids{n}"], found[f"logits{n}"] = np.array(decoder.tokens([text])[0]), logits
        found[f"greedy{n}"] = np.array(decoder.complete(text, told["greedy"]))
    return found


def main() -> None:
    """Read for as long as the windows are open; the first batch compiles and does not count."""
    settings, out = sys.argv[1:3]
    told = json.loads(Path(settings).read_text(encoding="utf-8"))
    start = time.perf_counter()
    decoder = smollm2()
    loaded = time.perf_counter()
    rng = np.random.default_rng(told["seed"])
    size = (told["batch"], told["length"])
    tokens = rng.integers(int(decoder.backbone.vocabulary_size), size=size, dtype=np.int32)

    def forward() -> None:
        # Done when it returns; ``numpy()`` would copy 200 MB, which the peer does not do either.
        decoder.network.logits(decoder.network.states(tokens))

    forward()
    compiled = time.perf_counter()
    memory = peak_mb()
    np.savez(out, **said(decoder, told))  # type: ignore[arg-type]
    gate = Gate()
    go = gate.ready(
        gflops=gflops(),
        memory_mb=memory,
        load_seconds=loaded - start,
        compile_seconds=compiled - loaded,
    )
    while go:
        forward()
        go = gate.count(tokens=tokens.size)


if __name__ == "__main__":
    main()
