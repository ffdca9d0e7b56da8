"""TensorFlow without its C++ log lines, and with an allocator that keeps its memory.

At import TensorFlow writes to file descriptor 2 whatever the log level says; in a notebook these
lines become stored outputs. Around its first import descriptor 2 points to a temporary file, and
the held text is written out only if the import fails.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from mtrec_lib.core.runtime.allocator import memory_kept
from mtrec_lib.core.runtime.first_import import around_first_import
from mtrec_lib.core.runtime.keras_settings import default_backend


@contextmanager
def _silent() -> Iterator[None]:
    with tempfile.TemporaryFile() as held:
        stderr = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(stderr, held.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def quiet_tensorflow() -> None:
    """Make the coming import of TensorFlow silent. Costs nothing until then; safe to call twice."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    default_backend()
    around_first_import("tensorflow", "silence", _silent)
    around_first_import("tensorflow", "allocator", memory_kept)
