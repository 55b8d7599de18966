"""A motion on other skeletons: limbs point alike, feet stay, hands meet, and the way back gives the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.directions import turn_between
from addon.body.hands import SIDES
from addon.body.kinematics import forward
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle, matrix_from_quaternion
from addon.body.skeleton import JOINT_NAMES, PARENTS, REST_OFFSETS, rest_joints
from addon.body.soles import HEEL
from addon.motion import Motion
from addon.retarget import Options, RetargetError, carry, followed
from addon.retarget.carrying import leg_scale
from addon.retarget.geometry import applied
from addon.retarget.hands import arm_joints, arm_lengths, stretched
from addon.retarget.pose import Pose
from addon.retarget.rest import corrections
from addon.retarget.source import Source, source_of
from tests.retarget import stepping
from tests.retarget.characters import RESTS, Build, character, rest_pose
from tests.retarget.soles import soles
from tests.scene.hands import finger_joints, with_hands

FRAMES = stepping.FRAMES
BUILDS = {
    "a-pose": Build(a_pose=True),
    "child": Build(legs=0.6, trunk=0.6, arms=0.6, shoulders=0.6, feet=0.6, a_pose=True, spine=5, neck=2),
    "giant": Build(legs=1.8, trunk=1.8, arms=1.8, shoulders=1.8, feet=1.8, spine=1, turned=(0.0, 2.0, 0.0)),
    "long legs": Build(legs=1.3, shins=0.85, trunk=0.8, arms=1.1, forearms=0.8, shoulders=1.2, feet=1.2,
                       ankle=0.03, a_pose=True, twists=True, spine=2),
    "short legs": Build(legs=0.7, trunk=1.2, arms=0.8, shoulders=0.7, feet=0.8, spine=4, neck=3, fingers=True,
                        turned=(np.pi / 2, 0.0, 0.0)),
}  # fmt: skip
LIMBS = [JOINT_NAMES.index(f"{side}_{end}") for side in SIDES for end in ("knee", "ankle", "elbow", "wrist")]


@pytest.fixture(scope="module")
def walk() -> Motion:
    return stepping.walk()


def _directions(joints: np.ndarray) -> np.ndarray:
    bones = (joints - joints[:, list(PARENTS)])[:, LIMBS]
    return np.asarray(bones / np.linalg.norm(bones, axis=-1, keepdims=True))


def _apart(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Degrees between directions."""
    return np.degrees(np.arccos(np.clip((_directions(first) * _directions(second)).sum(-1), -1.0, 1.0)))


@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_limbs_point_as_the_persons_and_the_way_back_gives_the_same(walk, build):
    plain = Options(feet=False, hands=False)
    there = followed(carry(walk, character(build), plain).pose, walk)
    assert _apart(source_of(walk).joints, there.joints).max() < 0.1
    back = followed(carry(there, character(Build()), plain).pose, walk)
    assert _apart(source_of(walk).joints, back.joints).max() < 0.1
    limbs = [0, 1, 2, 4, 5, 16, 17, 18, 19]
    assert np.degrees(geodesic_angle(source_of(walk).worlds, back.worlds)[:, limbs]).max() < 0.1


@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_the_way_back_with_feet_and_hands_in_place_is_within_a_degree(walk, build):
    there = followed(carry(walk, character(build)).pose, walk)
    back = followed(carry(there, character(Build())).pose, walk)
    assert _apart(source_of(walk).joints, back.joints).max() < 1.0


@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_legs_that_are_nearly_straight_come_back_within_a_degree(build):
    stands = stepping.stand()
    there = followed(carry(stands, character(build)).pose, stands)
    back = followed(carry(there, character(Build())).pose, stands)
    legs = [0, 1, 4, 5]
    there, back = (_apart(source_of(stands).joints, one.joints)[:, legs].max() for one in (there, back))
    assert there < 1.1, "a longer thigh bends less for the same knee"
    assert back < 0.2


@pytest.mark.parametrize(
    "build", [Build(feet=1.8), Build(legs=1.8), Build(legs=0.5, arms=0.55, shoulders=0.7, feet=0.8)]
)
def test_legs_come_back_from_feet_that_are_large_or_small_for_them(walk, build):
    there = followed(carry(walk, character(build)).pose, walk)
    back = followed(carry(there, character(Build())).pose, walk)
    assert _apart(source_of(walk).joints, back.joints)[:, [0, 1, 4, 5]].max() < 0.5


