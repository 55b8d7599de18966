# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Move a wrong target point in the viewport, or mute it for a range of frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Vector

from ..recording import Keypoints, Person, Recording
from ..scene import own_space
from ..scene.axes import positions_to_smpl
from ..scene.units import from_metres
from .fixed_points import Fix
from .fixes import add_fix
from .language import EnumProperty, IntProperty
from .moments import moment_shown
from .moved_keys import follow_all
from .people import chosen_people
from .preview import shown_recording, tracks_of
from .redraw import redraw_views
from .results import refined_people
from .view_mode import begin, pane_at, region_of

NEAR = 20.0
"""Pixels at interface scale 1 within which a click takes a point."""
EASE = 0.1
"""Seconds to either side over which a move eases out at first."""
HELP = (
    "Drag: Move Point   |   Wheel: {frames} Frames to Either Side   |   M: Mute   |   Ctrl+Z: Take Back"
    "   |   Esc: Done"
)


@dataclass(frozen=True)
class Drawn:
    """A person's target points (K, 3) where they are drawn now, how strongly (K,), the matrix (4, 4) that
    took them there, and the number of the recording's frame."""

    person: Person
    keypoints: Keypoints
    places: np.ndarray
    strength: np.ndarray
    matrix: np.ndarray
    frame: int


