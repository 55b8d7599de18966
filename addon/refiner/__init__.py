"""Initial pose (or none) + target keypoints → Motion. The one way in is `refine`."""

from .controls import PARTS, Controls
from .engine import DEVICES, ENGINES, engine_name, loads_torch
from .errors import Cancelled, RefineError
from .own_body import on_own_body
from .pipeline import MODES, refine

__all__ = [
    "DEVICES",
    "ENGINES",
    "MODES",
    "PARTS",
    "Cancelled",
    "Controls",
    "RefineError",
    "engine_name",
    "loads_torch",
    "on_own_body",
    "refine",
]
