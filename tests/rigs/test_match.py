"""Bones of rigs as other programs make them are found by name, and by shape where names say nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.hands import FINGERS
from addon.body.rotations import matrix_from_axis_angle
from addon.rigs import NoHumanoid, Rig, match
from tests.rigs.further import FURTHER
from tests.rigs.known import KNOWN, Known, build, expected, expected_fingers, of_family, stripped

IDS = [f"{one.family}-{place}" for place, one in enumerate(KNOWN)]


@pytest.mark.parametrize("known", KNOWN, ids=IDS)
def test_bones_are_found_by_name(known):
    found = match(build(known))
    assert {joint: found.joints.get(joint) for joint in expected(known)} == expected(known)
    assert dict(found.fingers) == expected_fingers(known) or "Index1" in known.bones
    assert found.family == known.family
    assert found.missing == ()
    assert found.confidence == 1.0


@pytest.mark.parametrize("known", FURTHER.values(), ids=FURTHER)
def test_bones_of_further_programs_are_found_by_name(known):
    found = match(build(known))
    assert {joint: found.joints.get(joint) for joint in expected(known)} == expected(known)
    assert dict(found.fingers) == expected_fingers(known)
    assert (found.family, found.confidence) == (known.family, 1.0)


def moved(rig: Rig) -> Rig:
    """The same rig in centimetres, with Y up, and turned about."""
    turn = matrix_from_axis_angle(np.array([-np.pi / 2, 0.0, 0.0])) @ matrix_from_axis_angle(
        np.array([0.0, 0.0, 2.0])
    )
    return replace(rig, heads=100 * rig.heads @ turn.T, tails=100 * rig.tails @ turn.T, axes=turn @ rig.axes)


@pytest.mark.parametrize("change", [lambda rig: rig, moved], ids=["as it is", "in another space"])
def test_bones_without_names_are_found_by_shape(change):
    right = 0
    for known in KNOWN:
        rig = change(build(known))
        bare = stripped(rig)
        found = match(bare)
        names = dict(zip(bare.names, rig.names, strict=True))
        told = {joint: names[bone] for joint, bone in found.joints.items()}
        right += {joint: told.get(joint) for joint in expected(known)} == expected(known)
        assert found.family == ""
        assert 0.0 < found.confidence < 1.0
    assert right >= len(KNOWN) - 2


@pytest.mark.parametrize("numbers", ["1,2,3,4", "1,2,3", "1,2"])
def test_fingers_without_names_are_found_by_where_they_grow(numbers):
    known = replace(KNOWN[0], bones=KNOWN[0].bones.replace("1,2,3,4", numbers))
    rig = build(known)
    bare = stripped(rig)
    names = dict(zip(bare.names, rig.names, strict=True))
    assert {slot: names[bone] for slot, bone in match(bare).fingers.items()} == expected_fingers(known)


def test_spines_necks_twists_and_roots_are_whole():
    unreal = match(build(KNOWN[3]))
    assert unreal.spine == tuple(f"spine_0{number}" for number in range(1, 6))
    assert [unreal.joints[f"spine{number}"] for number in (1, 2, 3)] == ["spine_01", "spine_03", "spine_05"]
    assert unreal.neck == ("neck_01", "neck_02")
    assert unreal.roots == ("root",)
    assert unreal.twists["left_shoulder"] == ("upperarm_twist_01_l", "upperarm_twist_02_l")
    assert unreal.metacarpals["R_Ring"] == "ring_metacarpal_r"
    daz = next(match(build(known)) for known in KNOWN if known.family == "Daz Genesis 8")
    assert daz.joints["pelvis"] == "hip"
    assert daz.lower == ("pelvis",)
    assert daz.twists["right_elbow"] == ("rForearmTwist",)


def test_bones_that_an_importer_puts_above_each_of_a_figures_own_change_nothing():
    """As Diffeomorphic's does, for drivers."""
    rig = build(next(known for known in KNOWN if known.family == "Daz Genesis 8"))
    count = len(rig.names)
    names = (*rig.names, *(f"{name}(drv)" for name in rig.names))
    twice = [np.concatenate([values, values]) for values in (rig.heads, rig.tails, rig.axes)]
    driven = Rig(names, (*range(count, 2 * count), *rig.parents), *twice)
    assert match(driven) == match(rig)


