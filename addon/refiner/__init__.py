"""Initial pose (or none) + target keypoints → Motion: `refine`, or in steps `refine_steps`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .errors import Cancelled, RefineError

if TYPE_CHECKING:
    from .controls import Controls
    from .evidence.smoothing import FEWEST_SMOOTHED
    from .feet.stand import hold_again
    from .hands.motion import hands_seen
    from .limbs import LEGS, PARTS, Limb
    from .modes import MODES
    from .network.engine import DEVICES, ENGINES, engine_name, loads_torch
    from .pipeline import prepare, refine, refine_rows, refine_steps
    from .prepared import Prepared
    from .result.fit import fit_of
    from .result.holding import hold
    from .result.jitter import jitter, keypoint_noise
    from .result.own_body import OwnBody
    from .whole_clip.alignment import keypoints_at, target_of
    from .whole_clip.own_keypoints import were_alone
    from .whole_clip.time_alignment import SURE, TimeAlignment, align_times, surest

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
    "were_alone",
]
_PLACES = {
    "keypoints_at": "whole_clip.alignment",
    "target_of": "whole_clip.alignment",
    "were_alone": "whole_clip.own_keypoints",
    "Controls": "controls",
    "DEVICES": "network.engine",
    "ENGINES": "network.engine",
    "engine_name": "network.engine",
    "loads_torch": "network.engine",
    "hold_again": "feet.stand",
    "fit_of": "result.fit",
    "hands_seen": "hands.motion",
    "hold": "result.holding",
    "jitter": "result.jitter",
    "keypoint_noise": "result.jitter",
    "LEGS": "limbs",
    "PARTS": "limbs",
    "Limb": "limbs",
    "MODES": "modes",
    "OwnBody": "result.own_body",
    "prepare": "pipeline",
    "refine": "pipeline",
    "refine_rows": "pipeline",
    "refine_steps": "pipeline",
    "Prepared": "prepared",
    "FEWEST_SMOOTHED": "evidence.smoothing",
    "SURE": "whole_clip.time_alignment",
    "TimeAlignment": "whole_clip.time_alignment",
    "align_times": "whole_clip.time_alignment",
    "surest": "whole_clip.time_alignment",
}
if not TYPE_CHECKING:  # which would take any name for one of the package's
    __getattr__ = on_demand(__name__, _PLACES)
