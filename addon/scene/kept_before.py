"""The motion before refining, and the refined one before its feet were held, kept with the armature; each
becomes an action when it is to be shown or changed.

As an action it takes as much of the .blend as the result. So while nobody looks at it it is an archive,
on a mesh that no object shows: a property of the object itself would be drawn among its custom properties.

Blender's undo can take a data-block for another one that was removed since, where memory happens to be used
again (4.2 to 5.3: after some thousand undos the armature was said to be its own action). So looking at one
version and the other removes none: the mesh stays, and the action too, without keys, under a name that
Blender's lists hide.
"""

from __future__ import annotations

import bpy

from ..safe_read import FormatError
from ..steps import Stepped, Steps
from .curves import remove_all_curves
from .layers import written_to
from .packed_action import packed, unpack_into
from .refined import ASIDE, BEFORE
from .stored import keep_bytes

_KEYS, _NAME = "keys", "action_name"


def packed_key(version: str) -> str:
    """The custom property of the armature object that points to the mesh with the archive of a version."""
    return f"{version}_packed"


def _idle_key(version: str) -> str:
    """The custom property of the armature object that points to the action that has shown a version."""
    return f"{version}_idle"


def has_version(armature: bpy.types.Object, version: str) -> bool:
    """Whether one of the versions ASIDE is there, in either form."""
    return armature.get(version) is not None or _archive(armature, version) is not None


def packed_mesh(armature: bpy.types.Object, version: str) -> bpy.types.Mesh | None:
    """The mesh for the archive, which has none while the action is there; None where there is none."""
    held = armature.get(packed_key(version))
    return held if isinstance(held, bpy.types.Mesh) else None


def _archive(armature: bpy.types.Object, version: str) -> bytes | None:
    mesh = packed_mesh(armature, version)
    return None if mesh is None or _KEYS not in mesh else bytes(mesh[_KEYS])


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
    keep_archive(armature, version, archive, action.name)
    del armature[version]
    if armature.get(_idle_key(version)) == action:
        remove_all_curves(action, idle=True)
        action.name = f".{action.name}"
    elif action.users == 0:
        bpy.data.actions.remove(action)


def keep_archive(armature: bpy.types.Object, version: str, archive: bytes, name: str) -> None:
    """Keep a version as an archive. name: of its action when it is brought out."""
    mesh = packed_mesh(armature, version)
    if mesh is None or not _is_free(mesh):
        mesh = bpy.data.meshes.new(name)
        armature[packed_key(version)] = mesh
    keep_bytes(mesh, _KEYS, archive)
    mesh[_NAME] = name


def bring_out(armature: bpy.types.Object, version: str = BEFORE) -> bpy.types.Action | None:
    """The action of a version, made again where it was put away; None where there is none."""
    archive = _archive(armature, version)
    if archive is None or not armature.is_editable:
        return armature.get(version)
    idle = armature.get(_idle_key(version))
    if idle is not None and not _is_ours_alone(armature, idle):
        idle = None
    with written_to(armature, idle):
        try:
            if idle is not None:
                remove_all_curves(idle)
            unpack_into(armature, archive)
        except FormatError:
            return None
        action = armature.animation_data.action
    action.name = packed_name(armature, version)
    armature[version] = armature[_idle_key(version)] = action
    drop_archive(armature, version)
    return action


def forget_version(armature: bpy.types.Object, version: str) -> None:
    """There is no such motion any more; what nobody uses then Blender leaves out of the file."""
    for key in (version, _idle_key(version), packed_key(version)):
        armature.pop(key, None)


def drop_archive(armature: bpy.types.Object, version: str) -> None:
    """The action is there again; what another armature keeps as well stays there."""
    mesh = packed_mesh(armature, version)
    if mesh is not None and _is_free(mesh):
        mesh.pop(_KEYS, None)
    else:
        armature.pop(packed_key(version), None)


def _is_free(mesh: bpy.types.Mesh) -> bool:
    """Whether one armature alone keeps the archive."""
    return mesh.users == 1 and mesh.is_editable


def _is_ours_alone(armature: bpy.types.Object, action: bpy.types.Action) -> bool:
    """Whether nothing but the armature's own properties know the action."""
    animation = armature.animation_data
    plays = animation is not None and animation.action == action
    own = [armature.get(key) for version in ASIDE for key in (version, _idle_key(version))]
    return (
        armature.is_editable
        and action.is_editable
        and not plays
        and action.users == own.count(action)
        and not action.use_fake_user
    )
