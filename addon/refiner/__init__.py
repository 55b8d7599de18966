"""Initial pose (or none) + target keypoints → Motion: `refine`, or in steps `refine_steps`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .errors import Cancelled, RefineError
from .jitter import jitter, keypoint_noise

if TYPE_CHECKING:
    from .alignment import keypoints_at, target_of
    from .controls import Controls
    from .engine import DEVICES, ENGINES, engine_name, loads_torch
    from .feet.stand import hold_again
    from .fit import fit_of
    from .hands import hands_seen
    from .holding import hold
    from .limbs import LEGS, PARTS, Limb
    from .modes import MODES
    from .own_body import OwnBody
    from .pipeline import prepare, refine, refine_rows, refine_steps
    from .prepared import Prepared
    from .smoothing import FEWEST_SMOOTHED
    from .time_alignment import SURE, TimeAlignment, align_times, surest

__all__ = [
    "DEVICES",
    "ENGINES",
    "FEWEST_SMOOTHED",
    "LEGS",
    "MODES",
    "PARTS",
    "SURE",
    "Cancelled",
    "Controls",
    "Limb",
    "OwnBody",
    "Prepared",
    "RefineError",
    "TimeAlignment",
    "align_times",
    "engine_name",
    "fit_of",
    "hands_seen",
    "hold",
    "hold_again",
    "jitter",
    "keypoint_noise",
    "keypoints_at",
    "loads_torch",
    "prepare",
    "refine",
    "refine_rows",
    "refine_steps",
    "surest",
    "target_of",
]
_PLACES = {
    "keypoints_at": "alignment",
    "target_of": "alignment",
    "Controls": "controls",
    "DEVICES": "engine",
    "ENGINES": "engine",
    "engine_name": "engine",
    "loads_torch": "engine",
    "hold_again": "feet.stand",
    "fit_of": "fit",
    "hands_seen": "hands",
    "hold": "holding",
    "LEGS": "limbs",
    "PARTS": "limbs",
    "Limb": "limbs",
    "MODES": "modes",
    "OwnBody": "own_body",
    "prepare": "pipeline",
    "refine": "pipeline",
    "refine_rows": "pipeline",
    "refine_steps": "pipeline",
    "Prepared": "prepared",
    "FEWEST_SMOOTHED": "smoothing",
    "SURE": "time_alignment",
    "TimeAlignment": "time_alignment",
    "align_times": "time_alignment",
    "surest": "time_alignment",
}
__getattr__ = on_demand(__name__, _PLACES)
