"""A character that gets a person's motion in place of the person, to be written to a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from ..retarget import Options
from ..rigs import NEEDED, BoneMap, match
from ..rigs.map_file import fitted
from ..safe_read import FormatError
from ..safe_read.gltf import read_gltf
from .curves import drop_every_action
from .errors import SceneError
from .import_rigs import told_map
from .open_rig import GLTF, open_rig
from .parts import moved_by
from .retarget import retarget_mapped
from .rigify_controls import controls_of
from .sample_rigs import rig_of

_NOBODY = -1.0
"""How well an armature fits that is no person's."""


@dataclass(frozen=True)
class Character:
    """A character with a person's motion, and sentences about it."""

    armature: bpy.types.Object
    told: tuple[str, ...]


def retargeted_copy(
    person: bpy.types.Object, path: Path, known: BoneMap | None, options: Options
) -> Character:
    """The character of a file with the motion of a person, who is removed with body. Raises FormatError
    and SceneError."""
    character, left = open_rig(path, _fit)
    found = None if known is None else fitted(known, character.data.bones.keys())
    if found is None:
        try:
            found = BoneMap() if controls_of(character) is not None else _matched(character, path)
        except FormatError as error:
            raise SceneError(f"{path.name}: {error}") from error
    done = in_place_of(person, character, found, options)
    return replace(done, told=(*_told_of(left, path), *done.told))


def _told_of(left: Sequence[str], path: Path) -> tuple[str, ...]:
    if not left:
        return ()
    return (
        f"{path.name} holds further armatures with meshes ({', '.join(left)}), which are left out; let these"
        " meshes follow the body's armature (Armature modifier) to take them along.",
    )


def in_place_of(
    person: bpy.types.Object, character: bpy.types.Object, found: BoneMap, options: Options
) -> Character:
    """The character with the motion and the name of a person, who is removed with body. Raises SceneError."""
    done = retarget_mapped(person, character, found, options)
    name = person.name
    _remove(person)
    character.name = name
    return Character(character, done.told)


def _matched(character: bpy.types.Object, path: Path) -> BoneMap:
    """As names and shape tell, or as the file does where these say something else. Raises FormatError."""
    told = told_map(character, read_gltf(path)) if path.suffix.lower() in GLTF else None
    if told is None:
        return match(rig_of(character))
    try:
        found = match(rig_of(character))
    except FormatError:
        return told
    alike = all(found.joints.get(joint) == told.joints.get(joint) for joint in NEEDED)
    return found if alike else told  # it knows of twists and roots, too


def _fit(armature: bpy.types.Object) -> float:
    """How surely an armature is a person's."""
    if controls_of(armature) is not None:
        return 1.0 + len(armature.data.bones)
    try:
        return float(match(rig_of(armature)).confidence)
    except FormatError:
        return _NOBODY


def _remove(person: bpy.types.Object) -> None:
    bodies = [ob for ob in bpy.data.objects if person in moved_by(ob) or ob.parent == person]
    drop_every_action(person)
    bpy.data.batch_remove([person, *bodies])
