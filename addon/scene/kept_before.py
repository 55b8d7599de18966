"""The motion before refining, kept with the armature; it becomes an action when it is to be shown or changed.

As an action it takes as much of the .blend as the refined one. So while nobody looks at it it is an archive,
on a mesh that no object shows: a property of the object itself would be drawn among its custom properties.
"""

from __future__ import annotations

import bpy

from ..safe_read import FormatError
from ..steps import Stepped, Steps
from .layers import written_to
from .packed_action import packed, unpack_into
from .refined import BEFORE

PACKED = "spr_before_packed"
"""Custom property of the armature object: the mesh that holds the archive."""
_KEYS, _NAME = "keys", "action_name"


def has_before(armature: bpy.types.Object) -> bool:
    """Whether the motion before refining is there, in either form."""
    return armature.get(BEFORE) is not None or before_mesh(armature) is not None


def before_mesh(armature: bpy.types.Object) -> bpy.types.Mesh | None:
    """The mesh that holds the archive; None where there is none."""
    held = armature.get(PACKED)
    return held if isinstance(held, bpy.types.Mesh) else None


def packed_name(armature: bpy.types.Object) -> str:
    """The name of the action when it was put away; "" where none was."""
    mesh = before_mesh(armature)
    return "" if mesh is None else str(mesh.get(_NAME, ""))


@Stepped
def put_away(armature: bpy.types.Object) -> Steps[None]:
    """Keep the action before as an archive, unless somebody else uses it or has changed more than keys."""
    action = armature.get(BEFORE)
    if action is None or not _is_ours_alone(armature, action):
        return
    archive = yield from packed(action)
    if archive is None:
        return
    forget_before_mesh(armature)
    mesh = bpy.data.meshes.new(action.name)
    mesh[_KEYS], mesh[_NAME] = archive, action.name
    armature[PACKED] = mesh
    del armature[BEFORE]
    if action.users == 0:
        bpy.data.actions.remove(action)


def bring_out(armature: bpy.types.Object) -> bpy.types.Action | None:
    """The action before, made again where it was put away; None where there is none."""
    mesh = before_mesh(armature)
    if mesh is None or not armature.is_editable:
        return armature.get(BEFORE)
    name = packed_name(armature)
    with written_to(armature, None):
        try:
            unpack_into(armature, bytes(mesh[_KEYS]))
        except (FormatError, KeyError):
            return None
        action = armature.animation_data.action
    action.name = name
    armature[BEFORE] = action
    forget_before_mesh(armature)
    return action


def forget_before_mesh(armature: bpy.types.Object) -> None:
    """Take the archive away; what another armature keeps as well stays there."""
    mesh = before_mesh(armature)
    armature.pop(PACKED, None)
    if mesh is not None and mesh.users == 0:
        bpy.data.meshes.remove(mesh)


def _is_ours_alone(armature: bpy.types.Object, action: bpy.types.Action) -> bool:
    """Whether nothing but the armature's own property knows the action."""
    animation = armature.animation_data
    plays = animation is not None and animation.action == action
    return (
        armature.is_editable
        and action.is_editable
        and not plays
        and action.users == 1
        and not action.use_fake_user
    )