def test_arms_that_hang_on_the_neck_leave_it_out_of_the_spine():
    biped = next(match(build(known)) for known in KNOWN if known.family == "3ds Max Biped")
    assert (biped.spine, biped.neck) == (("Bip01 Spine", "Bip01 Spine1"), ("Bip01 Neck",))


@pytest.mark.parametrize("sides", [("Lt", "Rt"), ("lft", "rgt"), ("LT", "RT")])
def test_short_words_for_sides_are_names_and_no_guess(sides):
    known = replace(next(one for one in KNOWN if one.family == "Unreal"), sides=sides)
    found = match(build(known))
    assert found.confidence == 1.0
    assert {joint: found.joints[joint] for joint in expected(known)} == expected(known)


HORSE = """
root . pelvis
back root pelvis+0.5
thigh_{S} root hip
shin_{S} thigh_{S} knee
hoof_{S} shin_{S} ankle
toe_{S} hoof_{S} foot
front_{S} back shoulder
cannon_{S} front_{S} elbow
fetlock_{S} cannon_{S} wrist
neck back neck
head neck head
"""


def four_legs() -> Rig:
    """A body on all fours: the trunk lies, arms and legs stand."""
    rig = build(Known("", HORSE, ("l", "r"), arms_down=0.0))
    heads = rig.heads.copy()
    for name, ahead, height in (("front", 1.0, 0.8), ("cannon", 1.0, 0.4), ("fetlock", 1.0, 0.0)):
        for side, sign in (("l", 1.0), ("r", -1.0)):
            heads[rig.index[f"{name}_{side}"]] = [0.12 * sign, -ahead, height]
    for name, ahead in (("back", 0.5), ("neck", 1.1), ("head", 1.3)):
        heads[rig.index[name]] = [0.0, -ahead, 0.9]
    return replace(rig, heads=heads)


def hand() -> Rig:
    bones = "hand . left_wrist\n" + "\n".join(
        f"{finger}{number} {f'{finger}{number - 1}' if number > 1 else 'hand'} left_{finger}{number}"
        for finger in FINGERS
        for number in (1, 2, 3)
    )
    return build(Known("", bones))


def robot() -> Rig:
    return build(
        Known("", "\n".join(f"link{n} {f'link{n - 1}' if n else '.'} pelvis+{n / 10}" for n in range(12)))
    )


@pytest.mark.parametrize("bare", [False, True], ids=["named", "without names"])
@pytest.mark.parametrize(
    ("make", "told"), [(four_legs, "four-legged"), (hand, "hand's"), (robot, "one chain")]
)
def test_what_is_no_body_is_called_by_its_name(make, told, bare):
    rig = stripped(make()) if bare else make()
    with pytest.raises(NoHumanoid, match=told) as refusal:
        match(rig)
    assert str(refusal.value).endswith("table.")


def without(rig: Rig, bone: str) -> Rig:
    """The rig with a bone and all below it cut off."""
    gone = set(rig.tree.below(rig.index[bone]))
    kept = [place for place in range(len(rig.names)) if place not in gone]
    at = {place: row for row, place in enumerate(kept)}
    parents = tuple(at.get(rig.parents[place], -1) for place in kept)
    return Rig(
        tuple(rig.names[place] for place in kept), parents, rig.heads[kept], rig.tails[kept], rig.axes[kept]
    )


def test_a_body_with_one_arm_is_told_of_the_other():
    rig = without(build(KNOWN[0]), "mixamorig:LeftForeArm")
    with pytest.raises(NoHumanoid, match="No bone was found for the left elbow and left wrist, and a body"):
        match(rig)
    with pytest.raises(NoHumanoid, match="The armature has one pair of limbs"):
        match(stripped(rig))


def test_a_few_bones_are_too_few():
    rig = build(Known("", "a . pelvis\nb a spine3\n"))
    with pytest.raises(NoHumanoid, match="too few bones"):
        match(rig)


