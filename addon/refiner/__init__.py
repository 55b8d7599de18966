"""Initial pose (or none) + target keypoints → Motion. The one way in is `refine`."""

from .engine import DEVICES, ENGINES, engine_name
from .errors import Cancelled, RefineError
from .pipeline import MODES, refine

__all__ = ["DEVICES", "ENGINES", "MODES", "Cancelled", "RefineError", "engine_name", "refine"]
