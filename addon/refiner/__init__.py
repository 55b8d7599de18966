"""Initial pose (or none) + target keypoints → Motion: `refine`, or in steps `refine_steps`."""

from .alignment import keypoints_at, target_of
from .controls import Controls
from .engine import DEVICES, ENGINES, engine_name, loads_torch
from .errors import Cancelled, RefineError
from .hands import has_hands
from .holding import hold
from .jitter import jitter, keypoint_noise
from .limbs import PARTS, Limb
from .modes import MODES
from .own_body import on_own_body
from .pipeline import prepare, refine, refine_rows, refine_steps
from .prepared import Prepared
from .time_alignment import SURE, TimeAlignment, align_times, surest

__all__ = [
    "DEVICES",
    "ENGINES",
    "MODES",
    "PARTS",
    "SURE",
    "Cancelled",
    "Controls",
    "Limb",
    "Prepared",
    "RefineError",
    "TimeAlignment",
    "align_times",
    "engine_name",
    "has_hands",
    "hold",
    "jitter",
    "keypoint_noise",
    "keypoints_at",
    "loads_torch",
    "on_own_body",
    "prepare",
    "refine",
    "refine_rows",
    "refine_steps",
    "surest",
    "target_of",
]
