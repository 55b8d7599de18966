"""One person's motion on another skeleton: local rotations and a place for the bones of a character. No bpy.

Everything is in SMPL's axes and metres: a character's bones as they rest in the world, Y up.
"""

from __future__ import annotations

from .back import followed
from .carry import Carried, Options, carry, written
from .errors import RetargetError
from .target import Target, Twist

__all__ = ["Carried", "Options", "RetargetError", "Target", "Twist", "carry", "followed", "written"]
