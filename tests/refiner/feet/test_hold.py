"""Feet that bear stay, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.open_body import load, skin
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.body.soles import ANKLES, FEET, soles
from addon.motion import Floor, Motion
from addon.recording import Keypoints, Person, Poses
from addon.refiner import Controls, RefineError, refine
from addon.refiner.feet.bands import Bands
from addon.refiner.feet.clip import Clip as Standing
from addon.refiner.feet.clip import Precision
from addon.refiner.feet.hold import hold_feet
from addon.refiner.feet.legs import leaning_with, reach, reached
from addon.refiner.feet.moves import moved
from addon.refiner.feet.places import chances, places_under
from addon.refiner.feet.stand import decided, hold_again
from addon.refiner.pipeline import prepare
from addon.steps import finish
from bundled_model.training.feet.labels import bearing
from bundled_model.training.motion_data import Clip, load_split

ARMS_AND_HEAD = [
    JOINT_NAMES.index(name)
    for name in JOINT_NAMES
    if any(w in name for w in ("shoulder", "elbow", "wrist", "neck", "head"))
]
LEGS = [
    JOINT_NAMES.index(name)
    for name in JOINT_NAMES
    if any(w in name for w in ("hip", "knee", "ankle", "foot"))
]
HIPS, KNEES = (
    [JOINT_NAMES.index(f"{side}_{joint}") for side in ("left", "right")] for joint in ("hip", "knee")
)
LEFT_HIP, LEFT_ANKLE = JOINT_NAMES.index("left_hip"), JOINT_NAMES.index("left_ankle")
LEGS_TO_ANKLES = [joint for joint in LEGS if joint not in FEET]


def clip_of(name: str, frames: int = 120) -> Clip:
    return next(clip for clip in load_split("test") if clip.name == name).part(frames)


def seen(clip: Clip, noise: float, seed: int = 0) -> Person:
    """The clip's joints with white noise (metres per axis)."""
    joints, _ = forward(clip.rotations(), clip.pelvis.astype(float), REST_OFFSETS)
    points = joints + np.random.default_rng(seed).normal(0.0, noise, joints.shape)
    keypoints = Keypoints(points, np.ones(points.shape[:2]), JOINT_NAMES, JOINT_NAMES, "smpl24")
    return Person("0", np.arange(len(points)), clip.fps, keypoints)


def run(person: Person, **controls: object) -> Motion:
    return refine(person, controls=Controls(**controls), engine="numpy")  # type: ignore[arg-type]


def slide(motion: Motion, bears: np.ndarray) -> float:
    """m/s over the floor of what bears (T, 2, 2)."""
    places = places_under(*forward(motion.rotations, motion.pelvis, motion.bone_offsets), motion.bone_offsets)
    shares = chances(bears.reshape(-1, 4).astype(float), places)
    both = shares[1:] * shares[:-1]
    speed = np.linalg.norm(np.diff(places, axis=0)[..., [0, 2]], axis=-1) * motion.fps
    return float((both * speed).sum() / both.sum())


def depth(motion: Motion) -> np.ndarray:
    """(T,) metres of the lowest sole over the floor."""
    assert motion.floor is not None
    posed = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    return np.asarray(motion.floor.over(soles(*posed, motion.bone_offsets)).reshape(motion.frames, -1).min(1))


@pytest.fixture(scope="module")
def walk() -> tuple[Clip, Person, np.ndarray]:
    clip = clip_of("39_03")
    bears = bearing(clip.rotations(), clip.pelvis.astype(float), REST_OFFSETS, clip.fps)
    return clip, seen(clip, 0.02), bears


@pytest.fixture(scope="module")
def held(walk: tuple[Clip, Person, np.ndarray]) -> Motion:
    return run(walk[1], feet=1.0)


def test_bearing_feet_slide_a_fifth_of_what_they_did(walk, held):
    clip, _, bears = walk
    free = replace(held, rotations=held.free[0], pelvis=held.free[1])
    assert slide(held, bears) < slide(free, bears) / 5.0
    truth = replace(
        held, rotations=clip.rotations(), pelvis=clip.pelvis.astype(float), bone_offsets=REST_OFFSETS
    )
    assert slide(held, bears) < 1.5 * slide(truth, bears)


