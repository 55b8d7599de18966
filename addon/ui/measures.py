# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""What the Quality panel can show over a clip: fit error, jitter and the slide of feet."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np
from bpy.app.handlers import depsgraph_update_post, load_pre, persistent

from ..body import kinematics
from ..scene import action as scene_action
from ..scene import contacts as scene_contacts
from ..scene import curves as scene_curves
from ..scene import layers, limbs, measures, own_space, read_action
from ..scene import refined as scene_refined
from ..scene.names import BONE_NAMES
from ..scene.strip_time import shown_frame
from ..scene.timing import scene_rate
from ..steps import Steps, finish
from .graph import Series
from .language import EnumProperty

MEASURE_ITEMS = [
    ("FIT", "Fit Error", "How far the body is from the recorded keypoints"),
    ("JITTER", "Jitter", "How far some joint leaps out of its own movement in a single frame"),
    ("SLIDE", "Foot Slide", "How fast a foot that bears moves over the floor"),
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
_PATH = (f'pose.bones["{BONE_NAMES[0]}"].location', 0)
_KEPT = 8
_found: dict[tuple[str, str, str], Series | None] = {}
"""By armature, action and measure, until an action changes."""


class SPR_PG_quality(bpy.types.PropertyGroup):
    """What a scene's Quality panel shows."""

    measure: EnumProperty(name="Measure", description="What the graph shows", items=MEASURE_ITEMS)


def series_of(armature: bpy.types.Object, measure: str) -> Series | None:
    """A measure of the animation that the armature plays now, pushed down to the NLA or not; None where it
    knows none, or has to be looked at frame by frame for it, which `measure_in_steps` does."""
    if measure == "FIT":
        figure = layers.read_figure(armature, f'["{scene_action.FIT_ERROR}"]')
        return None if figure is None else Series(*figure)
    key = _key(armature, measure)
    if key not in _found:
        if limbs.controlled_limbs(armature):
            return None
        _keep(key, finish(_measured(armature, measure)))
    return _found[key]


def has_to_look(armature: bpy.types.Object, measure: str) -> bool:
    """Whether this measure waits for `measure_in_steps`."""
    return (
        measure != "FIT" and bool(limbs.controlled_limbs(armature)) and _key(armature, measure) not in _found
    )


def measure_in_steps(armature: bpy.types.Object, measure: str) -> Steps[None]:
    """Find what `series_of` gives from then on, until an action changes."""
    found = yield from _measured(armature, measure)
    bpy.context.view_layer.update()  # what was looked at has changed as well, in Blender's eyes
    _keep(_key(armature, measure), found)


def _key(armature: bpy.types.Object, measure: str) -> tuple[str, str, str]:
    action = armature.animation_data.action if armature.animation_data else None
    return armature.name_full, "" if action is None else action.name_full, measure


def _keep(key: tuple[str, str, str], found: Series | None) -> None:
    while len(_found) >= _KEPT:
        del _found[next(iter(_found))]
    _found[key] = found


def contacts_alone(armature: bpy.types.Object) -> Series | None:
    """The frames of the animation with nothing measured in them, for a graph that shows what bears; None
    where that is not known."""
    curves, strip = _playing(armature)
    _, shown = _frames(curves, strip)
    if not len(shown) or bears_at(armature, shown) is None:
        return None
    return Series(np.sort(shown), np.zeros(len(shown)), np.ones(len(shown), bool))


def _frames(curves: read_action.Curves, strip: bpy.types.NlaStrip | None) -> tuple[np.ndarray, np.ndarray]:
    """(T,) frames of the animation, none of a single key, and (T,) where the scene shows them."""
    curve = curves.get(_PATH)
    if curve is None or len(curve.keyframe_points) < 2:
        return np.zeros(0, int), np.zeros(0)
    first, last = (round(curve.keyframe_points[place].co.x) for place in (0, -1))
    frames = np.arange(first, last + 1)
    return frames, frames.astype(float) if strip is None else shown_frame(strip, frames.astype(float))


def _measured(armature: bpy.types.Object, measure: str) -> Steps[Series | None]:
    """From the keys as they are, with every edit."""
    curves, strip = _playing(armature)
    frames, shown = _frames(curves, strip)
    if not len(frames):
        return None
    played = None if strip is None else scene_refined.refined_animation(armature)
    poses = read_action.poses_of(
        armature, (yield from read_action.read_seen.steps(armature, played, curves, frames))
    )
    offsets = own_space.rest_offsets(armature)
    joints, world = kinematics.forward(poses.rotations, poses.pelvis, offsets)
    rate = scene_rate(bpy.context.scene)
    bears = bears_at(armature, shown) if measure == "SLIDE" else None
    if measure == "JITTER":
        values = measures.jitter_mm(joints)
    elif bears is None:
        values = measures.slide_cm(joints, rate)
    else:
        values = measures.bearing_slide_cm(joints, world, offsets, bears, rate)
    order = np.argsort(shown)
    return Series(shown[order], values[order], np.zeros(len(frames), bool))


def bears_at(armature: bpy.types.Object, frames: np.ndarray) -> np.ndarray | None:
    """(T, 4) bool, which places bear at these frames of the animation by the result's contacts, whatever
    version of it plays; None where it knows none."""
    refined = scene_refined.refined_animation(armature)
    if refined is None:
        return None
    contacts = scene_contacts.read_contacts(armature, refined, refined.frame(frames.astype(float)))
    return None if contacts is None else contacts >= scene_contacts.BEARS


def _playing(armature: bpy.types.Object) -> tuple[read_action.Curves, bpy.types.NlaStrip | None]:
    """The curves of the active action, or else of the refined one and the strip that plays it."""
    if any(name not in armature.data.bones for name in BONE_NAMES):
        return {}, None
    own = scene_curves.find_curves(armature)
    refined = None if _PATH in own else scene_refined.refined_animation(armature)
    return (own, None) if refined is None else (refined.curves, refined.strip)


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
