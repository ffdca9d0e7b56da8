"""One notebook through papermill, in a kernel of this very Python that is watched."""

import errno
import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mtrec_lib.book.errors import SkippedError
from mtrec_lib.book.parameter_table import Value
from mtrec_lib.book.runs.kernels import kernel, stopping
from mtrec_lib.book.runs.notebooks import tags, text
from mtrec_lib.book.runs.watching import Limits, Progress, watched
from mtrec_lib.core.errors import RunError

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Execution:
    """What is to be executed, where to, and how.

    Args:
        source: the notebook.
        target: is written after every cell.
        values: the parameters to inject; already checked.
        environment: added to the kernel's.
        limits: what ends it.
    """

    source: Path
    target: Path
    values: Mapping[str, Value] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)


def execute(execution: Execution, progress: Progress) -> None:
    """Run a notebook in a fresh kernel; several threads may do so at a time.

    Args:
        execution: what to run.
        progress: filled while running.

    Raises:
        RunError: a cell raised, exited, hung or killed the kernel; names the cell. What ran
            until then stands in the target.
        SkippedError: the chapter needs packages that are not installed.
    """
    import papermill

    def started(pid: int) -> None:
        progress.pid = pid

    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    folder = execution.target.parent
    try:
        with (
            _own_event_loop(),
            kernel(folder, execution.environment, started) as manager,
            watched(progress, execution.limits),
        ):
            # No cwd: papermill would change that of the whole process.
            papermill.execute_notebook(
                str(execution.source),
                str(execution.target),
                dict(execution.values),
                kernel_name="python3",
                language="python",
                progress_bar=False,
                start_timeout=600,
                kernel_manager_class=manager,
                shutdown_kernel="immediate",
                shell_timeout_interval=1,
                on_cell_start=_note_cell(progress),
            )
    except Exception as error:
        if stopping():
            raise SystemExit(1) from error
        if getattr(error, "ename", "") == SkippedError.__name__:
            raise SkippedError(getattr(error, "evalue", "")) from error
        raise RunError(f"{_where(progress)}: {_reason(error, progress)}") from error
    _all_ran(execution.target, progress)


@contextmanager
def _own_event_loop() -> Iterator[None]:
    """In a thread, an event loop that is closed at the end; jupyter_core would leave it open."""
    if threading.current_thread() is threading.main_thread():
        yield
        return
    from jupyter_core.utils import ensure_event_loop

    loop = ensure_event_loop()
    try:
        yield
    finally:
        loop.close()


def _note_cell(progress: Progress) -> Callable[..., None]:
    def on_cell_start(cell: "NotebookNode", cell_index: int) -> None:
        if cell.cell_type == "code" and "injected-parameters" not in tags(cell):
            progress.cell += 1
            progress.source = text(cell)

    return on_cell_start


def _where(progress: Progress) -> str:
    lines = [line for line in progress.source.splitlines() if line.strip()]
    first = lines[0].strip()[:60] if lines else ""
    return f"code cell {progress.cell} ({first})" if progress.cell else "before the first cell"


def _reason(error: Exception, progress: Progress) -> str:
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    if progress.stopped:
        return progress.stopped
    if isinstance(error, PapermillExecutionError):
        return f"{error.ename}: {error.evalue}".rstrip(": ")
    if isinstance(error, DeadKernelError):
        return "the kernel died (out of memory?)"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return _disk_full(error)
    return f"{type(error).__name__}: {error}"


def _disk_full(error: OSError) -> str:
    path = Path(error.filename or ".")
    free = shutil.disk_usage(path.parent).free
    needed = path.stat().st_size if path.is_file() else 0
    return (
        f"the disk is full while writing {path}: needed more than {needed} bytes, "
        f"{free} bytes free; make room and run again"
    )


def _all_ran(target: Path, progress: Progress) -> None:
    """papermill calls an exit and a killed kernel a success; execution counts do not lie."""
    import nbformat

    cells = [cell for cell in nbformat.read(target, as_version=4).cells if cell.cell_type == "code"]
    for cell in cells:
        for output in cell.outputs:
            if output.output_type == "error":
                raise RunError(f"{_where(progress)}: {output.ename}: {output.evalue}".rstrip(": "))
    if any(cell.source.strip() and not cell.execution_count for cell in cells):
        raise RunError(f"{_where(progress)}: {progress.stopped or 'the execution stopped here'}")