def test_soles_do_not_sink(held):
    free = replace(held, rotations=held.free[0], pelvis=held.free[1])
    assert (depth(free) < -0.005).mean() > 0.3
    assert (depth(held) < -0.005).mean() < 0.01


def test_arms_head_and_their_timing_stay_as_they_were(held):
    np.testing.assert_array_equal(held.rotations[:, ARMS_AND_HEAD], held.free[0][:, ARMS_AND_HEAD])
    np.testing.assert_array_equal(held.rotations[:, 0], held.free[0][:, 0])


def test_nothing_pops(held):
    """No leg turns faster from frame to frame than it did, but for a few degrees."""
    before, after = (
        np.degrees(geodesic_angle(rotations[1:, LEGS], rotations[:-1, LEGS]))
        for rotations in (held.free[0], held.rotations)
    )
    assert (after - before).max() < 13.0
    shake = []
    for rotations, pelvis in (held.free, (held.rotations, held.pelvis)):
        joints, _ = forward(rotations, pelvis, held.bone_offsets)
        shake.append(float(np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1).mean()))
    assert shake[1] < 1.02 * shake[0]


def test_off_gives_what_the_run_gave_before_and_half_lies_between(walk, held):
    off, half = run(walk[1]), run(walk[1], feet=0.5)
    np.testing.assert_array_equal(off.rotations, held.free[0])
    np.testing.assert_array_equal(off.pelvis, held.free[1])
    assert off.free is None and off.contacts.shape == (off.frames, 4) and off.floor is not None
    np.testing.assert_allclose(half.pelvis, (held.pelvis + held.free[1]) / 2.0, atol=1e-9)


def test_clean_joints_hardly_move(walk):
    """But for toes, which bend where they would sink."""
    clip = walk[0]
    clean = run(seen(clip, 0.0), feet=1.0)
    turned = np.degrees(geodesic_angle(clean.rotations, clean.free[0]))
    assert np.delete(turned, list(FEET), axis=1).mean() < 0.3


def test_a_planted_foot_is_held_at_higher_rates_as_at_30():
    left = {fps: sway_left(fps) for fps in (30.0, 60.0, 120.0)}
    assert left[30.0] < 0.1
    assert max(left[60.0], left[120.0]) < 1.1 * left[30.0]


@pytest.mark.parametrize("rate", [30.0, 120.0])
def test_a_dancers_feet_are_on_the_floor_at_any_rate(rate):
    """Their soles are seen to lean by 15 degrees while heel and ball bear, and the surer the more frames
    there are."""
    clip = clip_of("05_12", 121)
    clip = replace(clip.at_pace(clip.fps / rate), fps=rate)
    motion = run(seen(clip, 0.02), feet=1.0)
    bears = bearing(clip.rotations(), clip.pelvis.astype(float), REST_OFFSETS, rate)
    places = places_under(*forward(motion.rotations, motion.pelvis, motion.bone_offsets), motion.bone_offsets)
    over = motion.floor.over(places)[chances(bears.reshape(-1, 4).astype(float), places) > 0.5]
    assert (over > 0.01).mean() < 0.05


def test_what_probably_bears_is_held_more_than_half():
    told = np.linspace(0.0, 1.0, 11)
    surer = decided(told)
    assert surer[8] > 0.9 and (np.diff(surer) > 0.0).all()
    np.testing.assert_allclose(surer + surer[::-1], 1.0)
    np.testing.assert_array_equal(surer[[0, 5, 10]], [0.0, 0.5, 1.0])


