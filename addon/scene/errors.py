"""What the scene refuses."""

from __future__ import annotations


class SceneError(Exception):
    """Something can't be written to Blender. The message is one plain sentence: what is wrong, what to do."""
