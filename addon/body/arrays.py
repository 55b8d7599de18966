"""Which library an array is of: asked so often that NumPy's arrays are told at a glance.

The array API is imported on first use: it takes longer than to read a small file.
"""

from __future__ import annotations

from functools import lru_cache
from types import ModuleType
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
    """NumPy's array API, in which what is called most often is NumPy's own: a wrapper takes longer than the
    work on one frame."""
    import array_api_compat.numpy

    found = ModuleType("numpy_arrays")
    vars(found).update(vars(array_api_compat.numpy))
    vars(found).update(
        reshape=lambda array, shape: array.reshape(shape),
        permute_dims=lambda array, axes: array.transpose(axes),
        matrix_transpose=lambda array: array.swapaxes(-1, -2),
        astype=lambda array, dtype, copy=True: array.astype(dtype, copy=copy),
        asarray=lambda values, dtype=None, device=None: np.asarray(values, dtype),
        zeros_like=np.zeros_like,
        ones_like=np.ones_like,
        zeros=lambda shape, dtype=None, device=None: np.zeros(shape, dtype),
        clip=_clip,
        stack=stacked,
        max=lambda array, axis=None, keepdims=False: np.maximum.reduce(array, axis, keepdims=keepdims),
        sum=lambda array, axis=None, keepdims=False: np.add.reduce(array, axis, keepdims=keepdims),
    )
    return found


def _clip(array: np.ndarray, least: Any = None, most: Any = None) -> np.ndarray:
    array = array if least is None else np.maximum(array, least)
    return array if most is None else np.minimum(array, most)


def stacked(arrays: list[np.ndarray], axis: int = 0) -> np.ndarray:
    """NumPy's own takes three times as long for small ones."""
    place = (..., None) if axis == -1 else (*(slice(None),) * (axis % (arrays[0].ndim + 1)), None)
    return np.concatenate([array[place] for array in arrays], axis=axis)


def device(array: Any) -> Any:
    """Where an array lies."""
    if type(array) is np.ndarray:
        return "cpu"
    import array_api_compat

    return array_api_compat.device(array)
