"""Pretrained language models on ml-100k: ours beside transformers and sentence-transformers.

``python -m benchmarks pretrained`` runs every part and puts its rows into
``benchmarks/results/pretrained.json``; ``--only smollm2`` runs one. A part is a module of this
package with ``run(args)``, which answers with its rows, and is named in ``PARTS`` of
``__main__.py``.
"""
