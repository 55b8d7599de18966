"""Arrays that are read when they are needed; meshes only where somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from .errors import FormatError
from .npy import check_shape

_LEAST_VERTICES = 5000
LEFT_OUT = frozenset(("mask", "masks", "appe", "uv", "features"))
"""Names under which trackers store megabytes of masks and embeddings that no reader here uses."""


_KEPT: ContextVar[bool] = ContextVar("meshes are kept", default=False)


@contextmanager
def keeping_meshes() -> Iterator[None]:
    """What is read within has its meshes, too."""
    before = _KEPT.set(True)
    try:
        yield
    finally:
        _KEPT.reset(before)


def is_mesh(shape: tuple[Any, ...]) -> bool:
    """Whether an array of this shape holds vertices to leave out: few readers use them."""
    if _KEPT.get():
        return False
    return len(shape) >= 2 and shape[-1] == 3 and isinstance(shape[-2], int) and shape[-2] >= _LEAST_VERTICES


class LazyArray:
    """An array of known shape that `np.asarray` loads; raises FormatError where it was left out."""

    def __init__(self, shape: tuple[int, ...], load: Callable[[], np.ndarray] | None) -> None:
        check_shape(shape, 1)
        self.shape = shape
        self._load = load

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        if self._load is None:
            raise FormatError("A mesh of this file was left out; it is not needed.")
        return np.asarray(self._load(), dtype=dtype)

    def __iter__(self) -> Any:
        return iter(np.asarray(self))

    def __getitem__(self, index: Any) -> Any:
        return np.asarray(self)[index]
