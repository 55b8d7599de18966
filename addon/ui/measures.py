# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""What the Quality panel can show over a clip: fit error, jitter and the slide of feet."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np
from bpy.app.handlers import depsgraph_update_post, load_pre, persistent
from bpy.props import EnumProperty

from ..body.kinematics import forward
from ..body.skeleton import PARENTS
from ..scene import BONE_NAMES, FIT_ERROR, SceneError, read_poses, scene_rate
from ..scene.axes import positions_to_smpl
from ..scene.curves import find_curves, read_curve
from ..scene.measures import jitter_mm, slide_cm
from .graph import Series

MEASURE_ITEMS = [
    ("FIT", "Fit Error", "How far the body is from the recorded keypoints"),
    ("JITTER", "Jitter", "How far some joint leaps out of its own movement in a single frame"),
    ("SLIDE", "Foot Slide", "How fast a foot that is on the floor moves over it"),
]


@dataclass(frozen=True)
class Unit:
    """How a measure is written, and the value that is painted red."""

    name: str
    worst: float
    digits: int = 0

    def written(self, value: float) -> str:
        """'12 mm'."""
        return f"{value:.{self.digits}f} {self.name}"


UNITS = {"FIT": Unit("mm", 100.0), "JITTER": Unit("mm", 20.0, 1), "SLIDE": Unit("cm/s", 50.0)}
_KEPT = 8
_found: dict[tuple[str, str, str], Series | None] = {}
"""By armature, action and measure, until an action changes."""


class SPR_PG_quality(bpy.types.PropertyGroup):
    """What a scene's Quality panel shows."""

    measure: EnumProperty(name="Measure", description="What the graph shows", items=MEASURE_ITEMS)


def series_of(armature: bpy.types.Object, measure: str) -> Series | None:
    """A measure of the animation that the armature has now; None where it knows none."""
    action = armature.animation_data.action if armature.animation_data else None
    if action is None:
        return None
    if measure == "FIT":
        curve = read_curve(armature, f'["{FIT_ERROR}"]')
        return None if curve is None else Series(*curve)
    key = (armature.name_full, action.name_full, measure)
    if key not in _found:
        while len(_found) >= _KEPT:
            del _found[next(iter(_found))]
        _found[key] = _measured(armature, measure)
    return _found[key]


def _measured(armature: bpy.types.Object, measure: str) -> Series | None:
    """From the keys as they are, with every edit."""
    curve = find_curves(armature).get((f'pose.bones["{BONE_NAMES[0]}"].rotation_quaternion', 0))
    if curve is None or len(curve.keyframe_points) < 2:
        return None
    first, last = (round(curve.keyframe_points[place].co.x) for place in (0, -1))
    frames = np.arange(first, last + 1)
    try:
        poses = read_poses(armature, frames)
    except SceneError:
        return None
    heads = np.array([armature.data.bones[name].head_local for name in BONE_NAMES])
    offsets = positions_to_smpl(heads - heads[list(PARENTS)])
    offsets[0] = 0.0
    joints, _ = forward(poses.rotations, poses.pelvis, offsets)
    rate = scene_rate(bpy.context.scene)
    values = jitter_mm(joints) if measure == "JITTER" else slide_cm(joints, rate)
    return Series(frames.astype(float), values, np.zeros(len(frames), bool))


@persistent
def _after_change(_scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
    """Keys that were changed make other figures."""
    if _found and (depsgraph.id_type_updated("ACTION") or depsgraph.id_type_updated("ARMATURE")):
        _found.clear()


@persistent
def _before_loading(*_args: object) -> None:
    _found.clear()


def attach() -> None:
    """Forget figures when what they are of changes."""
    depsgraph_update_post.append(_after_change)
    load_pre.append(_before_loading)


def detach() -> None:
    """Forget all of them."""
    depsgraph_update_post.remove(_after_change)
    load_pre.remove(_before_loading)
    _found.clear()


CLASSES = (SPR_PG_quality,)
