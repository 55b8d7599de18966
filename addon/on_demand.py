"""Names and modules of a package that are imported when they are first used.

Enabling the extension draws panels only; most sessions of Blender read no file and refine nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType
from typing import Any


def on_demand(package: str, places: Mapping[str, str], modules: bool = False) -> Callable[[str], Any]:
    """A package's `__getattr__`. places: the modules of the package by the names that they hold; modules:
    `from package import module` also gives modules that run when something in them is first asked for. It
    raises AttributeError for other names."""

    def get(name: str) -> Any:
        if name in places:
            found = getattr(import_module(f".{places[name]}", package), name)
        elif modules and not name.startswith("__") and (spec := find_spec(f"{package}.{name}")):
            found = _later(spec)
        else:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        setattr(import_module(package), name, found)
        return found

    return get


def _later(spec: ModuleSpec) -> ModuleType:
    """The module, which runs at the first look into it."""
    assert spec.loader is not None
    spec.loader = LazyLoader(spec.loader)
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
