"""Runs inside the Blender with a window: answers requests of the driver from a timer, and reads the clock.

A request is a file request.json, [number, name, arguments]; the answer is answer.json,
[number, value, error]; `name` is one of the functions in ANSWERS. Between a request and its answer
Blender handles all events that came before the request.
"""

from __future__ import annotations

import inspect
import json
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
from mathutils import Quaternion

EXCHANGE = Path("/exchange")
TICK = 0.01
PACKAGE = "bl_ext.user_default.smpl_pose_refiner"
seen: dict[str, float] = {"started": 0.0, "ended": 0.0, "began": 0.0, "done": 0.0, "drawn": 0}
"""When the latest run began and ended, by the clock and by the main thread's own time; drawn sidebars."""
_gap = [0.0, 0.0]
"""The longest time between two ticks, and the most work of the main thread between two."""
_last = [time.time(), time.thread_time()]
"""The latest tick."""
_frames: list[tuple[float, float]] = []
"""When the view was drawn, as long as that is watched."""
_watching: list[Any] = []
"""The handler that notes it."""
_waiting: list[tuple[int, str, dict[str, Any]]] = []
"""The request to be answered at the next tick."""


def _now() -> tuple[float, float]:
    """The clock, and the time that the main thread has worked: on a busy machine, or where OpenGL is drawn by
    threads of its own, only the second tells what Blender and the extension do."""
    return time.time(), time.thread_time()


def _runner() -> Any:
    return sys.modules.get(f"{PACKAGE}.addon.ui.runner")


def _run() -> Any:
    module = _runner()
    return None if module is None else module.current()


def _window() -> Any:
    """The newest one."""
    return bpy.context.window_manager.windows[-1]


def _area(window: Any, kind: str) -> Any:
    return next(area for area in window.screen.areas if area.type == kind)


def _region(area: Any, kind: str) -> Any:
    return next(region for region in area.regions if region.type == kind)


def _place(region: str = "WINDOW") -> dict[str, Any]:
    """Where an operator is to think it was called: in the 3D View."""
    window = _window()
    area = _area(window, "VIEW_3D")
    return {"window": window, "screen": window.screen, "area": area, "region": _region(area, region)}


def call(operator: str, arguments: dict[str, Any], way: str = "INVOKE_DEFAULT") -> list[str]:
    """Call an operator as a click does: with its dialog or modal run, and an undo step."""
    module, name = operator.split(".")
    with bpy.context.temp_override(**_place()):
        return sorted(getattr(getattr(bpy.ops, module), name)(way, True, **arguments))


def put(path: str, value: Any) -> None:
    """Set a property: `scene.spr.mesh`, as seen from bpy.context."""
    owner, _, name = path.rpartition(".")
    setattr(_follow(owner), name, value)


def get(path: str) -> Any:
    """The value of a property."""
    return _follow(path)


def _follow(path: str) -> Any:
    found: Any = bpy.context
    for name in path.split("."):
        found = getattr(found, name)
    return found


def show(tab: str) -> bool:
    """Open the sidebar on this tab; false as long as Blender has to draw the sidebar first."""
    place = _place("UI")
    place["area"].spaces.active.show_region_ui = True
    place["area"].tag_redraw()
    try:
        if place["region"].active_panel_category != tab:
            place["region"].active_panel_category = tab
            return False
    except (AttributeError, TypeError):
        return False
    return True


def hide() -> None:
    """Close the sidebar, as N does."""
    _place("UI")["area"].spaces.active.show_region_ui = False


def sidebar() -> str:
    """The tab that the sidebar shows, nothing where it is closed."""
    place = _place("UI")
    return place["region"].active_panel_category if place["area"].spaces.active.show_region_ui else ""


