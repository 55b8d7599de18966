"""Matrix products on one thread.

What is computed here is small: a second thread doubles the processor's time for nothing, and on a busy
machine the threads wait for each other a hundred times as long as the work takes (NumPy before 2, whose BLAS
wakes them for the smallest matrix).
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from typing import Any

_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def hold_to_one_thread() -> None:
    """For processes that are ours alone: to be called before NumPy is imported, which then asks for this
    once; what a person has set stays."""
    if "numpy" not in sys.modules:
        for name in _VARIABLES:
            os.environ.setdefault(name, "1")
        _OneThread.always = all(os.environ[name] == "1" for name in _VARIABLES)


class _OneThread:
    """Keeps BLAS to one thread from the first that enters to the last that leaves, who puts it back."""

    always = False
    """Whether NumPy has been told to from its start."""

    def __init__(self) -> None:
        self._inside: list[None] = []
        self._limit: Any = None

    def __enter__(self) -> None:
        if self.always:
            return
        self._inside.append(None)
        if len(self._inside) == 1:
            self._limit = _libraries().limit(limits=1)

    def __exit__(self, *_error: object) -> None:
        if self.always:
            return
        self._inside.pop()
        if not self._inside:
            self._limit.restore_original_limits()


on_one_thread = _OneThread()
"""To compute in (`with on_one_thread:`), where NumPy is others' as well."""


@lru_cache(maxsize=1)
def _libraries() -> Any:
    """What computes matrices in this process, which takes some milliseconds to find."""
    from threadpoolctl import ThreadpoolController

    if os.name == "posix":
        # What is loaded has the C library's symbols; to look for that, other programs would be started.
        from ctypes import CDLL

        ThreadpoolController._system_libraries.setdefault("libc", CDLL(None))
    # Selected first: to leave a limit of some libraries puts back what all of a controller's were.
    return ThreadpoolController().select(user_api="blas")
