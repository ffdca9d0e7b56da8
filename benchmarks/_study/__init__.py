"""What all measurements share: routes, cells, environments of peers, the quiet gate, rows, pages.

Nothing here decides a figure; code that does lies beside it, where :func:`mtrec_lib.core.code_hash`
follows it.
"""
