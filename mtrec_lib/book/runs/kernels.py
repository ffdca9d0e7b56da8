"""Kernels of this very Python: how they are started, what they are told, how they are ended."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from mtrec_lib.core.paths import home
from mtrec_lib.core.runtime.allocator import allocator_environment
from mtrec_lib.core.runtime.compiled import compiled_code_environment

_LIBRARY = str(Path(__file__).resolve().parents[3])
# Errors only: what a kernel says about itself at its start belongs in no terminal.
_QUIET = "--IPKernelApp.log_level=40"
_KERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", _QUIET]
_alive: set[int] = set()
_stopping = threading.Event()


class OwnKernel(AsyncKernelManager):
    """A kernel of ``sys.executable``: needs no installed kernel and can be no other Python."""

    settings: Mapping[str, str]
    folder: Path
    started: Callable[[int], None]

    @property
    def kernel_spec(self) -> KernelSpec:
        """The command that starts it."""
        return KernelSpec(argv=_KERNEL, display_name="Python 3", language="python")

    async def _async_start_kernel(self, **kwargs: Any) -> None:
        kwargs |= {"env": dict(self.settings), "cwd": str(self.folder)}
        await super()._async_start_kernel(**kwargs)
        pid = getattr(self.provisioner, "pid", None)
        if pid:
            type(self).started(pid)

    start_kernel = _async_start_kernel


@contextmanager
def kernel(
    folder: Path, extra: Mapping[str, str], started: Callable[[int], None]
) -> Iterator[type[OwnKernel]]:
    """A class of kernels for papermill; whatever happens, none and no child of one stays behind.

    Nothing of this process is changed, so that several threads may each have one.

    Args:
        folder: the current folder of the kernel.
        extra: variables on top of those of this process and of the allocator's.
        started: is called with the pid.
    """
    own: list[int] = []

    def note(pid: int) -> None:
        own.append(pid)
        _alive.add(pid)
        started(pid)
        if stopping():
            end(pid)

    members = {"settings": environment(extra), "folder": folder, "started": staticmethod(note)}
    try:
        yield type("Kernel", (OwnKernel,), members)
    finally:
        for pid in own:
            end(pid)
            _alive.discard(pid)


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The variables of a kernel: those of this process with its paths made absolute, and ours."""
    variables = dict(os.environ)
    own = [str(Path(part).absolute()) for part in _parts(variables.get("PYTHONPATH", ""))]
    variables |= {
        "PYTHONPATH": os.pathsep.join([_LIBRARY, *own]),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MTREC_HOME": str(home()),
    }
    # A GPU is shared: take memory as it is needed instead of all of it at the start.
    variables.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    variables |= extra
    return variables | allocator_environment(variables) | compiled_code_environment(variables)


def _parts(path: str) -> list[str]:
    return [part for part in path.split(os.pathsep) if part]


def end(pid: int) -> None:
    """End a kernel and its children; it leads its own process group."""
    with suppress(OSError):
        if sys.platform == "win32":
            os.kill(pid, signal.SIGTERM)
        else:
            os.killpg(pid, signal.SIGKILL)


def end_all() -> None:
    """End every kernel that runs now: the command itself is being stopped."""
    _stopping.set()
    for pid in list(_alive):
        end(pid)


def stopping() -> bool:
    """Whether :func:`end_all` was called: what fails now has not failed by itself."""
    return _stopping.is_set()
