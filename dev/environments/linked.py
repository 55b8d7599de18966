"""The repository as an installed extension of the Blender that runs this Python."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

from ..processes import ROOT

MODULE = "bl_ext.user_default.smpl_pose_refiner"


def link() -> str:
    """Link the repository into Blender's user folder; the name of its module."""
    import bpy

    repository = Path(bpy.utils.user_resource("EXTENSIONS", path="user_default", create=True))
    place = repository / "smpl_pose_refiner"
    if not place.exists():
        place.symlink_to(ROOT, target_is_directory=True)
    _addon_utils().extensions_refresh()
    return MODULE


def switch(module: str, on: bool, looked: bool = False) -> None:
    """Enable or disable the extension; an exception in it is raised, not a message in the console.

    looked: Blender has looked at all extensions before, as it does once when it starts.
    """

    def fail(error: Exception) -> None:
        raise error

    if not on:
        _addon_utils().disable(module, default_set=True, handle_error=fail)
    elif _addon_utils().enable(module, default_set=True, refresh_handled=looked, handle_error=fail) is None:
        raise RuntimeError(f"{module} could not be enabled.")


def _addon_utils() -> ModuleType:
    return importlib.import_module("addon_utils")  # importable only once bpy is
