"""Names of a package whose modules are imported when a name is first asked for.

Enabling the extension draws panels only; most sessions of Blender read no file and refine nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def on_demand(package: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """A package's `__getattr__`. places: the modules of the package by the names that they hold. It raises
    AttributeError for others."""

    def get(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(f".{places[name]}", package), name)
        setattr(import_module(package), name, found)
        return found

    return get
