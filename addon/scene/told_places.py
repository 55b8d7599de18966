"""What besides its bones' keys moves an armature or holds it still, as sentences."""

from __future__ import annotations

import bpy

from .curves import find_curves
from .layers import playing_strips
from .rotation_keys import CHANNELS

_PLACES = ("location", *CHANNELS, "scale", "delta_location", "delta_rotation_euler", "delta_scale")


def told_of_places(person: bpy.types.Object, character: bpy.types.Object) -> tuple[str, ...]:
    """Sentences on what moves a person or a character as an object while it is taken to stand still, and on
    a character that shows its rest."""
    told = []
    if _is_moved(character):
        told.append(f"{character.name} is itself moved by keys or constraints, which comes on top.")
    carrier = _moving_parent(character)
    if carrier is not None:
        told.append(f"{carrier.name} moves and carries {character.name} along, which comes on top.")
    mover = person if _is_moved(person) else _moving_parent(person)
    if mover is not None:
        told.append(
            f"{mover.name} is moved by keys or constraints of the object; that was left out. Move the"
            " character's object in the same way."
        )
    solo = _solo_track(character)
    if solo:
        told.append(
            f"{character.name} plays its track {solo} alone; switch its star off in the Nonlinear Animation"
            " editor to see the motion."
        )
    if character.data.pose_position == "REST":
        told.append(
            f"{character.name} shows its rest position; switch it to Pose Position in its data to see the"
            " motion."
        )
    return tuple(told)


def _is_moved(ob: bpy.types.Object) -> bool:
    drivers = ob.animation_data.drivers if ob.animation_data is not None else ()
    paths = [path for path, _ in find_curves(ob)] + [driver.data_path for driver in drivers]
    return any(path in _PLACES for path in paths) or bool(ob.constraints)


def _solo_track(ob: bpy.types.Object) -> str:
    """The name of the track besides which nothing plays, "" without one."""
    animation = ob.animation_data
    if animation is None or not animation.use_nla:
        return ""
    return next((track.name for track in animation.nla_tracks if track.is_solo), "")


def _moving_parent(ob: bpy.types.Object) -> bpy.types.Object | None:
    """The nearest object above this one that carries it elsewhere in time."""
    while ob.parent is not None:
        on_bone = ob.parent_type == "BONE" and bool(find_curves(ob.parent))
        ob = ob.parent
        if on_bone or _is_moved(ob) or playing_strips(ob):
            return ob
    return None
