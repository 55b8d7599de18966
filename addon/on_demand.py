"""Names and modules of a package that are imported when they are first used.

Enabling the extension draws panels only; most sessions of Blender read no file and refine nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any


class Later:
    """A module by its full name, imported at the first look into it.

    Not `importlib.util.LazyLoader`: its modules stand in `sys.modules`, through which Blender goes when it
    ends, and that would import all of them.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)


def on_demand(package: str, places: Mapping[str, str], modules: bool = False) -> Callable[[str], Any]:
    """A package's `__getattr__`. places: the modules of the package by the names that they hold; modules:
    `from package import module` also gives modules, each `Later`. It raises AttributeError for others."""

    def get(name: str) -> Any:
        if name in places:
            found = getattr(import_module(f".{places[name]}", package), name)
        elif modules and not name.startswith("__") and find_spec(f"{package}.{name}"):
            found = Later(f"{package}.{name}")
        else:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        setattr(import_module(package), name, found)
        return found

    return get
