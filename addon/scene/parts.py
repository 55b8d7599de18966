"""Which objects belong to a refined person, by custom properties that travel with them into any file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import bpy

BODY_KEY = "spr_body"
"""Custom property of the body that came with an armature, unlike what a user has parented to it."""
KEYPOINTS_KEY = "spr_keypoint_object"
"""Custom property of objects that show the recorded keypoints."""
COLLECTION_KEY = "spr_collection"
"""Custom property of the collection that was made for one person."""


@dataclass(frozen=True)
class Earlier:
    """What an earlier run has left of a person: what is missing is made anew, the rest is brought up to date.

    bodies: what the armature moves, or what was left behind when the user deleted it. waiting: objects of
    other people whose turn comes later in the same run, and whose keys are as good as gone.
    """

    armature: bpy.types.Object | None = None
    bodies: tuple[bpy.types.Object, ...] = ()
    waiting: tuple[bpy.types.Object, ...] = ()

    @property
    def objects(self) -> tuple[bpy.types.Object, ...]:
        """Armature and bodies."""
        return (*(() if self.armature is None else (self.armature,)), *self.bodies)


NOTHING_EARLIER = Earlier()


def is_moved_by(ob: bpy.types.Object, armature: bpy.types.Object) -> bool:
    """Whether an armature carries or deforms this object."""
    return ob.parent == armature or armature in moved_by(ob)


def moved_by(ob: bpy.types.Object) -> list[bpy.types.Object]:
    """The armatures that deform this object."""
    return [m.object for m in ob.modifiers if m.type == "ARMATURE" and m.object is not None]


def home_of(objects: Sequence[bpy.types.Object], name: str) -> bpy.types.Collection:
    """The collection of a person: the one that its objects are in, or a new one of this name.

    The collection of a deleted person is used again. A new one goes to the active collection where new
    objects can be seen in it, else to the scene's root.
    """
    places = [place for ob in objects for place in ob.users_collection if _is_in_scene(place)]
    own = [place for place in places if COLLECTION_KEY in place]
    if places:
        return (own or places)[0]
    emptied = bpy.data.collections.get(name)
    if emptied is not None and _is_left_empty(emptied):
        return emptied
    made = bpy.data.collections.new(name)
    made[COLLECTION_KEY] = True
    _active_collection().children.link(made)
    return made


def _is_in_scene(place: bpy.types.Collection) -> bool:
    root = bpy.context.scene.collection
    return place.is_editable and (place == root or place in root.children_recursive)


def _is_left_empty(place: bpy.types.Collection) -> bool:
    """Whether it was somebody's who is deleted, and new objects can be seen in it."""
    if COLLECTION_KEY not in place or len(place.all_objects):
        return False
    layers = [bpy.context.view_layer.layer_collection]
    for layer in layers:
        if layer.collection == place:
            return bool(layer.is_visible)
        layers += layer.children
    return False


def _active_collection() -> bpy.types.Collection:
    active = bpy.context.view_layer.active_layer_collection
    root = bpy.context.scene.collection
    if active is None or not active.is_visible or not active.collection.is_editable:
        return root
    # Next to another person, not within.
    if COLLECTION_KEY in active.collection:
        return next((place for place in _all(root) if active.collection in place.children[:]), root)
    return active.collection


def _all(root: bpy.types.Collection) -> list[bpy.types.Collection]:
    return [root, *root.children_recursive]


def move_to(ob: bpy.types.Object, home: bpy.types.Collection) -> None:
    """Out of the scene's root, where new armatures are edited."""
    root = bpy.context.scene.collection
    if home != root:
        home.objects.link(ob)
        root.objects.unlink(ob)