def open_panels(names: list[str]) -> None:
    """Let exactly these panels start open, before any is drawn for the first time."""
    every = sys.modules[f"{PACKAGE}.addon.ui"].CLASSES
    panels = [kind for kind in every if issubclass(kind, bpy.types.Panel)]
    for kind in reversed(panels):
        bpy.utils.unregister_class(kind)
    for kind in panels:
        options = set(getattr(kind, "bl_options", set())) - {"DEFAULT_CLOSED"}
        kind.bl_options = options if kind.__name__ in names else options | {"DEFAULT_CLOSED"}
        bpy.utils.register_class(kind)


def panels() -> list[str]:
    """The names of all panels of the extension."""
    every = sys.modules[f"{PACKAGE}.addon.ui"].CLASSES
    return [kind.__name__ for kind in every if issubclass(kind, bpy.types.Panel)]


def layout() -> dict[str, Any]:
    """Size of the window; rectangles (x, y, width, height) of view and sidebar, from the lower left."""
    place = _place("UI")
    window = place["window"]
    view = _region(place["area"], "WINDOW")
    return {
        "window": [window.width, window.height],
        "scale": bpy.context.preferences.system.ui_scale,
        **{
            name: [region.x, region.y, region.width, region.height]
            for name, region in (("sidebar", place["region"]), ("view", view))
        },
    }


def pointed() -> str:
    """What the mouse is over in the sidebar: `spr.refine_pose()`, a property's name, or nothing."""
    manager = bpy.context.window_manager
    with bpy.context.temp_override(**_place("UI")):
        held = bpy.context.property
        if held is not None:
            return str(held[1]).rpartition(".")[2]  # a whole path since Blender 5
        if not bpy.ops.ui.copy_python_command_button.poll():
            return ""
        manager.clipboard = ""
        bpy.ops.ui.copy_python_command_button()
    return str(manager.clipboard).removeprefix("bpy.ops.")


def _curves(action: Any) -> list[Any]:
    if not hasattr(action, "layers"):
        return list(action.fcurves)
    strips = [strip for one in action.layers for strip in one.strips]
    return [curve for strip in strips for bag in strip.channelbags for curve in bag.fcurves]


def state() -> dict[str, Any]:
    """What a person would see changed, and how Blender felt while it did."""
    scene = _window().scene
    run = _run()
    settings = getattr(scene, "spr", None)
    armatures = [ob for ob in scene.objects if ob.type == "ARMATURE"]
    windows = bpy.context.window_manager.windows
    return {
        "objects": sorted(ob.name for ob in scene.objects),
        "armatures": sorted(ob.name for ob in armatures),
        "data": {
            name: len(getattr(bpy.data, name)) for name in ("objects", "meshes", "armatures", "actions")
        },
        "keys": {
            action.name: sum(len(curve.keyframe_points) for curve in _curves(action))
            for action in bpy.data.actions
        },
        "frames": [scene.frame_start, scene.frame_end],
        "frame": scene.frame_current,
        "enabled": settings is not None,
        "source": settings.source if settings else "",
        "result": settings.result if settings else "",
        "fraction": run.job.fraction if run else None,
        "progress": run.shown if run else "",
        "started": seen["started"],
        "ended": seen["ended"],
        "gap": _gap,
        "took": [seen["ended"] - seen["started"], seen["done"] - seen["began"]],
        "windows": len(windows),
        "areas": sorted({area.type for window in windows for area in window.screen.areas}),
        "file": bpy.data.filepath,
    }


def details() -> dict[str, Any]:
    """What tools change of people: their rigs, layers, keys and places, and the lists of the scene."""
    scene = _window().scene
    found: dict[str, Any] = {"lists": {}, "camera": scene.camera.name if scene.camera else ""}
    for name in ("people", "swaps", "fixes"):
        found["lists"][name] = [
            [[key, str(getattr(one, key))] for key, _ in one.bl_rna.properties.items() if key != "rna_type"]
            for one in getattr(scene.spr, name)
        ]
    for ob in scene.objects:
        if ob.type != "ARMATURE":
            continue
        animation = ob.animation_data
        tracks = animation.nla_tracks if animation else ()
        found[ob.name] = {
            "place": [round(value, 4) for row in ob.matrix_world for value in row],
            "mode": ob.mode,
            "bones": [[bone.name, len(bone.constraints)] for bone in ob.pose.bones],
            "plays": animation.action.name if animation and animation.action else "",
            "strips": [strip.action.name for track in tracks for strip in track.strips],
        }
    found["keys"] = {
        action.name: [
            [curve.data_path, curve.array_index, len(curve.keyframe_points), round(_sum(curve), 2)]
            for curve in _curves(action)
        ]
        for action in bpy.data.actions
    }
    return found


