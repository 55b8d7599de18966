"""A recording that was moved on the disk and opened again is the same one: nobody is made a second time."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest


def _people() -> list[bpy.types.Object]:
    return [ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE"]


@pytest.fixture
def moved(enabled, wave) -> Path:
    """A refined person whose recording now lies in another folder."""
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.ops.spr.refine_pose()
    place = wave.parent / "elsewhere"
    place.mkdir()
    return wave.rename(place / wave.name)


def test_the_person_is_brought_up_to_date(moved):
    (person,) = _people()
    bpy.ops.spr.open_recording(filepath=str(moved))
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert _people() == [person]
    assert [row.source for row in bpy.context.scene.spr.files] == [str(moved)]


def test_a_file_of_the_same_name_is_another_one_while_the_first_is_there(moved, wave):
    wave.write_bytes(moved.read_bytes())
    bpy.ops.spr.open_recording(filepath=str(moved))
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert len(_people()) == 2


def test_another_recording_of_the_same_name_is_another_one(moved):
    with np.load(moved) as fields:
        other = dict(fields)
    np.savez(moved, **other | {"keypoints": other["keypoints"] + 0.1})
    bpy.ops.spr.open_recording(filepath=str(moved))
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert len(_people()) == 2


def test_muted_targets_go_along(moved):
    bpy.ops.spr.mute_target(person="0", point="left_wrist", first=1, last=5)
    bpy.ops.spr.open_recording(filepath=str(moved))
    (fix,) = bpy.context.scene.spr.fixes
    assert fix.source == str(moved)
