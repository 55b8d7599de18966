"""NumPy without those of its parts that the command line seldom needs: they come when they are asked for.

NumPy 2 does so by itself. In NumPy 1 they take a quarter of the time of its import, and its tests, which the
array API asks for, as much once more. Medians ask for masked arrays, in either.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType
from typing import Any

MASKED = "numpy.ma"
QUESTIONS = ("isMaskedArray", "is_masked")
PARTS = ("numpy.ctypeslib", "numpy.fft", MASKED, "numpy.polynomial", "numpy.random", "numpy.testing")


class _Later:
    """A finder by which these parts are run when something in them is first asked for."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name in PARTS else None
        if spec is not None and spec.loader is not None:
            spec.loader = (_MaskedLoader if name == MASKED else LazyLoader)(spec.loader)
        return spec


class _MaskedLoader(LazyLoader):
    """Of what makes masked arrays: no array is one before it is run."""

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        later: Any = type(module)

        class Unmasked(later):  # importlib's own class for a module to come
            def __getattribute__(self, name: str) -> Any:
                if name in QUESTIONS:
                    return _never
                object.__setattr__(self, "__class__", later)
                return getattr(self, name)

        module.__class__ = Unmasked


def _never(array: object) -> bool:
    """Whether an array is a masked one."""
    return False


def import_numpy() -> None:
    """To be called before anything else imports it."""
    sys.meta_path.insert(0, _Later)
    import numpy  # noqa: F401