def drawn_targets(scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> Iterator[Drawn]:
    """Everybody's target points at the scene's frame."""
    settings, recording = scene.spr, shown_recording(scene.spr)
    if recording is None:
        return
    refined, tracks = refined_people(scene, settings.source), tracks_of(recording)
    for person in chosen_people(settings, recording):
        track, result = tracks.get(person.id), refined.get(person.id)
        if track is None or person.keypoints is None:
            continue
        moment, matrix = moment_shown(scene, recording, result), from_metres(scene)
        if result is not None:
            matrix = own_space.placed(result.armature, result.armature.evaluated_get(depsgraph))
        points, strength = track.at(moment)
        places = points @ matrix[:3, :3].T + matrix[:3, 3]
        yield Drawn(person, person.keypoints, places, strength, matrix, round(moment * person.fps))


def nearest(targets: list[Drawn], on_screen: Any, mouse: Vector, reach: float) -> tuple[Drawn, int] | None:
    """Whose point, and which, is drawn within `reach` pixels of the mouse; on_screen(place): its pixel, None
    behind the eye."""
    best, found = reach, None
    for drawn in targets:
        for column in np.flatnonzero(drawn.strength > 0):
            pixel = on_screen(Vector(drawn.places[column]))
            if pixel is not None and (pixel - mouse).length <= best:
                best, found = (pixel - mouse).length, (drawn, int(column))
    return found


def move_of(drawn: Drawn, by: np.ndarray) -> tuple[float, float, float]:
    """A move (3,) in Blender's world in the recording's own frame."""
    own = positions_to_smpl(np.linalg.inv(drawn.matrix[:3, :3]) @ by)
    return float(own[0]), float(own[1]), float(own[2])


class _NeedsTargets:
    """What both operators need."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Keypoints that are open."""
        found = shown_recording(context.scene.spr)
        if found is None or not any(person.keypoints for person in found.people):
            cls.poll_message_set("Open a recording with keypoints first")  # type: ignore[attr-defined]
            return False
        return True


class SPR_OT_fix_target(_NeedsTargets, bpy.types.Operator):
    """Drag a wrong target point to its place in the view, at the scene's frame and easing to its neighbours.
    The wheel changes over how many frames, M mutes the point there instead"""

    bl_idname = "spr.fix_target"
    bl_label = "Fix Target"
    bl_options = {"REGISTER", "UNDO"}

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Wait for the mouse."""
        if context.space_data is None or context.space_data.type != "VIEW_3D" or context.window is None:
            self.report({"ERROR"}, "Fix Target works in a 3D View.")
            return {"CANCELLED"}
        follow_all(context.scene)
        self._reach = NEAR * context.preferences.system.ui_scale
        self._held: tuple[Drawn, int, Vector, int] | None = None
        recording = shown_recording(context.scene.spr)
        assert recording is not None
        self._ease, self._made = max(round(EASE * recording.people[0].fps), 1), 0
        context.window_manager.modal_handler_add(self)
        self._mode = begin(context)
        self._say()
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Take hold, drag, let go, mute, take back, end."""
        area = self._mode.area
        if area is None:
            return self._end() | {"PASS_THROUGH"}
        pane = pane_at(area, event.mouse_x, event.mouse_y)
        if self._held is None:
            self._pane = area.regions[:].index(pane or region_of(area))
        self._region = area.regions[self._pane]
        self._eye = self._region.data
        mouse = Vector((event.mouse_x - self._region.x, event.mouse_y - self._region.y))
        if event.type in {"ESC", "RIGHTMOUSE", "RET"} and event.value == "PRESS":
            return self._end()
        if event.type == "LEFTMOUSE" and event.value == "PRESS":
            if pane is None:
                return self._end() | {"PASS_THROUGH"}
            self._take(context, mouse)
        elif event.type == "LEFTMOUSE" and event.value == "RELEASE":
            self._held = None
        elif event.type == "MOUSEMOVE" and self._held is not None:
            self._drag(context, mouse)
        elif event.type in {"WHEELUPMOUSE", "WHEELDOWNMOUSE"} and self._held is not None:
            self._widen(context, 1 if event.type == "WHEELUPMOUSE" else -1)
        elif event.type == "M" and event.value == "PRESS":
            self._mute(context, mouse)
        elif event.type == "Z" and (event.ctrl or event.oskey) and event.value == "PRESS":
            return self._take_back(context, event.shift)
        elif self._held is None or event.value != "PRESS":
            return {"PASS_THROUGH"}
        return {"RUNNING_MODAL"}

    def _take(self, context: bpy.types.Context, mouse: Vector) -> None:
        found = self._nearest(context, mouse)
        if found is None:
            self.report({"INFO"}, "There is no target point under the mouse.")
            return
        drawn, column = found
        fix = Fix(
            drawn.person.id, drawn.keypoints.names[column], drawn.frame - self._ease,
            drawn.frame + self._ease, drawn.frame, (0.0, 0.0, 0.0),
        )  # fmt: skip
        add_fix(context.scene.spr, fix)
        self._held = (drawn, column, Vector(drawn.places[column]), len(context.scene.spr.fixes) - 1)
        self._made += 1

    def _drag(self, context: bpy.types.Context, mouse: Vector) -> None:
        from bpy_extras.view3d_utils import region_2d_to_location_3d

        assert self._held is not None
        drawn, _, place, _ = self._held
        there = region_2d_to_location_3d(self._region, self._eye, mouse, place)
        for entry in self._entry(context):
            entry.move = move_of(drawn, np.array(there - place))
        redraw_views()

    def _widen(self, context: bpy.types.Context, frames: int) -> None:
        self._ease = max(self._ease + frames, 0)
        for entry in self._entry(context):
            entry.first, entry.last = entry.frame - self._ease, entry.frame + self._ease
        self._say()
        redraw_views()

    def _entry(self, context: bpy.types.Context) -> list[Any]:
        """The line of the point that is held, found anew: an undo in another window may have taken it."""
        assert self._held is not None
        index = self._held[3]
        return list(context.scene.spr.fixes[index : index + 1])

    def _take_back(self, context: bpy.types.Context, redo: bool) -> set[str]:
        """Ctrl+Z takes back the last line of this mode; where there is none, it means what came before."""
        fixes = context.scene.spr.fixes
        if redo or not self._made or not fixes:
            return self._end() | {"PASS_THROUGH"}
        fixes.remove(len(fixes) - 1)
        context.scene.spr.active_fix = max(len(fixes) - 1, 0)
        self._held, self._made = None, self._made - 1
        redraw_views()
        return {"RUNNING_MODAL"}

    def _mute(self, context: bpy.types.Context, mouse: Vector) -> None:
        found = self._nearest(context, mouse)
        if found is not None:
            drawn, column = found
            name, frame = drawn.keypoints.names[column], drawn.frame
            add_fix(context.scene.spr, Fix(drawn.person.id, name, frame - self._ease, frame + self._ease))
            self._held, self._made = None, self._made + 1
            redraw_views()

    def _nearest(self, context: bpy.types.Context, mouse: Vector) -> tuple[Drawn, int] | None:
        from bpy_extras.view3d_utils import location_3d_to_region_2d

        targets = list(drawn_targets(context.scene, context.evaluated_depsgraph_get()))
        return nearest(
            targets,
            lambda place: location_3d_to_region_2d(self._region, self._eye, place),
            mouse,
            self._reach,
        )

    def _say(self) -> None:
        self._mode.say(HELP.format(frames=self._ease))

    def _end(self) -> set[str]:
        self._mode.end()
        redraw_views()
        return {"FINISHED"} if self._made else {"CANCELLED"}


def _people(_operator: Any, context: bpy.types.Context) -> list[tuple[str, str, str]]:
    recording = None if context is None else shown_recording(context.scene.spr)
    people = () if recording is None else recording.people
    return _keep([(one.id, f"Person {one.id}", "") for one in people if one.keypoints])


def _points(operator: Any, context: bpy.types.Context) -> list[tuple[str, str, str]]:
    recording = None if context is None else shown_recording(context.scene.spr)
    person = None if recording is None else _person(recording, operator.person)
    names = () if person is None or person.keypoints is None else person.keypoints.names
    return _keep([(name, name.replace("_", " ").capitalize(), "") for name in names])


def _person(recording: Recording, name: str) -> Person | None:
    return next((one for one in recording.people if one.id == name), None)


_items: list[list[tuple[str, str, str]]] = []


def _keep(items: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Blender reads the strings of such lists after they are gone, unless somebody keeps them."""
    if items not in _items:
        _items.append(items)
    del _items[:-16]
    return items


class SPR_OT_mute_target(_NeedsTargets, bpy.types.Operator):
    """Let a target point count as not seen for a range of frames; nothing of the file changes"""

    bl_idname = "spr.mute_target"
    bl_label = "Mute Target"
    bl_options = {"REGISTER", "UNDO"}

    person: EnumProperty(name="Person", items=_people)
    point: EnumProperty(name="Point", items=_points)
    first: IntProperty(name="First", description="First frame, as the recording numbers its frames")
    last: IntProperty(name="Last", description="Last frame, as the recording numbers its frames")

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask which point and frames, from the scene's frame on."""
        follow_all(context.scene)
        targets = drawn_targets(context.scene, context.evaluated_depsgraph_get())
        self.first = next((drawn.frame for drawn in targets), 0)
        self.last = self.first + 10
        found: set[str] = context.window_manager.invoke_props_dialog(self)
        return found

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Put it in the list."""
        if self.first > self.last:
            self.report({"ERROR"}, f"The first frame {self.first} lies after the last frame {self.last}.")
            return {"CANCELLED"}
        add_fix(context.scene.spr, Fix(self.person, self.point, self.first, self.last))
        redraw_views()
        return {"FINISHED"}


CLASSES = (SPR_OT_fix_target, SPR_OT_mute_target)
