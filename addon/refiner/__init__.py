"""Initial pose (or none) + target keypoints → Motion. The one way in is `refine`."""

from .alignment import keypoints_at, target_of
from .controls import PARTS, Controls
from .engine import DEVICES, ENGINES, engine_name, loads_torch
from .errors import Cancelled, RefineError
from .holding import hold
from .jitter import jitter
from .own_body import on_own_body
from .pipeline import MODES, refine
from .time_alignment import SURE, TimeAlignment, align_times, surest

__all__ = [
    "DEVICES",
    "ENGINES",
    "MODES",
    "PARTS",
    "SURE",
    "Cancelled",
    "Controls",
    "RefineError",
    "TimeAlignment",
    "align_times",
    "engine_name",
    "hold",
    "jitter",
    "keypoints_at",
    "loads_torch",
    "on_own_body",
    "refine",
    "surest",
    "target_of",
]
