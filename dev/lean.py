"""NumPy without those of its parts that the command line seldom needs: they come when they are asked for.

NumPy 2 does so by itself. In NumPy 1 they take a quarter of the time of its import, and its tests, which the
array API asks for, as much once more.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

PARTS = ("numpy.ctypeslib", "numpy.fft", "numpy.ma", "numpy.polynomial", "numpy.random", "numpy.testing")


class _Later:
    """A finder by which these parts are run when something in them is first asked for."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name in PARTS else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


def import_numpy() -> None:
    """To be called before anything else imports it."""
    sys.meta_path.insert(0, _Later)
    import numpy  # noqa: F401
