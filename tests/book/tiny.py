"""Notebooks of a few cells, written into a folder of chapters."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PARAMETERS = "epochs: int = 3  # passes over the data\nseed: int = 0  # of everything random"
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}


def start(chapter: str) -> str:
    """The cell that hands the parameters to the checker."""
    return f'run = mt.book.parameters("{chapter}", epochs=epochs, seed=seed)'


def write_notebook(path: Path, *codes: str, parameters: str | None = PARAMETERS) -> Path:
    """A title, an import, a parameters cell (unless None), and one cell for each of ``codes``."""
    cells = [new_markdown_cell("# A chapter\n\n**Measured:** 0.0 minutes")]
    cells.append(new_code_cell("import mtrec_lib as mt"))
    if parameters is not None:
        cells.append(new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    cells += [new_code_cell(code) for code in codes]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC}), path)
    return path
