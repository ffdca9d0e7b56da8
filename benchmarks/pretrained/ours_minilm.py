"""The speed of our MiniLM: ``python -m benchmarks.pretrained.ours_minilm settings.json out.npy``.

In windows, a look at the clock after all texts are embedded.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

import mtrec_lib as mt
from benchmarks.next_item.bound import gflops
from benchmarks.next_item.peers._gate import Gate
from benchmarks.next_item.peers._given import peak_mb


def main() -> None:
    """Embed for as long as the windows are open; the first time compiles and does not count."""
    settings, out = sys.argv[1:3]
    told = json.loads(Path(settings).read_text(encoding="utf-8"))
    texts, size = told["texts"], told["batch_size"]
    start = time.perf_counter()
    encoder = mt.pretrained.Pretrained("minilm")
    loaded = time.perf_counter()
    np.save(out, encoder.embed(texts, size))
    compiled = time.perf_counter()
    encoder.embed(texts, size)
    gate = Gate()
    go = gate.ready(
        gflops=gflops(),
        memory_mb=peak_mb(),
        load_seconds=loaded - start,
        compile_seconds=compiled - loaded,
    )
    while go:
        encoder.embed(texts, size)
        go = gate.count(texts=len(texts))


if __name__ == "__main__":
    main()
