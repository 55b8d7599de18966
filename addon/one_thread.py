"""Matrix products on one thread, in processes that are ours alone."""

from __future__ import annotations

import os
import sys

_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def hold_to_one_thread() -> None:
    """To be called before NumPy is imported, which then asks for this once; what a person has set stays.

    What is computed here is small: a second thread doubles the processor's time for nothing, and on a busy
    machine the threads wait for each other many times as long as the work takes.
    """
    if "numpy" not in sys.modules:
        for name in _VARIABLES:
            os.environ.setdefault(name, "1")
