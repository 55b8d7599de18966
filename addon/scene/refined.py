"""Where a person's refined animation is: on the armature, in a strip below a layer of edits, or put aside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import bpy
import numpy as np

from .curves import curves_in
from .stored import STORED
from .strip_time import action_frame, shown_frame

BEFORE, FREE, AFTER = "spr_before", "spr_free", "spr_after"
"""Custom properties of the armature that point to its actions, however they are renamed: of the motion before
refining, of the refined one before its feet were held, and of what is the result."""
ASIDE = (BEFORE, FREE)
"""Those that are only looked at."""

Frames = TypeVar("Frames", float, np.ndarray)


@dataclass(frozen=True)
class Refined:
    """An action with its slot for the armature, which is None before Blender 4.4, and the strip that plays
    it, which is None where it is the armature's active one or put aside."""

    action: bpy.types.Action
    slot: Any
    strip: bpy.types.NlaStrip | None = None

    @property
    def curves(self) -> dict[tuple[str, int], bpy.types.FCurve]:
        """Its curves by RNA path and index."""
        return curves_in(self.action, self.slot)

    def frame(self, shown: Frames) -> Frames:
        """The frame of the action that plays at a frame of the animation."""
        return shown if self.strip is None else action_frame(self.strip, shown)

    def shown(self, frame: Frames) -> Frames:
        """The frame of the animation at which a frame of the action plays."""
        return frame if self.strip is None else shown_frame(self.strip, frame)


def refined_animation(armature: bpy.types.Object) -> Refined | None:
    """The action that the last run wrote; None without any, or where another was put in its place."""
    return next((one for one in _candidates(armature) if STORED in one.action), None)


def aside_actions(armature: bpy.types.Object) -> list[bpy.types.Action]:
    """The actions that are only looked at, as far as they are not put away."""
    return [armature[version] for version in ASIDE if armature.get(version) is not None]


def _candidates(armature: bpy.types.Object) -> Iterator[Refined]:
    animation = armature.animation_data
    active = None if animation is None else animation.action
    if active is not None:
        yield Refined(active, getattr(animation, "action_slot", None))
    for track in reversed(animation.nla_tracks if animation is not None else ()):
        for strip in track.strips:
            if strip.action is not None:
                yield Refined(strip.action, getattr(strip, "action_slot", None), strip)
    aside = armature.get(AFTER)
    if animation is not None and aside is not None and active in (None, *aside_actions(armature)):
        yield Refined(aside, slot_for_objects(aside))


def slot_for_objects(action: bpy.types.Action) -> Any:
    """The action's slot for objects; None without one, and before Blender 4.4, which has no slots."""
    return next((slot for slot in getattr(action, "slots", ()) if slot.target_id_type == "OBJECT"), None)