@pytest.mark.parametrize(
    "build", [Build(feet=1.8), Build(legs=1.8), Build(legs=0.5, arms=0.55, shoulders=0.7, feet=0.8)]
)
def test_a_straight_leg_comes_back_beside_one_that_asks_for_more_height(build):
    stands = stepping.stand()
    stands.contacts[:, 0] = 0.0
    for joint, angle in ((1, 0.1), (4, 0.5), (7, 0.4)):  # the left foot on its ball, behind
        stands.rotations[:, joint] = matrix_from_axis_angle(np.array([angle, 0.0, 0.0]))
    there = followed(carry(stands, character(build)).pose, stands)
    back = followed(carry(there, character(Build())).pose, stands)
    assert _apart(source_of(stands).joints, back.joints)[:, [0, 1, 4, 5]].max() < 0.5


@pytest.mark.parametrize("build", [BUILDS["child"], BUILDS["giant"]])
def test_a_body_goes_along_with_feet_that_slide_slowly_while_they_stand(build):
    slides = stepping.stand()
    slides.pelvis[:, 2] += 0.05 * np.sin(1.5 * np.arange(FRAMES) / slides.fps)
    source, target = source_of(slides), character(build)
    pose = carry(slides, target).pose
    there = followed(pose, slides)
    back = followed(carry(there, character(Build())).pose, slides)
    assert _apart(source.joints, back.joints)[:, [0, 1, 4, 5]].max() < 0.6
    middle = [(one("left_hip") + one("right_hip")) / 2 for one in (source.place, pose.at)]
    away = middle[1] - leg_scale(source, target) * middle[0]
    assert np.linalg.norm(away[:, [0, 2]], axis=-1).max() < 0.06, "and stays about its way"


