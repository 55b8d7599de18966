"""What a run has written for one person, and how a later run takes its place."""

from __future__ import annotations

from dataclasses import dataclass, field

import bpy

from ..scene.kept_keypoints import kept_mesh
from ..scene.versions import own_actions, versions
from .properties import SPR_PG_settings

BODY_KEY = "spr_body"
"""Custom property of the body that came with an armature, unlike what a user has parented to it."""
ASIDE = "SMPL Refiner, replaced"


@dataclass
class Result:
    """The objects of one person: armature, its body, and the collection of keypoints.

    origin: seconds of the recording that lie on frame 1. rate: frames a second of the keys.
    """

    source: str
    person_id: str
    armature: bpy.types.Object
    keypoints: bpy.types.Collection | None
    origin: float
    rate: float
    _names: list[tuple[bpy.types.ID, str]] = field(default_factory=list)
    _places: list[tuple[bpy.types.Collection, bpy.types.Object]] = field(default_factory=list)
    _parents: list[bpy.types.Collection] = field(default_factory=list)

    def remember(self, settings: SPR_PG_settings) -> None:
        """Let the scene find it again."""
        entry = settings.results.add()
        entry.source, entry.person_id = self.source, self.person_id
        entry.armature, entry.keypoints = self.armature, self.keypoints
        entry.origin, entry.rate = self.origin, self.rate

    def put_aside(self, scene: bpy.types.Scene) -> None:
        """Out of the scene and out of the way of names, so that a new one is written as if alone."""
        objects, data, materials = self._objects(), self._data(), self._materials()
        holders = [] if self.keypoints is None else [self.keypoints]
        self._names = [(block, block.name) for block in (*objects, *data, *materials, *holders)]
        for block, _ in self._names:
            block.name = ASIDE
        self._places = [
            (place, ob) for ob in objects for place in ob.users_collection if place not in holders
        ]
        for place, ob in self._places:
            place.objects.unlink(ob)
        everywhere = [scene.collection, *bpy.data.collections]
        self._parents = [place for place in everywhere for held in holders if held in place.children[:]]
        for place in self._parents:
            place.children.unlink(self.keypoints)

    def put_back(self) -> None:
        """As if it had never been put aside."""
        for place, ob in self._places:
            place.objects.link(ob)
        for place in self._parents:
            place.children.link(self.keypoints)
        for block, name in self._names:
            block.name = name

    def replace_by(self, armature: bpy.types.Object) -> None:
        """Hand place and users (constraints, children) over to the new armature, then go."""
        objects: list[bpy.types.ID] = list(self._objects())
        data, materials = self._data(), self._materials()
        if self.keypoints is not None:
            objects.append(self.keypoints)
        armature.matrix_basis = self.armature.matrix_basis
        self.armature.user_remap(armature)
        before, _ = versions(self.armature)
        if before is not None:
            before.use_fake_user = False
        bpy.data.batch_remove(objects)
        for blocks in (data, materials):
            self._remove_unused(blocks)

    def _remove_unused(self, blocks: list[bpy.types.ID]) -> None:
        """What somebody else uses stays, under its name."""
        names = dict(self._names)
        used = [block for block in blocks if block.users > 0]
        bpy.data.batch_remove([block for block in blocks if block not in used])
        for block in used:
            block.name = names[block]

    def _objects(self) -> list[bpy.types.Object]:
        body = [child for child in self.armature.children if BODY_KEY in child]
        return [self.armature, *body, *(self.keypoints.objects if self.keypoints is not None else ())]

    def _data(self) -> list[bpy.types.ID]:
        objects = self._objects()
        actions = [ob.animation_data.action for ob in objects if ob.animation_data]
        kept = kept_mesh(self.armature)
        return _unique([*(ob.data for ob in objects), kept, *own_actions(self.armature), *actions])

    def _materials(self) -> list[bpy.types.ID]:
        return _unique([slot.material for ob in self._objects() for slot in ob.material_slots])


def _unique(blocks: list[bpy.types.ID | None]) -> list[bpy.types.ID]:
    return list(dict.fromkeys(block for block in blocks if block is not None))


def take_earlier(scene: bpy.types.Scene, source: str, person_id: str) -> Result | None:
    """The person's result that a new one is to replace; the scene forgets it. None when there is none, or
    when it is linked from another file and so can't be replaced."""
    settings = scene.spr
    for index, entry in enumerate(settings.results):
        if (entry.source, entry.person_id) == (source, person_id):
            earlier = Result(source, person_id, entry.armature, entry.keypoints, entry.origin, entry.rate)
            settings.results.remove(index)
            kept = not settings.replace or _is_out_of_reach(earlier.armature, scene)
            return None if kept else earlier
    return None


def _is_out_of_reach(armature: bpy.types.Object | None, scene: bpy.types.Scene) -> bool:
    """Whether somebody has deleted it, or it belongs to another file."""
    return armature is None or armature not in scene.objects.values() or not armature.is_editable
