"""What besides its bones' keys moves an armature, as sentences."""

from __future__ import annotations

import bpy

from .curves import find_curves
from .layers import curves_of, layered_strips, playing_strips
from .rotation_keys import CHANNELS

_PLACES = ("location", *CHANNELS, "scale", "delta_location", "delta_rotation_euler", "delta_scale")


def told_of_places(person: bpy.types.Object, character: bpy.types.Object) -> tuple[str, ...]:
    """Sentences on what moves a person or a character as an object while it is taken to stand still."""
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
    return tuple(told)


def _is_moved(ob: bpy.types.Object) -> bool:
    drivers = ob.animation_data.drivers if ob.animation_data is not None else ()
    curves = [*find_curves(ob), *(key for strip in layered_strips(ob) for key in curves_of(strip))]
    paths = [path for path, _ in curves] + [driver.data_path for driver in drivers]
    return any(path in _PLACES for path in paths) or any(map(is_felt, ob.constraints))


def is_felt(constraint: bpy.types.Constraint) -> bool:
    """Whether a constraint can have an effect."""
    return not constraint.mute and constraint.is_valid and constraint.influence > 0


def _moving_parent(ob: bpy.types.Object) -> bpy.types.Object | None:
    """The nearest object above this one that carries it elsewhere in time."""
    while ob.parent is not None:
        on_bone = ob.parent_type == "BONE" and bool(find_curves(ob.parent))
        ob = ob.parent
        if on_bone or _is_moved(ob) or playing_strips(ob):
            return ob
    return None