def test_a_bone_can_be_corrected():
    found = match(build(KNOWN[0]))
    other = found.with_bone("left_foot", "").with_bone("head", "mixamorig:HeadTop_End")
    assert "left_foot" not in other.joints
    assert other.joints["head"] == "mixamorig:HeadTop_End"
    assert found.joints["head"] == "mixamorig:Head"
    chest = found.with_bone("spine3", "mixamorig:Neck")
    assert chest.spine == ("mixamorig:Spine", "mixamorig:Spine1", "mixamorig:Neck")
    assert "neck" not in chest.joints
    assert found.with_bone("L_Index1", "").fingers.keys() == found.fingers.keys() - {"L_Index1"}
    with pytest.raises(KeyError):
        found.with_bone("tail", "x")


def test_a_body_without_hands_keeps_the_names_of_its_arms():
    rig = build(KNOWN[0])
    kept = [place for place, name in enumerate(rig.names) if "Hand" not in name]
    places = {place: row for row, place in enumerate(kept)}
    bare = Rig(
        tuple(rig.names[place] for place in kept),
        tuple(places.get(rig.parents[place], -1) for place in kept),
        *(values[kept] for values in (rig.heads, rig.tails, rig.axes)),
    )
    joints = match(bare).joints
    known = match(rig).joints
    assert "left_wrist" not in joints
    assert [joints[f"left_{part}"] for part in ("collar", "shoulder", "elbow", "knee")] == [
        known[f"left_{part}"] for part in ("collar", "shoulder", "elbow", "knee")
    ]


@pytest.mark.parametrize("ending", ["_{:02d}", ".{:03d}", "_{}"])
@pytest.mark.parametrize("known", KNOWN, ids=IDS)
def test_running_numbers_behind_every_name_do_not_matter(known, ending):
    rig = build(known)
    numbered = tuple(name + ending.format(place) for place, name in enumerate(rig.names))
    own, names = match(rig), dict(zip(numbered, rig.names, strict=True))
    found = match(replace(rig, names=numbered))
    assert {joint: names[bone] for joint, bone in found.joints.items()} == dict(own.joints)
    assert {slot: names[bone] for slot, bone in found.fingers.items()} == dict(own.fingers)
    assert (found.family, found.confidence) == (own.family, own.confidence)


def _joints(rig: Rig) -> dict[str, str]:
    """What is found of a rig without its names, by these."""
    bare = stripped(rig)
    names = dict(zip(bare.names, rig.names, strict=True))
    return {joint: names[bone] for joint, bone in match(bare).joints.items()}


@pytest.mark.parametrize("down", [0.0, 45.0, 80.0])
def test_arms_are_found_by_shape_however_far_down_they_rest(down):
    for family in ("Mixamo", "Unreal", "Daz Genesis 8", "MakeHuman", "VRM", "Second Life"):
        rig = build(replace(of_family(family), arms_down=down))
        named = dict(match(rig).joints)
        arms = [f"left_{part}" for part in ("shoulder", "elbow", "wrist")]
        assert [_joints(rig)[joint] for joint in arms] == [named[joint] for joint in arms]


def test_a_bone_that_carries_both_legs_is_no_limb():
    bones = """
root . pelvis
hips root pelvis+0.02
belly root pelvis+0.3
chest belly spine3
neck chest neck
head neck head
{S}Shoulder chest shoulder
{S}Elbow {S}Shoulder elbow
{S}Hand {S}Elbow wrist
{S}Hip hips hip
{S}Knee {S}Hip knee
{S}Foot {S}Knee ankle
{S}Toe {S}Foot foot
"""
    known = Known("", bones)
    found = _joints(build(known))
    assert {joint: found.get(joint) for joint in expected(known)} == expected(known)


def test_legs_that_are_there_twice_in_one_place_are_one_pair():
    known = of_family("Mixamo")
    copies = "\n".join(
        line.replace("{S}", "{S}D").replace("{S}DUpLeg mixamorig:Hips", "{S}DUpLeg mixamorig:{S}Hip")
        for line in known.bones.splitlines()
        if "Leg" in line or "Foot" in line
    )
    carried = known.bones.replace("UpLeg mixamorig:Hips", "UpLeg mixamorig:{S}Hip")
    rig = build(replace(known, bones=f"{carried}\nmixamorig:{{S}}Hip mixamorig:Hips hip\n{copies}"))
    found = _joints(rig)
    assert found["left_knee"].removesuffix("Leg").endswith(("Left", "LeftD"))
    assert found["left_ankle"].endswith("Foot")


