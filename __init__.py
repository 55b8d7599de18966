"""SMPL Pose Refiner, a Blender extension. This file only hands Blender what `addon` registers."""


def register() -> None:
    """Called by Blender when the extension is enabled."""
    from .addon import register as register_addon

    register_addon()


def unregister() -> None:
    """Called by Blender when the extension is disabled."""
    from .addon import unregister as unregister_addon

    unregister_addon()
