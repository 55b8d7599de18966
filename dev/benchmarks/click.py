"""From a click on Refine Pose to keys in the scene: the operator itself, in the Blender of this Python."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from ..environments import linked
from ..pictures import stage

FRAMES = 1000
WANTED = 2.0
"""Seconds that it may take."""

Best = Callable[[Callable[[], object], Callable[[], object]], float]


def seconds_to_keys(best: Best, engine: str, folder: Path) -> float:
    """With all that is added by default: body, keys, keypoints, an undo step; and the wait of a window.

    A window looks for the end of a run at every tick of its timer. best: times the first, after the second.
    """
    import bpy

    module = linked.link()
    linked.switch(module, on=True)
    take = stage.long_take(folder / "take.npz", FRAMES)

    def open_anew() -> None:
        bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
        bpy.ops.spr.open_recording(filepath=str(take))
        bpy.context.scene.spr.engine = engine

    def click() -> None:
        bpy.ops.spr.refine_pose("EXEC_DEFAULT", True)

    tick: float = importlib.import_module(f"{module}.addon.ui.runner").TICK
    return best(click, open_anew) + tick
