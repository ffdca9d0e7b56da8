"""Several tasks on ml-100k: ours beside multi-task peers.

``python -m benchmarks multi_task`` runs every part and puts its rows into
``benchmarks/results/multi_task.json``; ``--only speed`` runs one. A part is a module of this
package with ``run(args)``, which answers with its rows, and is named in ``PARTS`` of
``__main__.py``.
"""