def _sum(curve: Any) -> float:
    return float(sum(abs(point.co.y) for point in curve.keyframe_points))


def edit_key(name: str, bone: str, frame: int) -> None:
    """Turn a bone and key it, as a person does in Pose Mode."""
    scene, armature = _window().scene, bpy.data.objects[name]
    scene.frame_set(frame)
    posed = armature.pose.bones[bone]
    posed.rotation_quaternion.rotate(Quaternion((0.0, 0.0, 1.0), 0.4))
    posed.keyframe_insert("rotation_quaternion", frame=frame)
    bpy.ops.ed.undo_push(message="Edit a key")


def pose(name: str) -> list[list[list[float]]]:
    """The matrices of an armature's bones, as they are drawn."""
    with bpy.context.temp_override(**_place()):
        armature = bpy.data.objects[name].evaluated_get(bpy.context.evaluated_depsgraph_get())
    return [[list(row) for row in bone.matrix] for bone in armature.pose.bones]


def choose_file(folder: str, name: str) -> list[float]:
    """Fill in the file browser that is open; its middle, from the lower left. Nothing before it is drawn."""
    area = _area(_window(), "FILE_BROWSER")
    params = area.spaces.active.params
    if params is None:
        return []
    params.directory, params.filename = folder.encode(), name
    area.tag_redraw()
    return [area.x + area.width / 2, area.y + area.height / 2]


def close_window() -> None:
    """Close the newest window, as its own cross does."""
    with bpy.context.temp_override(**_place()):
        bpy.ops.wm.window_close()


def delete(names: list[str]) -> None:
    """Remove objects, as a person who presses X over them."""
    bpy.data.batch_remove([bpy.data.objects[name] for name in names])
    bpy.ops.ed.undo_push(message="Delete")


def redraw() -> float:
    """Ask for the sidebars and file browsers to be drawn anew, with all that Blender has to draw besides; how
    often they have been drawn so far."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "FILE_BROWSER":
                area.tag_redraw()
            elif area.type == "VIEW_3D":
                _region(area, "UI").tag_redraw()
    return seen["drawn"]


def drawn() -> float:
    """How often a 3D View's sidebar or a file browser has been drawn so far."""
    return seen["drawn"]


def _count() -> None:
    seen["drawn"] += 1


def watch_frames() -> None:
    """Draw the 3D View again and again, as for somebody who turns it, and note when."""
    _frames.clear()
    add = bpy.types.SpaceView3D.draw_handler_add
    _watching.append(add(lambda: _frames.append(_now()), (), "WINDOW", "POST_PIXEL"))


def watched_frames() -> list[tuple[float, float]]:
    """Stop that; the times so far."""
    bpy.types.SpaceView3D.draw_handler_remove(_watching.pop(), "WINDOW")
    return _frames


def timed(operator: str, way: str) -> list[float]:
    """Call an operator; the seconds that it took, and those that the main thread worked."""
    began = _now()
    call(operator, {}, way)
    return [after - before for before, after in zip(began, _now(), strict=True)]


def calm() -> None:
    """Forget the longest gap so far."""
    _gap[:] = 0.0, 0.0


def fresh() -> None:
    """A new file, as File > New, with the extension kept and nothing asked."""
    bpy.ops.wm.read_homefile(app_template="", use_empty=False)
    scene = bpy.context.window_manager.windows[0].scene
    for ob in list(scene.objects):
        bpy.data.objects.remove(ob)


