"""Which library an array is of: asked so often that NumPy's arrays are told at a glance.

The array API is imported on first use: it takes longer than to read a small file.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np


def array_namespace(*arrays: Any) -> Any:
    """The array API of these arrays, which are of one library. Raises TypeError when they are not."""
    if len(arrays) == 1 and type(arrays[0]) is np.ndarray:
        return _of_numpy()
    import array_api_compat

    return array_api_compat.array_namespace(*arrays)


@lru_cache(maxsize=1)
def _of_numpy() -> Any:
    import array_api_compat.numpy

    return array_api_compat.numpy


def device(array: Any) -> Any:
    """Where an array lies."""
    if type(array) is np.ndarray:
        return "cpu"
    import array_api_compat

    return array_api_compat.device(array)
