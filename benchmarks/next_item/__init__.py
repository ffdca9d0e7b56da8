"""Next item on ml-100k: peers and ours on one split, one protocol, one machine.

``python -m benchmarks next_item`` makes the peers' environments where they are missing, runs every
cell of ``settings.toml`` that is not finished, measures the speeds, and writes
``benchmarks/results/next_item.json`` and ``next_item.md``. ``--only WORD`` runs the cells whose
names hold the word, ``--page`` writes record and page from what is there, ``--stale`` measures
again what an older code measured.
"""