def translated(language: str, known: str) -> dict[str, Any]:
    """How many texts the extension has, those that Blender changes in this language, and a word it knows."""
    view, words = bpy.context.preferences.view, bpy.app.translations
    before, view.language = view.language, language
    view.use_translate_interface = view.use_translate_tooltips = True
    try:
        shown = {text: words.pgettext(text, context) for text, context in _texts()}
        changed = {text: other for text, other in shown.items() if other != text}
        return {"texts": len(shown), "changed": changed, "known": words.pgettext(known)}
    finally:
        view.language = before


def _texts() -> Iterator[tuple[str, str]]:
    """Labels and descriptions of all that is registered, and the contexts in which Blender looks them up:
    descriptions in none."""
    for kind in sys.modules[f"{PACKAGE}.addon.ui"].CLASSES:
        if issubclass(kind, bpy.types.Panel | bpy.types.Operator | bpy.types.Menu):
            shown = _shown_type(kind)
            yield kind.bl_label, shown.translation_context
            yield shown.description, "*"
        bases = [base for base in kind.__mro__ if base.__module__.startswith(PACKAGE)]
        own = {name for base in bases for name in inspect.get_annotations(base)}
        for one in (one for one in kind.bl_rna.properties if one.identifier in own):
            items = getattr(one, "enum_items_static", ())
            for text in (one, *items):
                yield text.name, one.translation_context
                yield text.description, "*"


def _shown_type(kind: Any) -> Any:
    """What Blender asks for the texts of a class: operators have a type of their own."""
    if not issubclass(kind, bpy.types.Operator):
        return kind.bl_rna
    group, name = kind.bl_idname.split(".")
    return getattr(getattr(bpy.ops, group), name).get_rna_type()


ANSWERS = {
    one.__name__: one
    for one in (
        *(call, put, get, show, hide, sidebar, panels, open_panels, layout, pointed),
        *(state, details, edit_key, pose, choose_file, close_window, delete, redraw, drawn, calm, fresh),
        *(watch_frames, watched_frames, timed, translated),
    )
}


def _listen() -> None:
    path = EXCHANGE / "request.json"
    if path.exists():
        _waiting.append(tuple(json.loads(path.read_text("utf-8"))))
        path.unlink()


def _answer(number: int, name: str, arguments: dict[str, Any]) -> None:
    value, error = None, ""
    try:
        value = ANSWERS[name](**arguments)
    except Exception:  # noqa: BLE001 - the driver raises it
        error = traceback.format_exc()
    waiting = EXCHANGE / "answer.tmp"
    waiting.write_text(json.dumps([number, value, error], default=str), "utf-8")
    waiting.replace(EXCHANGE / "answer.json")


def tick() -> float:
    """Note how late this is and whether something runs; answer what was asked."""
    now = _now()
    _gap[:] = [max(longest, here - last) for longest, here, last in zip(_gap, now, _last, strict=True)]
    _last[:] = now
    running = _run() is not None
    if running and seen["ended"] >= seen["started"]:
        seen["started"], seen["began"] = now
    elif not running and seen["started"] > seen["ended"]:
        seen["ended"], seen["done"] = now
    if _watching:
        _area(_window(), "VIEW_3D").tag_redraw()
    if _waiting:
        _answer(*_waiting.pop())
        _last[:] = _now()
    else:
        _listen()
    return TICK


if __name__ == "__main__":
    view = bpy.context.preferences.view
    view.show_splash = False
    view.use_save_prompt = False
    bpy.types.SpaceView3D.draw_handler_add(_count, (), "UI", "POST_PIXEL")
    bpy.types.SpaceFileBrowser.draw_handler_add(_count, (), "WINDOW", "POST_PIXEL")
    bpy.app.timers.register(tick, first_interval=1.0, persistent=True)
