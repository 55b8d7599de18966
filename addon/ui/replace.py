"""What a run finds of an earlier one: who is brought up to date in place, and what makes way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import bpy

from ..scene import refit_bones
from ..scene.parts import BODY_KEY, COLLECTION_KEY, KEYPOINTS_KEY, Earlier, is_moved_by, moved_by
from .refined import PERSON_KEY, SOURCE_KEY, refined_people

ASIDE = "SMPL Refiner, replaced"


def find_earlier(scene: bpy.types.Scene, source: str, person_id: str) -> Earlier:
    """The person's armature with the bodies it moves, or the bodies that it left when it was deleted."""
    refined = refined_people(scene, source).get(person_id)
    if refined is not None:
        armature = refined.armature
        there = (ob for ob in bpy.data.objects if ob.users_collection)  # in this scene or in another
        bodies = [ob for ob in there if _is_body(ob) and is_moved_by(ob, armature)]
        return Earlier(armature, tuple(bodies))
    left = [ob for ob in scene.objects if _is_body(ob) and _is_of(ob, source, person_id)]
    return Earlier(None, tuple(ob for ob in left if _is_orphan(ob, scene)))


def find_keypoints(
    scene: bpy.types.Scene, source: str, person_id: str, armature: bpy.types.Object | None
) -> list[bpy.types.Object]:
    """The objects that show the person's recorded keypoints, but for those of a copy of the person."""
    return [
        ob
        for ob in scene.objects
        if KEYPOINTS_KEY in ob
        and ob.is_editable
        and _is_of(ob, source, person_id)
        and (ob.parent is None or ob.parent == armature or ob.parent.name not in scene.objects)
    ]


def why_beside(armature: bpy.types.Object) -> str:
    """Why a result can't take the place of this one, in a sentence; "" when it can."""
    if not armature.is_editable or not armature.data.is_editable:
        return f"{armature.name} belongs to another file, so the new result stands beside it."
    missing = refit_bones.missing_bones(armature)
    if missing:
        bones = f"{missing[0]} and {len(missing) - 1} more" if len(missing) > 1 else missing[0]
        return f"{armature.name} has no bone {bones} (any more), so the new result stands beside it."
    return ""


def why_new(scene: bpy.types.Scene, source: str, person_id: str) -> str:
    """Why a new person is made although the file holds one, in a sentence; "" where it holds none."""
    for ob in bpy.data.objects:
        if ob.type != "ARMATURE" or ob.library is not None or not _is_of(ob, source, person_id):
            continue
        scenes = [other.name for other in bpy.data.scenes if ob.name in other.objects]
        if ob.users_collection and scene.name not in scenes:
            place = f"the scene {scenes[0]}" if scenes else f"the collection {ob.users_collection[0].name}"
            return (
                f"{ob.name} is in {place}, not in this scene, so it stays as it was and a new person was"
                " made; link it to this scene to bring it up to date instead."
            )
    return ""


def why_new_body(scene: bpy.types.Scene, source: str, person_id: str) -> str:
    """The same where the person's body is there but moves with another armature, as after joining two."""
    for ob in scene.objects:
        if _is_body(ob) and _is_of(ob, source, person_id) and not _is_orphan(ob, scene):
            carried = [*moved_by(ob), *([ob.parent] if ob.parent is not None else [])]
            return (
                f"{ob.name} moves with {carried[0].name} now, so it stays as it was and a new person was"
                " made; delete the one that you don't need."
            )
    return ""


def _is_body(ob: bpy.types.Object) -> bool:
    return BODY_KEY in ob and ob.type == "MESH" and ob.is_editable and ob.data.is_editable


def _is_of(ob: bpy.types.Object, source: str, person_id: str) -> bool:
    return ob.get(SOURCE_KEY) == source and ob.get(PERSON_KEY) == person_id


def _is_orphan(ob: bpy.types.Object, scene: bpy.types.Scene) -> bool:
    """Whether the armature that it came with is gone."""
    return not any(
        armature is not None and armature.type == "ARMATURE" and armature.name in scene.objects
        for armature in (ob.parent, *moved_by(ob))
    )


@contextmanager
def making_way(objects: Sequence[bpy.types.Object]) -> Iterator[None]:
    """Objects out of sight and out of the way of names, so that new ones can be written in their place.

    Then the new ones of the same names get their users (constraints, children) and they go; or they are
    back as if nothing had been, when it raises.
    """
    blocks = _with_all_of_theirs(objects)
    names = {block: block.name for block in blocks}
    places = [(place, ob) for ob in objects for place in ob.users_collection]
    for place, ob in places:
        place.objects.unlink(ob)
    for block in blocks:
        block.name = ASIDE
    try:
        yield
    except BaseException:
        for place, ob in places:
            place.objects.link(ob)
        for block, name in names.items():
            block.name = name
        raise
    for ob in objects:
        new = bpy.data.objects.get(names[ob])
        if new is not None:
            ob.user_remap(new)
    bpy.data.batch_remove(list(objects))
    _remove_unused({block: name for block, name in names.items() if block not in objects})


def _with_all_of_theirs(objects: Sequence[bpy.types.Object]) -> list[bpy.types.ID]:
    """The objects, their data and actions, and collections that hold nothing else."""
    found: list[bpy.types.ID | None] = [*objects, *(ob.data for ob in objects)]
    found += [ob.animation_data.action for ob in objects if ob.animation_data]
    places = dict.fromkeys(place for ob in objects for place in ob.users_collection)
    for place in places:
        alone = set(place.all_objects) <= set(objects) and place in bpy.data.collections.values()
        if alone and COLLECTION_KEY not in place:
            found.append(place)
    return list(dict.fromkeys(block for block in found if block is not None))


def _remove_unused(names: dict[bpy.types.ID, str]) -> None:
    """What somebody else uses stays, under its name."""
    for block, name in names.items():
        empty = isinstance(block, bpy.types.Collection) and not len(block.all_objects)
        if empty or block.users == 0:
            bpy.data.batch_remove([block])
        else:
            block.name = name
