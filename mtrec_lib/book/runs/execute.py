"""One notebook through papermill, in a kernel of this very Python, within a time budget."""

import errno
import logging
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from mtrec_lib.book.errors import SkippedError
from mtrec_lib.book.parameter_table import Value
from mtrec_lib.book.runs.notebooks import tags, text
from mtrec_lib.core.errors import RunError

_LIBRARY = str(Path(__file__).resolve().parents[3])
# Errors only: what a kernel says about itself at its start belongs in no terminal.
_QUIET = "--IPKernelApp.log_level=40"
_KERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", _QUIET]


class OwnKernel(AsyncKernelManager):
    """A kernel of ``sys.executable``: needs no installed kernel and can be no other Python."""

    started: ClassVar[list[int]] = []

    @property
    def kernel_spec(self) -> KernelSpec:
        """The command that starts it."""
        return KernelSpec(argv=_KERNEL, display_name="Python 3", language="python")

    async def _async_start_kernel(self, **kwargs: Any) -> None:
        await super()._async_start_kernel(**kwargs)
        pid = getattr(self.provisioner, "pid", None)
        if pid:
            OwnKernel.started.append(pid)

    start_kernel = _async_start_kernel


@dataclass
class Progress:
    """How far an execution has come: the cell that runs now, counted from 1.

    ``file`` is where the code of a long cell may leave a line about itself.
    """

    total: int = 0
    cell: int = 0
    source: str = ""
    began: float = field(default_factory=time.monotonic)
    file: Path | None = None

    @property
    def minutes(self) -> float:
        """Time since the beginning."""
        return (time.monotonic() - self.began) / 60


def execute(
    source: Path,
    target: Path,
    values: Mapping[str, Value],
    environment: Mapping[str, str],
    cell_seconds: int,
    chapter_seconds: int,
    progress: Progress | None = None,
) -> Progress:
    """Run ``source`` from a fresh kernel and write it to ``target`` after every cell.

    Args:
        values: the parameters to inject; already checked.
        environment: added to the kernel's.
        cell_seconds, chapter_seconds: what a cell and the whole may take.
        progress: filled while running.

    Raises:
        RunError: a cell raised, exited, hung or killed the kernel; names the cell. What ran
            until then stands in ``target``.
        SkippedError: the chapter needs packages that are not installed.
    """
    import papermill

    progress = progress or Progress()
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    try:
        with _environment(environment), _no_orphans():
            papermill.execute_notebook(
                str(source),
                str(target),
                dict(values),
                kernel_name="python3",
                language="python",
                progress_bar=False,
                cwd=str(target.parent),
                start_timeout=120,
                kernel_manager_class=OwnKernel,
                shutdown_kernel="immediate",
                shell_timeout_interval=1,
                timeout_func=_budget(cell_seconds, chapter_seconds, progress),
                on_cell_start=_watch(progress),
            )
    except Exception as error:
        if getattr(error, "ename", "") == SkippedError.__name__:
            raise SkippedError(getattr(error, "evalue", "")) from error
        raise RunError(f"{_where(progress)}: {_reason(error, progress)}") from error
    _all_ran(target, progress)
    return progress


def _watch(progress: Progress) -> Callable[..., None]:
    def on_cell_start(cell: Any, cell_index: int) -> None:
        if cell.cell_type == "code" and "injected-parameters" not in tags(cell):
            progress.cell += 1
            progress.source = text(cell)

    return on_cell_start


def _budget(cell: int, chapter: int, progress: Progress) -> Callable[[Any], int]:
    def seconds(_: Any) -> int:
        left = chapter - progress.minutes * 60
        return max(1, int(min(cell, left)))

    return seconds


def _where(progress: Progress) -> str:
    lines = [line for line in progress.source.splitlines() if line.strip()]
    first = lines[0].strip()[:60] if lines else ""
    return f"code cell {progress.cell} ({first})" if progress.cell else "before the first cell"


def _reason(error: Exception, progress: Progress) -> str:
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    if isinstance(error, PapermillExecutionError):
        return f"{error.ename}: {error.evalue}".rstrip(": ")
    if isinstance(error, DeadKernelError):
        return "the kernel died (out of memory?)"
    if isinstance(error, CellTimeoutError):
        return f"over its time budget after {progress.minutes * 60:.0f} s; see --budget"
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
        raise RunError(f"{_where(progress)}: the execution stopped here")


@contextmanager
def _environment(extra: Mapping[str, str]) -> Iterator[None]:
    """Set variables for the kernel, which inherits them, and put the old ones back."""
    path = os.pathsep.join(filter(None, [_LIBRARY, os.environ.get("PYTHONPATH", "")]))
    inline = "module://matplotlib_inline.backend_inline"
    kept = dict(os.environ)
    os.environ.update({"PYTHONPATH": path, "MPLBACKEND": inline, **extra})
    # A GPU is shared: take memory as it is needed instead of all of it at the start.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


@contextmanager
def _no_orphans() -> Iterator[None]:
    """Whatever happens, SIGTERM and Ctrl-C included, no kernel and no child of one stays behind."""
    OwnKernel.started.clear()
    try:
        yield
    finally:
        for pid in OwnKernel.started:
            _kill_group(pid)


def _kill_group(pid: int) -> None:
    # The kernel leads its own process group, so that its children can be ended with it.
    try:
        if sys.platform == "win32":
            os.kill(pid, signal.SIGTERM)
        else:
            os.killpg(pid, signal.SIGKILL)
    except OSError:
        pass
