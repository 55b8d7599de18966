"""A long motion on a character, 65 of whose bones get keys, beside Blender's own constraints and bake."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from addon.motion import Motion

FRAMES, BAKED, BONES = 5000, 300, 65
Best = Callable[[Callable[[], object]], float]


def seconds_to_retarget(best: Best) -> float:
    """From a motion to keys in an action, contacts, hands and fingers with it."""
    from addon.retarget import Carried, carry
    from addon.retarget.bones import bones_of, target_of
    from addon.rigs import match
    from addon.scene.character import rest_of
    from addon.scene.retarget_keys import write_retargeted
    from addon.scene.sample_rigs import rig_of

    character, person = _figures()
    target = target_of(rest_of(character), bones_of(match(rig_of(character))), 0.0)
    motion, made = _long(), list[Carried]()

    def work() -> None:
        made.append(carry(motion, target))
        write_retargeted(character, made[-1], np.arange(FRAMES) + 1.0, person, {})

    seconds = best(work)
    assert len(made[-1].bones) >= BONES, len(made[-1].bones)
    return seconds


def seconds_to_bake() -> float:
    """Copy Rotation from a moving armature on every bone, and nla.bake of it."""
    import bpy

    character, person = _figures()
    _move(person)
    for bone in character.pose.bones:
        held = bone.constraints.new("COPY_ROTATION")
        held.target, held.subtarget = person, person.pose.bones[0].name
    bpy.context.view_layer.objects.active = character
    character.select_set(True)
    bpy.ops.object.mode_set(mode="POSE")
    began = time.perf_counter()
    bpy.ops.nla.bake(
        frame_start=1, frame_end=BAKED, visual_keying=True, only_selected=False, bake_types={"POSE"}
    )
    return time.perf_counter() - began


def _move(person: Any) -> None:
    from addon.scene.curves import vector_curves, write_curves

    angles = np.linspace(0.0, 6.0, BAKED)
    turns = np.stack([np.cos(angles), np.sin(angles), 0 * angles, 0 * angles], axis=-1)
    path = f'pose.bones["{person.pose.bones[0].name}"].rotation_quaternion'
    write_curves(person, np.arange(BAKED) + 1.0, vector_curves(path, turns, "Person"))


def _figures() -> tuple[Any, Any]:
    """A character with twist bones and fingers, and a person."""
    import bpy

    from addon.body.skeleton import REST_OFFSETS
    from addon.scene.armature import create_armature
    from tests.scene.rigged import add_armature, known_rig

    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    person = create_armature("Person", REST_OFFSETS)
    return add_armature(known_rig("MetaHuman")), person


def _long() -> Motion:
    """A walk over and over, with fingers."""
    from tests.retarget import stepping
    from tests.scene.hands import with_hands

    walk = stepping.walk()
    rows = np.arange(FRAMES) % walk.frames
    nothing = np.full((FRAMES, 24), np.nan)
    return with_hands(
        replace(
            walk, rotations=walk.rotations[rows], pelvis=walk.pelvis[rows], contacts=walk.contacts[rows],
            frame_ids=np.arange(FRAMES), fit_error_mm=nothing[:, 0], uncertainty_deg=nothing,
        )
    )  # fmt: skip