def sway_left(fps: float) -> float:
    """Share of a planted left foot's sway of 1 cm that is left in the half second before it lifts."""
    times = np.arange(0.0, 3.0, 1.0 / fps)
    contacts = np.zeros((len(times), 4))
    contacts[:, :2] = np.interp(times, [1.0, 1.1, 1.9, 2.0], [0.0, 1.0, 1.0, 0.0])[:, None]
    sway = 0.01 * np.sin(2.0 * np.pi * times / 0.6)
    posed = forward(np.tile(np.eye(3), (len(times), 24, 1, 1)), np.zeros((len(times), 3)), REST_OFFSETS)
    places = places_under(*posed, REST_OFFSETS)
    places[..., 0] += sway[:, None, None]
    no, off = np.zeros((len(times), 2)), Precision(np.full(2, 0.008), np.full(2, 0.1), 0.008, np.zeros(2))
    standing = Standing(fps, contacts, chances(contacts, places), no, None, off.of_frames(len(no)), no > 0.0)
    found = sway + finish(moved(standing, places, places))[:, 1, 0]
    stands = (times > 1.5) & (times < 2.0)
    before, after = (np.abs(np.diff(path[stands])).sum() for path in (sway, found))
    return float(after / before)


def test_a_step_that_the_contacts_deny_is_not_taken_back():
    """Somebody whose left foot goes half a metre ahead for a second, and bears all along, contacts say."""
    times = np.arange(0.0, 4.0, 1.0 / 30.0)
    bent = 0.7 * np.clip(np.minimum(times - 1.2, 2.8 - times) / 0.3, 0.0, 1.0)
    turns, pelvis = np.tile(np.eye(3), (len(times), 24, 1, 1)), np.zeros((len(times), 3))
    about_x = np.array([1.0, 0.0, 0.0])
    turns[:, LEFT_HIP] = matrix_from_axis_angle(-bent[:, None] * about_x)
    turns[:, LEFT_ANKLE] = matrix_from_axis_angle(bent[:, None] * about_x)
    before, _ = forward(turns, pelvis, REST_OFFSETS)
    precision = Precision(np.full(2, 0.02), np.full(2, 0.3), 0.02, np.zeros(2))
    bears = np.ones((len(times), 4))
    held, path = finish(hold_feet.steps(turns, pelvis, REST_OFFSETS, 30.0, bears, None, precision))
    after, _ = forward(held, path, REST_OFFSETS)
    ahead = slice(45, 75)
    assert before[ahead, LEFT_ANKLE, 2].min() > before[0, LEFT_ANKLE, 2] + 0.5
    assert np.abs(after - before)[ahead, LEFT_ANKLE, 2].max() < 0.03


def test_who_skips_in_noise_bears_in_most_of_every_stand():
    """Stands of five or six frames, smoothed with the noise: few are missed, and few are said beside them."""
    clip = clip_of("13_29")
    bears = bearing(clip.rotations(), clip.pelvis.astype(float), REST_OFFSETS, clip.fps)
    told = np.stack([run(seen(clip, 0.02, seed)).contacts for seed in range(3)]).reshape(3, -1, 2, 2) > 0.5
    right = (told & bears).sum()
    assert right / (3 * bears.sum()) > 0.77 and right / told.sum() > 0.85


def crooked(untold: float) -> tuple[np.ndarray, np.ndarray]:
    """Somebody who stands, whose hips, knees and ankles are each 4 degrees off, once held: (J,) degrees by
    which these are off then, and (2, 3) metres of heels and both sides of the balls over the floor."""
    upright, pelvis = np.tile(np.eye(3), (60, 24, 1, 1)), np.zeros((60, 3))
    off = upright.copy()
    off[:, LEGS_TO_ANKLES] = matrix_from_axis_angle(np.array([np.radians(4.0), 0.0, 0.0]))
    places = places_under(*forward(upright, pelvis, REST_OFFSETS), REST_OFFSETS)
    floor = Floor(np.array([0.0, 1.0, 0.0]), places[0, :1, 1, 1])
    precision = Precision(np.full(2, 0.03), np.full(2, 0.3), 0.03, np.full(2, untold))
    held, path = finish(hold_feet.steps(off, pelvis, REST_OFFSETS, 30.0, np.ones((60, 4)), floor, precision))
    over = floor.over(soles(*forward(held, path, REST_OFFSETS), REST_OFFSETS))
    return np.degrees(geodesic_angle(held, upright))[30, LEGS_TO_ANKLES], over[30, :, :3]


