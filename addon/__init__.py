"""SMPL Pose Refiner: from 3D keypoints to clean SMPL animation."""

from __future__ import annotations

import sys
from typing import Any

from .one_thread import hold_to_one_thread

_commands: list[Any] = []


def register() -> None:
    """Give Blender the classes, menu entries and the command line."""
    import bpy

    if "--command" in sys.argv:  # such a Blender does nothing else and ends
        hold_to_one_thread()
    from . import ui
    from .ui.language import CONTEXT

    for cls in ui.CLASSES:
        cls.bl_translation_context = CONTEXT
        bpy.utils.register_class(cls)
    ui.attach()
    _commands.append(bpy.utils.register_cli_command("smpl_pose_refiner", _command_line))


def unregister() -> None:
    """Take everything back, in the opposite order."""
    import bpy

    from . import ui

    while _commands:
        bpy.utils.unregister_cli_command(_commands.pop())
    ui.detach()
    for cls in reversed(ui.CLASSES):
        bpy.utils.unregister_class(cls)


def _command_line(arguments: list[str]) -> int:
    from .cli import main

    return main(arguments)
