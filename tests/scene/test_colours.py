"""People are told apart by colour."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from mathutils import Color

from addon.scene import write_motion
from addon.scene.colours import bone_colour, display_colour, person_colour

# Viénot, Brettel and Mollon (1999): linear RGB as people without red, or without green receptors see it.
BLINDNESS = {
    "protanopia": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
    "deuteranopia": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
}


@pytest.mark.parametrize("seen", [np.eye(3), *map(np.array, BLINDNESS.values())])
def test_the_first_seven_people_differ_for_every_kind_of_colour_vision(seen):
    colours = [np.clip(seen @ person_colour(index)[:3], 0.0, 1.0) ** (1 / 2.2) for index in range(7)]
    assert min(np.abs(a - b).max() for a, b in combinations(colours, 2)) > 0.09


def test_twenty_one_people_have_colours_of_their_own():
    assert len({person_colour(index) for index in range(21)}) == 21
    assert person_colour(21) == person_colour(0)


def test_both_kinds_of_colour_are_the_same_to_blender():
    for index in range(7):
        shown = Color(display_colour(index)[:3]).from_srgb_to_scene_linear()
        assert tuple(shown) == pytest.approx(person_colour(index)[:3], abs=1e-5)


def test_a_person_has_one_colour_in_armature_body_and_material(make_motion):
    motion = make_motion(2)
    armatures = [write_motion(motion, person_index=index) for index in (2, 0)]
    for armature, index in zip(armatures, (2, 0), strict=True):
        (body,) = armature.children
        for colour in (armature.color, body.color, body.data.materials[0].diffuse_color):
            assert tuple(colour) == pytest.approx(person_colour(index))
        for name, side in (("Head", "middle"), ("L_Knee", "left"), ("R_Hand", "right")):
            bone = armature.data.bones[name].color.custom
            assert tuple(bone.normal) == pytest.approx(bone_colour(index, side)[:3], abs=1e-2)


@pytest.mark.parametrize("index", range(21))
def test_bones_are_seen_over_the_body_and_their_sides_told_apart(index):
    sides = [np.array(bone_colour(index, side)[:3]) for side in ("left", "right", "middle")]
    body = np.array(display_colour(index)[:3])
    assert min(np.linalg.norm(side - body) for side in sides) > 0.45
    assert min(np.linalg.norm(a - b) for a, b in combinations(sides, 2)) > 0.4


def test_bones_are_boxes_in_front_of_the_body(make_motion):
    armature = write_motion(make_motion(2))
    assert armature.show_in_front and armature.data.display_type == "BBONE"
    assert max(bone.bbone_x for bone in armature.data.bones) < 0.02


def test_every_limb_is_a_bone_collection_that_hides_it(make_motion):
    motion = make_motion(2)
    motion.uncertainty_deg[:] = 5.0  # so that there are collections of what was measured, too
    armature = write_motion(motion, mesh=False)
    names = ("Torso", "Left Arm", "Right Arm", "Left Leg", "Right Leg")
    members = [{bone.name for bone in armature.data.collections[name].bones} for name in names]
    assert sum(map(len, members)) == len(set.union(*members)) == 24
    assert members[1] == {"L_Collar", "L_Shoulder", "L_Elbow", "L_Wrist", "L_Hand"}
    seen = [collection for collection in armature.data.collections if collection.is_visible]
    assert {collection.name for collection in seen} == set(names)


def test_without_a_place_people_take_turns(make_motion):
    first, second = (write_motion(make_motion(2), mesh=False) for _ in range(2))
    assert tuple(first.color) == pytest.approx(person_colour(0))
    assert tuple(second.color) == pytest.approx(person_colour(1))