def test_a_foot_that_bears_flat_lies_flat():
    """Its heel as low as its ball, and both on the floor."""
    _, over = crooked(1.0)
    assert np.ptp(over, axis=1).max() < 0.006
    assert np.abs(over).max() < 0.009


def test_a_leg_that_nothing_tells_takes_its_share_of_a_foot_that_lies_wrongly():
    """Each of its joints a quarter; where keypoints tell thigh and shin the ankle has all."""
    told, alone = crooked(0.0)[0], crooked(1.0)[0]
    assert alone.mean() < 2.5 and alone.max() < 4.0
    assert told[:2].min() > 2.8 and told[-2:].min() > 7.0


def test_a_leg_that_keypoints_tell_turns_about_itself_alone():
    """With a foot that is to spin hip and knee twist, so that no joint moves; with one that is to tilt they
    stay."""
    joints, world = forward(np.tile(np.eye(3), (1, 24, 1, 1)), np.zeros((1, 3)), REST_OFFSETS)
    spin, tilt = np.radians([0.0, 8.0, 0.0]), np.radians([8.0, 0.0, 0.0])
    (there, spun), (_, tilted) = (
        leaning_with(np.tile(turn, (1, 2, 1)), np.zeros(2), joints, world, REST_OFFSETS)
        for turn in (spin, tilt)
    )
    np.testing.assert_allclose(np.degrees(geodesic_angle(spun, world))[0, HIPS], 2.0)
    np.testing.assert_allclose(np.degrees(geodesic_angle(spun, world))[0, KNEES], 4.0)
    assert np.linalg.norm(there - joints, axis=-1)[:, :9].max() < 0.005
    np.testing.assert_allclose(tilted, world, atol=1e-9)


def test_a_leg_is_told_by_keypoints_of_the_knee_or_below(walk):
    def untold(points: tuple[str, ...]) -> list[list[float]]:
        keep = [JOINT_NAMES.index(name) for name in points]
        known = walk[1].keypoints
        some = Keypoints(known.positions[:, keep], known.confidence[:, keep], points, points, "")
        prepared = finish(prepare(replace(walk[1], keypoints=some), engine="numpy"))
        return np.unique(prepared.legs.untold, axis=0).tolist()

    body = ("pelvis", "left_hip", "right_hip", "neck", "left_shoulder", "right_shoulder")
    assert untold((*body, "left_knee")) == [[0.0, 1.0]]


def test_legs_that_are_not_refined_are_not_held(walk):
    person = replace(walk[1], poses=Poses(walk[0].rotations(), walk[0].pelvis.astype(float)))
    motion = run(person, feet=1.0, parts=frozenset({"left_arm"}))
    assert motion.free is None


def test_frames_outside_the_range_keep_their_poses(walk):
    poses = Poses(walk[0].rotations(), walk[0].pelvis.astype(float))
    motion = run(replace(walk[1], poses=poses), feet=1.0, frames=(40, 80))
    np.testing.assert_allclose(motion.rotations[:40], poses.rotations[:40], atol=1e-9)
    np.testing.assert_allclose(motion.pelvis[81:], poses.pelvis[81:], atol=1e-9)


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 9])
def test_the_shortest_clips_have_feet_too(walk, frames):
    motion = run(walk[1].rows(np.arange(len(walk[2])) < frames), feet=1.0)
    assert motion.frames == frames
    assert np.isfinite(motion.rotations).all() and np.isfinite(motion.contacts).all()


def test_gaps_in_a_track_are_no_steps(walk):
    keep = np.ones(len(walk[2]), bool)
    keep[50:56] = False
    motion = run(walk[1].rows(keep), feet=1.0)
    assert np.isfinite(motion.rotations).all() and (motion.contacts.max(1) <= 1.0).all()


def test_a_drifting_path_is_rebuilt_from_steps():
    """Somebody who stands and moves the arms, seen by a camera whose depth drifts 0.3 m in 5 s."""
    clip = clip_of("32_01")
    drift = np.arange(len(clip.pelvis))[:, None] / 30.0 * np.array([0.02, 0.0, 0.057])
    person = Person("0", np.arange(len(drift)), 30.0, None, Poses(clip.rotations(), clip.pelvis + drift))
    off = {
        path: np.linalg.norm(
            (run(person, feet=1.0, path=path).pelvis - clip.pelvis)[[0, -1]][..., [0, 2]], axis=-1
        )
        for path in ("measured", "steps")
    }
    assert off["steps"][1] - off["steps"][0] < (off["measured"][1] - off["measured"][0]) / 4.0