@pytest.mark.parametrize("build", [Build(legs=0.6), Build(feet=1.8), Build(shoulders=1.5)])
def test_a_leg_that_is_raised_far_lets_no_body_down(build):
    kicks = stepping.stand()
    kicks.contacts[:, :2] = 0.0
    kicks.rotations[:, 4] = turn_between(REST_OFFSETS[7], REST_OFFSETS[4])
    angles = 1.3 * np.sin(np.arange(FRAMES) * np.pi / FRAMES)
    raised = matrix_from_axis_angle(np.stack([-angles, 0 * angles, 0.5 * angles], axis=-1))
    kicks.rotations[:, 1] = raised @ kicks.rotations[:, 1]
    target = character(build)
    pose = carry(kicks, target).pose
    assert np.ptp(pose.hips[:, 1]) < 0.02
    away = _apart(source_of(kicks).joints, followed(pose, kicks).joints)[:, :2]
    assert away[FRAMES // 2].max() < 1.0, "and points as the person's"


@pytest.mark.parametrize("width", [0.7, 1.5])
def test_legs_that_are_nearly_straight_come_back_from_hips_of_another_width(width):
    stands = stepping.stand()
    there = followed(carry(stands, character(Build(shoulders=width))).pose, stands)
    back = followed(carry(there, character(Build())).pose, stands)
    assert _apart(source_of(stands).joints, back.joints)[:, [0, 1, 4, 5]].max() < 0.2


@pytest.mark.parametrize("width", [0.7, 1.5])
def test_hips_of_somebody_who_lies_do_not_go_up_and_down_with_the_feet(width):
    stands = stepping.stand()
    times = np.arange(FRAMES) / stands.fps
    lies = matrix_from_axis_angle(
        np.stack([0.3 * np.sin(3 * times) - np.pi / 2, 0 * times, 0 * times], axis=-1)
    )
    lying = replace(
        stands, rotations=stands.rotations.copy(), contacts=np.zeros((FRAMES, 4)), floor=None,
        pelvis=np.tile([0.0, 0.12, 0.0], (FRAMES, 1)),
    )  # fmt: skip
    lying.rotations[:, 0] = lies
    hips = carry(lying, character(Build(shoulders=width))).pose.hips[:, 1]
    assert np.abs(np.diff(hips, 2)).max() < 0.0005


def test_who_lies_with_straight_legs_does_not_sink_for_feet_out_of_reach():
    stands = stepping.stand()
    turns = np.tile(np.eye(3), (FRAMES, 24, 1, 1))
    turns[:, 0] = matrix_from_axis_angle(np.array([0.1 - np.pi / 2, 0.0, 0.0]))
    for hip, knee, ankle, inwards in ((1, 4, 7, -0.2), (2, 5, 8, 0.2)):
        turns[:, hip] = matrix_from_axis_angle(np.array([0.0, 0.0, inwards]))
        turns[:, knee] = turn_between(REST_OFFSETS[ankle], REST_OFFSETS[knee])
    lying = replace(stands, rotations=turns, contacts=np.zeros((FRAMES, 4)), floor=None)
    target = character(Build(shoulders=1.5))
    with_feet, without = (carry(lying, target, Options(feet=feet)).pose.hips[:, 1] for feet in (True, False))
    assert (without - with_feet).max() < 0.005


def test_legs_at_full_stretch_stay_so():
    stands = stepping.stand()
    straight = replace(stands, rotations=np.tile(np.eye(3), (FRAMES, 24, 1, 1)))
    for knee, ankle in ((4, 7), (5, 8)):
        straight.rotations[:, knee] = turn_between(REST_OFFSETS[ankle], REST_OFFSETS[knee])
    there = followed(carry(straight, character(Build())).pose, straight)
    assert _apart(source_of(straight).joints, there.joints)[:, [0, 1, 4, 5]].max() < 0.5


@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_nothing_flips_or_pops(walk, build):
    turns = carry(walk, character(build)).turns
    step = 2 * np.arccos(np.clip((turns[1:] * turns[:-1]).sum(-1), -1.0, 1.0))
    assert np.degrees(step).max() < 25.0, "as fast as the walk's own joints"
    assert ((turns[1:] * turns[:-1]).sum(-1) > 0).all()


@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_planted_feet_slide_no_more_than_the_persons_and_keep_the_floor(walk, build):
    source, target = source_of(walk), character(build)
    pose = carry(walk, target).pose
    for index, side in enumerate(SIDES):
        under = soles(source, target, pose, side)
        places = np.stack([under[:, HEEL], under[:, HEEL + 1 :].mean(1)], axis=1)
        bears = walk.contacts.reshape(-1, 2, 2)[:, index] > 0.5
        stands = bears[1:] & bears[:-1]
        ours = source.soles[:, index]
        ours = np.stack([ours[:, HEEL], ours[:, HEEL + 1 :].mean(1)], axis=1)
        before, after = (
            1000 * np.linalg.norm(np.diff(one, axis=0)[..., [0, 2]], axis=-1)[stands]
            for one in (ours, places)
        )
        assert (after - before).max() < 0.5
        lowest = leg_scale(source, target) * source.soles[:, index, :, 1].min(1)
        assert np.abs(under[..., 1].min(1) - lowest).max() < 0.001, "as near to the floor as the person's"


@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_hands_are_at_the_same_place_of_the_arms_reach_beside_the_body(walk, build):
    spread = replace(walk, rotations=walk.rotations.copy())
    for joint in (16, 17, 18, 19):
        spread.rotations[:, joint] = np.eye(3)  # straight to the sides: no width of shoulders plays a part
    source, target = source_of(spread), character(build)
    pose = carry(spread, target).pose
    for side in SIDES:
        shoulder, _, wrist = arm_joints(side)
        ours = source.place(wrist) - source.place(shoulder)
        theirs = pose.at(wrist) - pose.at(shoulder)
        length = target.length(arm_joints(side))
        scale = length / np.linalg.norm(np.diff(source.rest[[16, 18, 20]], axis=0), axis=-1).sum()
        assert (np.linalg.norm(theirs - scale * ours, axis=-1) / length).max() < 0.02


@pytest.mark.parametrize("build", [BUILDS["child"], BUILDS["giant"], BUILDS["short legs"]])
def test_hands_that_meet_still_meet(walk, build):
    turns = np.zeros((FRAMES, 24, 3))
    for joint, sign in ((16, 1.0), (17, -1.0)):
        turns[:, joint, 1] = -sign * 1.15
        turns[:, joint + 2, 1] = -sign * 0.9
    clap = replace(walk, rotations=np.asarray(matrix_from_axis_angle(turns)))
    source, target = source_of(clap), character(build)
    gap = np.linalg.norm(source.place("left_wrist") - source.place("right_wrist"), axis=-1)
    pose = carry(clap, target).pose
    theirs = np.linalg.norm(pose.at("left_wrist") - pose.at("right_wrist"), axis=-1)
    widths = (
        np.linalg.norm(target.place("left_shoulder") - target.place("right_shoulder")),
        np.linalg.norm(source.rest[16] - source.rest[17]),
    )
    assert np.abs(theirs - gap * widths[0] / widths[1]).max() < 0.02 * target.length(arm_joints("left"))


def test_fingers_follow_where_both_have_them(walk):
    motion = with_hands(walk)
    target = character(BUILDS["short legs"])
    pose = carry(motion, target).pose
    _, worlds = finger_joints(motion)
    turned = corrections(target, source_of(motion).rest)
    for side in range(2):
        for joint in range(15):
            bone = int(target.fingers[side, joint])
            seen = pose.turn(bone) @ (turned[bone] @ target.facing).T
            assert np.degrees(geodesic_angle(seen, worlds[:, side, joint])).max() < 0.1
    without = carry(motion, target, Options(fingers=False))
    assert not {int(bone) for bone in target.fingers.ravel()} & set(without.bones)


def test_twist_bones_take_their_share_between_the_ends(walk):
    target = character(Build(twists=True, a_pose=True))
    still = replace(walk, rotations=np.tile(np.eye(3), (FRAMES, 24, 1, 1)))
    angle = np.linspace(0.0, 2.5, FRAMES)
    still.rotations[:, JOINT_NAMES.index("left_wrist")] = matrix_from_axis_angle(
        angle[:, None] * (REST_OFFSETS[20] / np.linalg.norm(REST_OFFSETS[20]))
    )
    pose = carry(still, target, Options(feet=False, hands=False)).pose
    twist = next(one for one in target.twists if one.limb == "left_elbow")
    turned = geodesic_angle(pose.turn(twist.bone), pose.turn(target.joints["left_elbow"]))
    assert np.abs(turned - angle * 0.5).max() < 0.01


@pytest.mark.parametrize("root", ["root", "place"])
def test_the_way_goes_to_the_root_or_nowhere(walk, root):
    target = character(Build())
    plain, other = carry(walk, target), carry(walk, target, Options(root=root))
    pelvis = target.joints["pelvis"]
    if root == "place":
        assert np.ptp(other.pose.hips[:, [0, 2]], axis=0).max() < 1e-9
        assert np.allclose(other.pose.hips[:, 1], plain.pose.hips[:, 1])
        return
    assert np.abs(other.pose.hips - plain.pose.hips).max() < 1e-9, "nothing moves in the world"
    assert np.abs(other.moves[pelvis][:, [0, 2]]).max() < 0.05 + np.abs(plain.moves[pelvis]).max() * 0.2
    assert np.ptp(other.moves[target.root], axis=0).max() > 1.0


def test_channels_give_the_pose_back_through_the_tree_of_bones(walk):
    """What Blender makes of the quaternions and moves: each bone's rest and channels on top of its parent."""
    target = character(BUILDS["long legs"])
    carried = carry(walk, target)
    basis = dict(zip(carried.bones, np.moveaxis(matrix_from_quaternion(carried.turns), 1, 0), strict=True))
    worlds: dict[int, np.ndarray] = {}
    places: dict[int, np.ndarray] = {}
    for bone, parent in enumerate(target.parents):
        own = basis.get(bone, np.eye(3))
        if parent < 0:
            carry_turn, place = (
                np.broadcast_to(np.eye(3), (FRAMES, 3, 3)),
                np.tile(target.heads[bone], (FRAMES, 1)),
            )
        else:
            carry_turn = worlds[parent] @ target.axes[parent].T
            place = places[parent] + carry_turn @ (target.heads[bone] - target.heads[parent])
        rest = carry_turn @ target.axes[bone]
        move = carried.moves.get(bone)
        places[bone] = place if move is None else place + (rest @ move[..., None])[..., 0]
        worlds[bone] = rest @ own
    for bone in carried.bones:
        assert np.abs(places[bone] - carried.pose.place(bone)).max() < 1e-6
        assert np.abs(worlds[bone] - carried.pose.turn(bone) @ target.axes[bone]).max() < 1e-6


def test_a_character_without_arms_is_refused_with_a_sentence():
    whole = character(Build())
    joints = {name: bone for name, bone in whole.joints.items() if name != "left_elbow"}
    with pytest.raises(RetargetError, match="No bone is matched to the left elbow"):
        replace(whole, joints=joints)


@pytest.mark.parametrize(("out", "ahead"), [(0.04, 0.0), (0.06, 0.02), (0.1, 0.03), (-0.05, 0.01)])
def test_bowed_legs_and_knock_knees_keep_their_knees_ahead(out, ahead):
    target = character(Build())
    heads = target.heads.copy()
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        heads[target.joints[f"{side}_knee"]] += [sign * out, 0.0, ahead]
    turned = corrections(replace(target, heads=heads), rest_joints(REST_OFFSETS))
    for side in SIDES:
        ahead_of_knee = turned[target.joints[f"{side}_hip"]] @ [0.0, 0.0, 1.0]
        assert np.degrees(np.arctan2(ahead_of_knee[0], ahead_of_knee[2])) == pytest.approx(0.0, abs=6.0)


@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
def test_feet_that_slide_along_drag_no_legs_behind_whatever_they_are_taken_for(walk, build):
    slides = replace(walk, contacts=np.ones((FRAMES, 4)))
    there = followed(carry(slides, character(build)).pose, slides)
    back = followed(carry(there, character(Build())).pose, slides)
    assert _apart(source_of(slides).joints, back.joints)[:, [0, 1, 4, 5]].max() < 1.0


def _embraces(walk: Motion) -> Motion:
    """Arms that cross before the chest and stretch, with shoulders that come forward."""
    times, turns = np.arange(FRAMES) / walk.fps, np.zeros((FRAMES, 24, 3))
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        collar, shoulder, elbow = (
            JOINT_NAMES.index(f"{side}_{joint}") for joint in ("collar", "shoulder", "elbow")
        )
        turns[:, collar, 1] = turns[:, collar, 2] = -0.4 * sign * np.sin(times)
        turns[:, shoulder, 1] = -sign * (1.4 + 0.7 * np.sin(2 * times))
        turns[:, elbow, 1] = -sign * (0.7 + 0.7 * np.sin(3 * times))
    return replace(walk, rotations=np.asarray(matrix_from_axis_angle(turns)))


@pytest.mark.parametrize(
    "build", [Build(arms=0.7), Build(arms=1.4), Build(shoulders=1.3), Build(arms=0.8, shoulders=1.1)]
)
def test_arms_of_any_length_come_back_with_their_hands_in_place(walk, build):
    motion = _embraces(walk)
    there = followed(carry(motion, character(build)).pose, motion)
    back = followed(carry(there, character(Build())).pose, motion)
    arms = [2, 3, 6, 7]
    assert _apart(source_of(motion).joints, back.joints)[:, arms].max() < 1.0


def test_an_arm_that_is_nearly_straight_stays_so_and_no_other_becomes_straight():
    reach = np.linspace(0.05, 1.0, 100)
    for gain in (0.6, 0.9, 1.0, 1.2, 1.7):
        found = stretched(reach, np.full(100, gain))
        assert (np.diff(found) > 0).all() and found[-1] == pytest.approx(1.0)
        within = reach < 0.98 / max(gain, 1.0)
        assert found[within] == pytest.approx((gain * reach)[within])
        assert stretched(found, np.full(100, 1.0 / gain)) == pytest.approx(reach)


def _from_shoulder(source: Source, pose: Pose, side: str) -> tuple[np.ndarray, np.ndarray]:
    """(T, 3) in the chest's axes and arm's lengths, where a person's and a character's hand is."""
    chest = np.swapaxes(source.world("spine3"), -1, -2)
    shoulder, _, wrist = arm_joints(side)
    lengths = arm_lengths(pose.target, source, side)
    ways = [one(wrist) - one(shoulder) for one in (source.place, pose.at)]
    ours, theirs = (applied(chest, way) / length for way, length in zip(ways, lengths, strict=True))
    return ours, theirs


@pytest.mark.parametrize("width, arms", [(1.0, 0.7), (1.5, 0.8), (1.3, 1.0)])
def test_hands_are_at_their_place_as_far_as_arms_reach_and_else_arms_point_there(walk, width, arms):
    motion = _embraces(walk)
    motion.rotations[:, [13, 14]] = np.eye(3)  # shoulders at rest, as far apart as they are built
    source, target = source_of(motion), character(Build(shoulders=width, arms=arms))
    pose = carry(motion, target).pose
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        wanted, got = _from_shoulder(source, pose, side)
        wanted[sign * wanted[:, 0] < 0, 0] *= width / arms
        nearest = wanted / np.maximum(np.linalg.norm(wanted, axis=-1, keepdims=True), 1.0)
        assert np.linalg.norm(got - nearest, axis=-1).max() < 0.02


@pytest.mark.parametrize("rest", RESTS)
def test_who_rests_seated_or_on_the_knees_has_legs_that_are_not_twisted(walk, rest):
    """Each of its bones comes to stand as SMPL's own does at rest."""
    build = Build(rest=rest)
    target = character(build)
    turned = corrections(target, rest_joints(REST_OFFSETS))
    _, rests = forward(rest_pose(build), np.zeros(3), REST_OFFSETS)
    feet = () if rest == "sits with knees apart" else ("ankle", "foot")
    for side in SIDES:
        for joint in ("hip", "knee", *feet):
            stands = turned[target.joints[f"{side}_{joint}"]] @ rests[JOINT_NAMES.index(f"{side}_{joint}")]
            assert np.degrees(geodesic_angle(stands, np.eye(3))) < 15.0, (side, joint)
    there = followed(carry(walk, target).pose, walk)
    assert _apart(source_of(walk).joints, there.joints).max() < 1.0


@pytest.mark.parametrize("rest", ["kneels", "sits on the floor"])
def test_feet_that_lie_at_rest_tell_no_height_of_ankles(walk, rest):
    target = character(Build(rest=rest))
    wanted, lower = (
        carry(walk, one).pose.hips[:, 1] for one in (character(Build()), replace(target, floor=-0.1))
    )
    assert np.abs(lower - wanted).max() < 0.005


@pytest.mark.parametrize("build", [Build(feet=1.8), Build(legs=1.8)])
def test_feet_that_move_in_the_air_do_not_throw_the_body_up_and_down(build):
    leaps = stepping.stand()
    leaps.contacts[60:180] = 0.0
    leaps.pelvis[:, 1] += 0.8 * np.sin(np.clip((np.arange(FRAMES) - 60) / 120, 0.0, 1.0) * np.pi)
    flick = matrix_from_axis_angle(np.array([1.0, 0.0, 0.0]))
    leaps.rotations[120, [7, 8]] = flick @ leaps.rotations[120, [7, 8]]
    hips = carry(leaps, character(build)).pose.hips[110:131, 1]
    assert np.abs(np.diff(hips, 2)).max() < 0.02


@pytest.mark.parametrize("slant", [0.7, 0.95])
def test_legs_that_rest_on_their_toes_stay_on_them(walk, slant):
    target = character(Build())
    heads = target.heads.copy()
    for side in SIDES:
        hip, knee, ankle, ball = (
            target.joints[f"{side}_{part}"] for part in ("hip", "knee", "ankle", "foot")
        )
        heads[knee] = heads[hip] + [0.0, -0.3, 0.15]
        heads[ankle] = heads[knee] - 0.33 * np.array([0.0, np.cos(slant), np.sin(slant)])
        heads[ball] = [heads[ankle][0], 0.03, heads[ankle][2] + 0.08]
    target = replace(target, heads=heads)
    pose = carry(walk, target).pose
    for side in SIDES:
        over = pose.at(f"{side}_ankle")[:, 1] - pose.at(f"{side}_foot")[:, 1]
        stands = walk.contacts[:, 2 * SIDES.index(side)] > 0.5
        assert over[stands].min() > 0.8 * (target.place(f"{side}_ankle") - target.place(f"{side}_foot"))[1]
