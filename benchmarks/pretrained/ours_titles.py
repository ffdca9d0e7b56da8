"""Titles scored: ``python -m benchmarks.pretrained.ours_titles ROLE settings.json out.npy``.

ROLE is ``cached``, the history read once and every title scored, or ``plain``, the history read
with each title and every so-manieth title scored. In windows, a look at the clock after them all.
"""

import json
import sys
from pathlib import Path

import numpy as np

from benchmarks.next_item.bound import gflops
from benchmarks.next_item.peers._gate import Gate
from benchmarks.next_item.peers._given import peak_mb
from benchmarks.pretrained.decoders import smollm2


def main() -> None:
    """Score for as long as the windows are open; the first time compiles and does not count."""
    role, settings, out = sys.argv[1:4]
    told = json.loads(Path(settings).read_text(encoding="utf-8"))
    decoder, cached = smollm2(), role == "cached"
    lengths = [len(ids) for ids in decoder.tokens(told["titles"])]
    rows = np.argsort(lengths, kind="stable")[:: 1 if cached else told["plain_every"]]
    titles = [told["titles"][row] for row in rows]

    def score() -> np.ndarray:
        return decoder.log_prob(told["prefix"], titles, told["batch_size"], cached)[0]

    found = np.full(len(lengths), np.nan)
    found[rows] = score()
    np.save(out, found)
    gate = Gate()
    prefix = len(decoder.tokens([told["prefix"]])[0])
    go = gate.ready(gflops=gflops(), memory_mb=peak_mb(), prefix=prefix)
    while go:
        score()
        go = gate.count(titles=len(titles))


if __name__ == "__main__":
    main()