def test_edited_contacts_hold_and_release(held):
    found = held.contacts, held.floor
    free = replace(held, rotations=held.free[0], pelvis=held.free[1], free=None, found=found)
    nothing = finish(hold_again(replace(free, contacts=np.zeros_like(held.contacts))))
    assert np.abs(nothing.pelvis - free.pelvis)[:, [0, 2]].max() < 0.005
    # Somebody wants the left toes to stay for three frames more.
    stance = held.contacts[:, 1] > 0.5
    lifts = int(np.flatnonzero(stance[:-1] & ~stance[1:])[0]) + 1
    more = slice(lifts - 8, lifts + 3)
    edited = np.round(held.contacts)
    edited[more, 1] = 1.0
    bears = np.zeros((free.frames, 2, 2), bool)
    bears[more, 0, 1] = True
    again = finish(hold_again(replace(free, contacts=edited)))
    assert slide(again, bears) < 0.25 * slide(free, bears)
    far = np.abs(np.arange(free.frames) - lifts) > 2 * free.fps
    assert np.abs(_joints(again) - _joints(held))[far].max() < 0.002


@pytest.mark.parametrize(("known", "apart"), [(True, 1e-6), (False, 0.005)])
def test_holding_again_without_an_edit_gives_the_same(held, known, apart):
    """Much the same where an earlier version has kept only which places bear."""
    found = (held.contacts if known else np.round(held.contacts)), held.floor
    free = replace(held, rotations=held.free[0], pelvis=held.free[1], free=None, found=found)
    free = free if known else replace(free, legs=None)
    again = finish(hold_again(replace(free, contacts=np.round(held.contacts))))
    assert np.linalg.norm(_joints(held) - _joints(again), axis=-1).mean() < apart


def _joints(motion: Motion) -> np.ndarray:
    return forward(motion.rotations, motion.pelvis, motion.bone_offsets)[0]


def test_held_again_poses_alone_share_a_foots_turn_as_they_did():
    clip = clip_of("39_03", 60)
    lean = np.cumsum(np.random.default_rng(0).normal(0.0, 0.02, (60, 24, 3)), 0)
    poses = Poses(clip.rotations() @ matrix_from_axis_angle(lean), clip.pelvis.astype(float))
    held = run(Person("0", np.arange(60), 30.0, None, poses), feet=1.0)
    free = replace(held, rotations=held.free[0], pelvis=held.free[1], free=None, legs=None)
    by_keypoints = replace(free, fit_error_mm=np.zeros(60))
    alone, told = (
        geodesic_angle(finish(hold_again(motion)).rotations, held.rotations)[:, LEGS_TO_ANKLES].mean()
        for motion in (free, by_keypoints)
    )
    assert alone < 0.6 * told


@pytest.mark.parametrize(
    ("controls", "sentence"),
    [({"feet": 1.5}, "feet 1.5"), ({"floor": float("nan")}, "floor"), ({"path": "walked"}, "path 'walked'")],
)
def test_wrong_wishes_are_named(walk, controls, sentence):
    with pytest.raises(RefineError, match=sentence):
        run(walk[1], **controls)


