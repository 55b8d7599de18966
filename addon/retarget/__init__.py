"""One person's motion on another skeleton: local rotations and a place for the bones of a character. No bpy.

Everything is in SMPL's axes and metres: a character's bones as they rest in the world, Y up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .errors import RetargetError

if TYPE_CHECKING:
    from .back import followed
    from .carrying import Carried, carry, written
    from .options import Options
    from .target import Target, Twist

__all__ = ["Carried", "Options", "RetargetError", "Target", "Twist", "carry", "followed", "written"]
_PLACES = {
    "followed": "back",
    "Carried": "carrying",
    "carry": "carrying",
    "written": "carrying",
    "Options": "options",
    "Target": "target",
    "Twist": "target",
}
if not TYPE_CHECKING:  # which would take any name for one of the package's
    __getattr__ = on_demand(__name__, _PLACES)