def test_helpers_are_no_twists_where_names_tell_everything():
    twists = match(build(of_family("GTA V"))).twists
    assert twists["left_elbow"] == ("RB_L_ForeArmRoll",)
    assert "left_knee" not in twists


def test_bones_of_the_palm_are_no_fingers():
    maya = match(build(next(known for known in KNOWN if "Character1_Hips" in known.bones)))
    assert maya.metacarpals["L_Index"] == "Character1_LeftInHandIndex"
    assert match(build(of_family("ARKit"))).metacarpals["R_Pinky"] == "right_handPinkyStart_joint"


@pytest.mark.parametrize(
    ("upper", "lower"), [("arm_upper", "arm_lower"), ("upper_arm_01", "lower_arm_01"), ("bicep", "forearm")]
)
def test_words_in_another_order_and_numbers_of_the_first_bone_are_names(upper, lower):
    bones = of_family("Unreal").bones.replace("upperarm_{S}", f"{upper}_{{S}}")
    known = replace(of_family("Unreal"), bones=bones.replace("lowerarm_{S}", f"{lower}_{{S}}"))
    found = match(build(known))
    assert found.confidence == 1.0
    assert (found.joints["left_shoulder"], found.joints["left_elbow"]) == (f"{upper}_l", f"{lower}_l")


def test_deforming_bones_that_were_exported_with_a_root_alone_have_it_as_their_root():
    lines = of_family("Rigify").bones.strip().splitlines()
    rows = [line.split() for line in lines]
    bones = "\n".join(
        f"DEF-{name} {f'DEF-{above}' if above != '.' else 'root'} {at}" for name, above, at in rows
    )
    found = match(build(replace(of_family("Rigify"), bones=f"root . floor\n{bones}")))
    assert (found.roots, found.joints["pelvis"], found.confidence) == (("root",), "DEF-spine", 1.0)


def test_what_has_many_short_bones_is_no_hand():
    face = "head . head\n" + "\n".join(f"skin{number} head head+0.{number}" for number in range(10, 25))
    with pytest.raises(NoHumanoid, match="No two arms and two legs"):
        match(build(Known("", face)))


def posed(known: Known, turns: dict[str, tuple[float, float, float]]) -> Rig:
    """A rig that rests otherwise: rotation vectors by joint, in SMPL's axes, the nearer to the hips first."""
    rig, joints = build(known), expected(known)
    heads, tails, axes = rig.heads.copy(), rig.tails.copy(), rig.axes.copy()
    for joint, (x, y, z) in reversed(turns.items()):
        place = rig.index[joints[joint]]
        below, pivot = rig.tree.below(place), heads[place].copy()
        turn = matrix_from_axis_angle(np.array([x, -z, y]))
        heads[below], tails[below] = ((one[below] - pivot) @ turn.T + pivot for one in (heads, tails))
        axes[below] = turn @ axes[below]
    return replace(rig, heads=heads, tails=tails, axes=axes)


BENT_ARMS = {
    "left_shoulder": (0.0, 0.0, -0.8), "left_elbow": (0.0, -1.5, 0.0),
    "right_shoulder": (0.0, 0.0, 0.8), "right_elbow": (0.0, 1.5, 0.0),
}  # fmt: skip
SEATED = {
    f"{side}_{joint}": (angle, 0.0, 0.0)
    for side in ("left", "right")
    for joint, angle in (("hip", -np.pi / 2), ("knee", np.pi / 2))
}
ONE_ARM_UP = {"left_shoulder": (0.0, 0.0, 1.2), "right_shoulder": (0.0, 0.0, 1.2)}