def test_bands_are_least_squares():
    """Of sums of three unknowns, over more frames than are solved at once."""
    rng = np.random.default_rng(0)
    frames, numbers = 37, 2
    bands, rows, wanted = Bands(frames, numbers, 3), [], []
    for of in ((1.0, 0.0, 0.0), (-1.0, 1.0, 0.0), (0.0, 0.0, 1.0), (-1.0, 0.0, 1.0)):
        for order, add in ((0, bands.near), (1, bands.steps_near)):
            weights, places = rng.random(frames - order), rng.normal(size=(frames - order, numbers))
            add(of, weights, places)
            rows.append(np.sqrt(weights)[:, None] * np.kron(np.diff(np.eye(frames), order, axis=0), of))
            wanted.append(np.sqrt(weights)[:, None] * places)
        bend = rng.random(frames - 3)
        bands.smooth(of, bend)
        rows.append(np.sqrt(bend)[:, None] * np.kron(np.diff(np.eye(frames), 3, axis=0), of))
        wanted.append(np.zeros((frames - 3, numbers)))
    found = np.swapaxes(finish(bands.solve()), 1, 2).reshape(-1, numbers)
    expected = np.linalg.lstsq(np.concatenate(rows), np.concatenate(wanted), rcond=None)[0]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_leg_out_of_reach_is_straight_and_does_not_jump(walk):
    """Somebody wants a foot to stay where it no longer reaches."""
    clip = walk[0]
    rotations, pelvis = clip.rotations(), clip.pelvis.astype(float)
    joints, world = forward(rotations, pelvis, REST_OFFSETS)
    ankles = joints[:, list(ANKLES)]
    gone = np.linspace(0.0, 0.3, len(pelvis))[:, None, None] * np.array([0.0, -1.0, 0.0])
    found = reach(rotations, world, joints, ankles + gone, world[:, list(ANKLES)])
    ends = reached(world, joints, ankles + gone)
    after, _ = forward(found, pelvis, REST_OFFSETS)
    np.testing.assert_allclose(ends, after[:, list(ANKLES)], atol=1e-9)
    lengths = np.linalg.norm(REST_OFFSETS[[4, 5]], axis=-1) + np.linalg.norm(REST_OFFSETS[[7, 8]], axis=-1)
    straight = np.linalg.norm(after[-20:, [7, 8]] - after[-20:, [1, 2]], axis=-1) / lengths
    assert straight.min() > 0.96 and straight.max() < 1.0
    steps, before = (np.linalg.norm(np.diff(a, axis=0), axis=-1) for a in (after[:, list(ANKLES)], ankles))
    assert (steps - before).max() < 0.03


@pytest.mark.parametrize("backwards", [0.5, 2.0, 5.0])
def test_a_knee_that_is_a_little_backwards_bends_forwards(backwards):
    """Legs that shorten by up to 4 cm, from knees this many degrees backwards, bend on without a jump."""
    count = 81
    turns, pelvis = np.tile(np.eye(3), (count, 24, 1, 1)), np.zeros((count, 3))
    about_x = np.array([1.0, 0.0, 0.0])
    straight = np.arctan2(REST_OFFSETS[KNEES, 2], -REST_OFFSETS[KNEES, 1])
    straight = straight - np.arctan2(REST_OFFSETS[list(ANKLES), 2], -REST_OFFSETS[list(ANKLES), 1])
    for knee, own in zip(KNEES, straight, strict=True):
        turns[:, knee] = matrix_from_axis_angle((-own - np.radians(backwards)) * about_x)
    joints, world = forward(turns, pelvis, REST_OFFSETS)
    hips, ankles = joints[:, HIPS], joints[:, list(ANKLES)]
    shorter = np.linspace(0.0, 0.04, count)[:, None, None]
    targets = ankles + shorter * (hips - ankles) / np.linalg.norm(hips - ankles, axis=-1, keepdims=True)
    found = reach(turns, world, joints, targets, world[:, list(ANKLES)])
    bent = np.degrees((found[:, KNEES, 2, 1] - found[:, KNEES, 1, 2]) / 2.0) + np.degrees(straight)
    assert bent[-1].min() > 12.0 and bent.min() > -backwards - 0.5
    assert np.abs(np.diff(bent, axis=0)).max() < 3.0


def test_no_vertex_of_a_foot_sinks(held):
    body = load()
    feet = np.flatnonzero(body.weights[:, [*ANKLES, *FEET]].sum(1) > 0.5)
    rest, weights = body.warped(held.bone_offsets)[feet], body.weights[feet]
    mesh = skin(rest, weights, held.rotations, held.pelvis, held.bone_offsets)
    assert held.floor.over(mesh).min() > -0.010
