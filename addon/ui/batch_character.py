"""Batch ▸ On Character: who gets the motion of each recording, by the settings of the panel Retarget."""

from __future__ import annotations

from dataclasses import replace

import bpy

from .. import rigs
from ..scene import character, character_copy, rigify_controls
from ..scene.errors import SceneError
from .batch_job import NPZ
from .retarget import match_bones
from .retarget_settings import bone_map


def batch_armature(scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The armature that is chosen; None where there is none, or no file of it is written. Raises
    SceneError."""
    settings = scene.spr.batch
    if not settings.character or settings.kind == NPZ:
        return None
    armature = scene.objects.get(settings.character)
    if armature is None:
        raise SceneError(
            f"There is no {settings.character} in this scene any more; choose another armature under On"
            " Character, or none."
        )
    return character.check_character(armature, None)


def batch_character(
    armature: bpy.types.Object, settings: bpy.types.PropertyGroup
) -> character_copy.OnCharacter:
    """With the bones of the panel's table where it is of this armature. Raises SceneError."""
    if rigify_controls.controls_of(armature) is not None:
        found = rigs.BoneMap()
    elif settings.retarget.matched == armature.name and settings.retarget.map:
        found = bone_map(settings.retarget)
    else:
        found = match_bones(armature)
    character.bones_for(armature, found)
    character.check_bones(armature, found)
    options = settings.retarget.options()
    return character_copy.OnCharacter(
        armature.session_uid, found, replace(options, root="place") if settings.fbx_in_place else options
    )
