"""Blender's Python module where a file needs it, and what it has to say on its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from types import ModuleType

from ..safe_read import FormatError

NO_BLENDER = (
    "Only Blender writes .fbx, .glb, .usd and .blend files; run `python3 build.py refine …`,"
    " or in Blender `blender --command smpl_pose_refiner refine …`."
)


@contextmanager
def blender_on_stderr() -> Iterator[None]:
    """Blender tells what it saves, by Python and (4.2) by itself: not among the results."""
    sys.stdout.flush()
    ours = os.dup(1)
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(ours, 1)
        os.close(ours)


def scene_package() -> ModuleType:
    """The scene package. Raises FormatError where Blender's Python module is missing, or as in the wheel of
    the library the package itself."""
    own = f"{(__package__ or '').removesuffix('.cli')}.scene"
    try:
        import_module(f"{own}.empty")  # which imports bpy
    except ModuleNotFoundError as error:
        if error.name not in ("bpy", own):
            raise
        raise FormatError(NO_BLENDER) from error
    return import_module(own)
