"""NumPy without what the command line seldom needs of it: that comes when it is asked for.

NumPy 2 does so with most of its parts. In NumPy 1 they take a quarter of the time of its import, and its
tests, which the array API asks for, as much once more. Medians ask for masked arrays, in either; annotations
take all types, doc strings are written for all that is in C, and what prints or parses code comes along.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType
from typing import Any


def _never(array: object) -> bool:
    """Whether an array is a masked one."""
    return False


KNOWN: Mapping[str, Mapping[str, Any]] = {
    "numpy.ma": {"isMaskedArray": _never, "is_masked": _never},
    "numpy._typing": {"NDArray": list},
}
"""Parts that are asked something as soon as NumPy is imported, and what they answer before they are run: no
array is masked yet, and an annotation is any type that takes another."""
PARTS = {
    *KNOWN,
    *("numpy.ctypeslib", "numpy.fft", "numpy.polynomial", "numpy.random", "numpy.testing"),
    *("numpy.core._add_newdocs", "numpy.core._add_newdocs_scalars"),
    *("ast", "inspect", "pickle", "platform", "textwrap"),
}
_IMPORTED = ("__spec__", "__path__")


class _Later:
    """A finder by which these parts are run when something in them is first asked for."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name in PARTS else None
        if spec is not None and spec.loader is not None:
            spec.loader = _KnowingLoader(spec.loader)
        return spec


class _KnowingLoader(LazyLoader):
    """Of parts that know some answers before they are run: also what every further import asks of them."""

    def exec_module(self, module: ModuleType) -> None:
        known = KNOWN.get(module.__name__, {})
        super().exec_module(module)
        later: Any = type(module)

        class Knowing(later):  # importlib's own class for a module to come
            def __getattribute__(self, name: str) -> Any:
                if name in known:
                    return known[name]
                if name in _IMPORTED:
                    return object.__getattribute__(self, name)
                object.__setattr__(self, "__class__", later)
                return getattr(self, name)

        module.__class__ = Knowing


def import_numpy() -> None:
    """To be called before anything else imports it."""
    sys.meta_path.insert(0, _Later)
    import numpy  # noqa: F401