def with_chains(
    rig: Rig, bones: tuple[str, str], start: tuple[float, float, float], end: tuple[float, float, float]
) -> Rig:
    """The rig with six bones more on each side, on these of its bones, from and to these metres beside their
    heads."""
    hung = [rig.index[bone] for bone in bones]
    chains = [
        np.linspace(start, end, 7) * [side, 1.0, 1.0] + rig.heads[bone]
        for side, bone in zip((1.0, -1.0), hung, strict=True)
    ]
    count = len(rig.names)
    names = tuple(f"hair{place}" for place in range(12))
    parents = tuple(hung[place // 6] if place % 6 == 0 else count + place - 1 for place in range(12))
    return Rig(
        rig.names + names, rig.parents + parents,
        np.concatenate([rig.heads, *(chain[:-1] for chain in chains)]),
        np.concatenate([rig.tails, *(chain[1:] for chain in chains)]),
        np.concatenate([rig.axes, np.tile(np.eye(3), (12, 1, 1))]),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hung", "start", "end"),
    [
        (("head", "head"), (0.1, 0.05, 0.15), (0.25, 0.15, -0.75)),
        (("pelvis", "pelvis"), (0.1, 0.1, 0.0), (0.15, 0.2, -0.8)),
        (("spine3", "spine3"), (0.05, 0.1, 0.0), (1.15, 0.4, 0.3)),
        (("left_elbow", "right_elbow"), (0.0, 0.0, -0.05), (0.3, 0.0, -0.45)),
        (("left_elbow", "right_elbow"), (0.2, 0.0, -0.03), (0.3, 0.0, -0.45)),
    ],
    ids=["long hair", "a coat", "wings", "sleeves", "cuffs"],
)
def test_what_hangs_on_a_body_in_pairs_is_no_limb_of_it(hung, start, end):
    for known in (of_family(family) for family in ("Mixamo", "Unreal", "Daz Genesis 8", "VRoid", "Source")):
        rig = build(known)
        joints = match(rig).joints
        dressed = _joints(with_chains(rig, (joints[hung[0]], joints[hung[1]]), start, end))
        limbs = [
            name for name in expected(known) if name.startswith(("left", "right")) and "collar" not in name
        ]
        assert {limb: dressed.get(limb) for limb in limbs} == {limb: joints[limb] for limb in limbs}


@pytest.mark.parametrize(
    ("limb", "factor"), [("hip", 0.5), ("hip", 1.7), ("shoulder", 0.6), ("shoulder", 1.5)]
)
def test_limbs_much_longer_or_shorter_than_a_mans_are_found_by_shape(limb, factor):
    for known in (of_family(family) for family in ("Unreal", "Daz Genesis 8", "Rigify", "VRM", "SMPL-X")):
        rig = build(known)
        joints = match(rig).joints
        heads, tails = rig.heads.copy(), rig.tails.copy()
        for side in ("left", "right"):
            first = rig.index[joints[f"{side}_{limb}"]]
            below = rig.tree.below(first)
            heads[below], tails[below] = (
                rig.heads[first] + factor * (one[below] - rig.heads[first]) for one in (rig.heads, rig.tails)
            )
        found = _joints(replace(rig, heads=heads, tails=tails))
        parts = [
            f"{side}_{part}" for side in ("left", "right") for part in ("knee", "ankle", "elbow", "wrist")
        ]
        assert {part: found.get(part) for part in parts} == {part: joints[part] for part in parts}


@pytest.mark.parametrize("turns", [BENT_ARMS, SEATED, ONE_ARM_UP])
def test_bones_are_found_by_name_however_they_rest(turns):
    for known in KNOWN:
        found = match(posed(known, turns))
        assert {joint: found.joints.get(joint) for joint in expected(known)} == expected(known)


def test_arms_with_hands_that_cross_before_the_belly_are_found_by_shape():
    right = 0
    for known in KNOWN:
        rig = posed(known, BENT_ARMS)
        bare = stripped(rig)
        try:
            found = match(bare)
        except NoHumanoid:
            continue
        names = dict(zip(bare.names, rig.names, strict=True))
        told = {joint: names[bone] for joint, bone in found.joints.items()}
        right += {joint: told.get(joint) for joint in expected(known)} == expected(known)
    assert right >= len(KNOWN) - 3


def test_who_rests_seated_without_names_is_no_animal():
    with pytest.raises(NoHumanoid, match="neither runs down from the other"):
        match(stripped(posed(KNOWN[0], SEATED)))


def test_limbs_that_rest_unlike_each_other_are_refused_or_on_two_sides():
    for known in KNOWN:
        try:
            joints = match(stripped(posed(known, ONE_ARM_UP))).joints
        except NoHumanoid:
            continue
        assert {"left_shoulder", "right_shoulder", "left_hip", "right_hip"} <= set(joints)
