"""The motion before refining, and the refined one before its feet were held, kept with the armature; each
becomes an action when it is to be shown or changed.

As an action it takes as much of the .blend as the result. So while nobody looks at it it is an archive,
on a mesh that no object shows: a property of the object itself would be drawn among its custom properties.
"""

from __future__ import annotations

import bpy

from ..safe_read import FormatError
from ..steps import Stepped, Steps
from .layers import written_to
from .packed_action import packed, unpack_into
from .refined import ASIDE, BEFORE

_KEYS, _NAME = "keys", "action_name"


def packed_key(version: str) -> str:
    """The custom property of the armature object that points to the mesh with the archive of a version."""
    return f"{version}_packed"


def has_before(armature: bpy.types.Object) -> bool:
    """Whether the motion before refining is there, in either form."""
    return has_version(armature, BEFORE)


def has_version(armature: bpy.types.Object, version: str) -> bool:
    """Whether one of the versions ASIDE is there, in either form."""
    return armature.get(version) is not None or packed_mesh(armature, version) is not None


def packed_mesh(armature: bpy.types.Object, version: str) -> bpy.types.Mesh | None:
    """The mesh that holds the archive; None where there is none."""
    held = armature.get(packed_key(version))
    return held if isinstance(held, bpy.types.Mesh) else None


def packed_meshes(armature: bpy.types.Object) -> list[bpy.types.Mesh]:
    """The meshes of all versions that are put away."""
    found = [packed_mesh(armature, version) for version in ASIDE]
    return [mesh for mesh in found if mesh is not None]


def packed_name(armature: bpy.types.Object, version: str) -> str:
    """The name of the action when it was put away; "" where none was."""
    mesh = packed_mesh(armature, version)
    return "" if mesh is None else str(mesh.get(_NAME, ""))


@Stepped
def put_away(armature: bpy.types.Object) -> Steps[None]:
    """Keep the actions that are only looked at as archives, unless somebody else uses them or has changed
    more than keys."""
    for version in ASIDE:
        yield from _put_away(armature, version)


def _put_away(armature: bpy.types.Object, version: str) -> Steps[None]:
    action = armature.get(version)
    if action is None or not _is_ours_alone(armature, action):
        return
    archive = yield from packed(action)
    if archive is None:
        return
    forget_packed(armature, version)
    mesh = bpy.data.meshes.new(action.name)
    mesh[_KEYS], mesh[_NAME] = archive, action.name
    armature[packed_key(version)] = mesh
    del armature[version]
    if action.users == 0:
        bpy.data.actions.remove(action)


def bring_out(armature: bpy.types.Object, version: str = BEFORE) -> bpy.types.Action | None:
    """The action of a version, made again where it was put away; None where there is none."""
    mesh = packed_mesh(armature, version)
    if mesh is None or not armature.is_editable:
        return armature.get(version)
    name = packed_name(armature, version)
    with written_to(armature, None):
        try:
            unpack_into(armature, bytes(mesh[_KEYS]))
        except (FormatError, KeyError):
            return None
        action = armature.animation_data.action
    action.name = name
    armature[version] = action
    forget_packed(armature, version)
    return action


def forget_version(armature: bpy.types.Object, version: str) -> None:
    """There is no such motion any more."""
    armature.pop(version, None)
    forget_packed(armature, version)


def forget_packed(armature: bpy.types.Object, version: str) -> None:
    """Take the archive away; what another armature keeps as well stays there."""
    mesh = packed_mesh(armature, version)
    armature.pop(packed_key(version), None)
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
