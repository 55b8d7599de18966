"""Feet in the panel: what a run is asked, what it tells, and holding them again after an edit."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.motion import Floor, Motion
from addon.refiner import Controls
from addon.refiner.feet.stand import stand
from addon.refiner.feet.told import by_poses
from addon.scene import read_poses, write_motion
from addon.scene.contacts import CONTACTS, HEIGHTS, UP, contact_edits, read_contacts, read_floor
from addon.scene.curves import evaluate, find_curves, remove_curves
from addon.scene.measures import bearing_slide_cm
from addon.scene.own_space import rest_offsets
from addon.scene.read_action import poses_of, read_channels
from addon.scene.refined import refined_animation
from addon.steps import finish
from addon.ui.feet import idle_feet
from addon.ui.feet_words import feet_line
from tests.refiner.motion import Truth
from tests.scene.edited import apart, turn

from .event_loop import EventLoop
from .test_panels import Drawing

COUNT = 60
FRAMES = np.arange(1.0, COUNT + 1)


@pytest.fixture
def scene(enabled, tmp_path):
    """A refined walk of noisy keypoints."""
    held = Truth(8, COUNT).person("body25", 0.015).keypoints
    assert held is not None
    path = tmp_path / "walk.npz"
    np.savez(path, keypoints=held.positions, layout="body25", fps=30.0, up_axis="y", units="m")
    bpy.ops.spr.open_recording(filepath=str(path))
    bpy.context.scene.spr.mesh = False
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    return bpy.context.scene


@pytest.fixture
def refined(scene) -> bpy.types.Object:
    (found,) = (ob for ob in scene.objects if ob.type == "ARMATURE")
    return found


@pytest.fixture
def person(ui, enabled) -> bpy.types.Object:
    """Somebody in the scene whose recording is not there: a walk that shakes, and its feet held."""
    truth, random = Truth(8, COUNT), np.random.default_rng(0)
    unknown = np.full((COUNT, 24), np.nan)
    free = Motion(
        truth.rotations, truth.pelvis + random.normal(0, 0.01, (COUNT, 3)), truth.bones, 30.0,
        np.arange(COUNT), unknown[:, 0], unknown,
    )  # fmt: skip
    armature = write_motion(finish(stand(free, Controls(feet=1.0), by_poses(COUNT, 0.02, 0.0))), mesh=False)
    ui("refined").claim(ui("refined").Refined("gone.npz", "0", armature, ui("refined").Clock(0.0, 30.0)), ())
    return armature


def contacts(person) -> np.ndarray:
    refined = refined_animation(person)
    assert refined is not None
    return read_contacts(person, refined, FRAMES)


def slide(person, bears: np.ndarray) -> float:
    """Centimetres a second by which bearing feet move, on average."""
    poses, bones = read_poses(person, FRAMES), rest_offsets(person)
    posed = forward(poses.rotations, poses.pelvis, bones)
    return float(bearing_slide_cm(*posed, bones, bears, 30.0).mean())


def set_contacts(person, value: float) -> None:
    """The same for all places in all frames."""
    refined = refined_animation(person)
    assert refined is not None
    for name in CONTACTS:
        for point in refined.curves[f'["{name}"]', 0].keyframe_points:
            point.co.y = value


def test_a_run_says_what_it_found_and_holds_the_feet(scene, refined):
    bears = contacts(refined) >= 0.5
    share = float(bears.any(1).mean())
    assert share > 0.5
    assert f"feet bear in {share:.0%} of frames and are held there" in scene.spr.result
    held = slide(refined, bears)
    bpy.ops.spr.show_version(which="FREE")
    poses, bones = _shown(refined), rest_offsets(refined)
    free = bearing_slide_cm(*forward(*poses, bones), bones, bears, 30.0).mean()
    assert held < 0.6 * free


def _shown(person) -> tuple[np.ndarray, np.ndarray]:
    """Poses of the action that is on the armature."""
    poses = poses_of(person, read_channels(person, find_curves(person), FRAMES))
    return poses.rotations, poses.pelvis


def test_without_a_hold_nothing_is_held_and_contacts_are_known_all_the_same(scene, refined):
    scene.spr.controls.feet.hold = 0.0
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert "and are not held" in scene.spr.result
    assert contacts(refined).any()
    with pytest.raises(RuntimeError, match="no longer in the file"):
        bpy.ops.spr.show_version(which="FREE")
    before = slide(refined, contacts(refined) >= 0.5)
    scene.spr.controls.feet.hold = 1.0
    assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
    assert slide(refined, contacts(refined) >= 0.5) < 0.6 * before


def test_a_path_from_steps_is_no_error_of_the_fit(enabled, tmp_path):
    """A camera whose depth drifts by 0.4 m: where the body was seen is not where it is asked to be."""
    held = Truth(8, COUNT).person("body25", 0.015).keypoints
    assert held is not None
    drift = np.linspace(0.0, 0.4, COUNT)[:, None, None] * (0.0, 0.0, 1.0)
    path = tmp_path / "drifting.npz"
    np.savez(path, keypoints=held.positions + drift, layout="body25", fps=30.0, up_axis="y", units="m")
    bpy.ops.spr.open_recording(filepath=str(path))
    scene = bpy.context.scene
    scene.spr.mesh = False
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    (person,) = (ob for ob in scene.objects if ob.type == "ARMATURE")
    measured, before = _fit(person), read_poses(person, FRAMES).pelvis
    scene.spr.controls.feet.path = "STEPS"
    for again in (bpy.ops.spr.refine_pose, bpy.ops.spr.hold_feet_again):
        assert again() == {"FINISHED"}
        led = np.linalg.norm((read_poses(person, FRAMES).pelvis - before)[:, [0, 2]], axis=-1).max()
        assert led > 0.1
        assert _fit(person).mean() < measured.mean()
        assert "does not fit" not in scene.spr.result
        assert "the path from the steps is up to 0." in scene.spr.result


def _fit(person) -> np.ndarray:
    refined = refined_animation(person)
    assert refined is not None
    return evaluate(refined.curves['["fit_error_mm"]', 0], FRAMES)


def test_holding_again_without_an_edit_changes_nothing(refined):
    before = read_poses(refined, FRAMES)
    assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
    after = read_poses(refined, FRAMES)
    assert apart(after.rotations, before.rotations).max() < 0.1
    assert np.abs(after.pelvis - before.pelvis).max() < 0.0005


def test_the_result_box_tells_of_the_latest_hold(scene, refined):
    """Beside the figures of the run, which it leaves behind."""
    before = scene.spr.result
    for value, told in ((1.0, "the feet are held in 100% of frames"), (0.0, "no heel or toe bears")):
        set_contacts(refined, value)
        assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
        shown = scene.spr.result.removeprefix(before).strip().split("\n")
        assert len(shown) == 1 and shown[0].startswith(f"Held again. walk: {told}")


def test_a_foot_without_contacts_is_let_go(person):
    free = _free(person)
    set_contacts(person, 0.0)
    assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
    feet = [7, 8, 10, 11]
    joints, _ = forward(*_of(read_poses(person, FRAMES)), rest_offsets(person))
    loose, _ = forward(*free, rest_offsets(person))
    # Nothing keeps it in its place; it is lifted where it was below the floor.
    assert np.abs(joints - loose)[:, feet][..., [0, 2]].max() < 0.004
    assert not contacts(person).any()  # what was edited is left as it is


def _free(person) -> tuple[np.ndarray, np.ndarray]:
    bpy.ops.spr.show_version(which="FREE")
    found = _shown(person)
    bpy.ops.spr.show_version(which="AFTER")
    return found


def _of(poses) -> tuple[np.ndarray, np.ndarray]:
    return poses.rotations, poses.pelvis


def test_an_edited_floor_is_stood_on(person):
    set_contacts(person, 1.0)
    for height in (read_floor(person).heights[0] + 0.1, read_floor(person).heights[0]):
        person[HEIGHTS], person[UP] = [float(height)], [0.0, 0.0, 1.0]
        assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
        poses = read_poses(person, FRAMES)
        joints, _ = forward(poses.rotations, poses.pelvis, rest_offsets(person))
        # The toes' joint lies some centimetres over the floor.
        assert -0.02 < joints[:, [10, 11], 1].min(0).mean() - height < 0.06


def test_edited_keys_go_through_a_hold(person):
    turn(person, range(20, 31))
    turned = read_poses(person, FRAMES).rotations[19:30, 18]
    set_contacts(person, 1.0)
    assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
    assert apart(read_poses(person, FRAMES).rotations[19:30, 18], turned).max() < 0.1
    assert bpy.ops.spr.forget_edits() == {"FINISHED"}


def test_holding_again_is_undone_by_the_same_contacts(person):
    assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
    first, action = read_poses(person, FRAMES), person.animation_data.action
    was = [[point.co.y for point in find_curves(person)[f'["{n}"]', 0].keyframe_points] for n in CONTACTS]
    set_contacts(person, 1.0)
    assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
    assert apart(read_poses(person, FRAMES).rotations, first.rotations).max() > 1.0
    for name, values in zip(CONTACTS, was, strict=True):
        for point, value in zip(find_curves(person)[f'["{name}"]', 0].keyframe_points, values, strict=True):
            point.co.y = value
    assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
    assert apart(read_poses(person, FRAMES).rotations, first.rotations).max() < 0.05
    assert person.animation_data.action == action


def test_edited_contacts_are_kept_by_the_next_run(scene, refined):
    set_contacts(refined, 0.0)
    for _ in range(2):
        assert bpy.ops.spr.refine_pose() == {"FINISHED"}
        assert "Your contacts were kept" in scene.spr.result
        assert not contacts(refined).any()
    scene.spr.edits.keep = False
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert contacts(refined).any()


def test_a_contact_that_was_changed_without_a_key_is_told_of(ui, person):
    scene = bpy.context.scene
    scene.frame_set(10)
    person["contact_l_heel"] = 1.0 - float(person["contact_l_heel"] >= 0.5)
    sentence = _held_again(ui, scene, person)
    assert "L Heel was changed at frame 10 without a key" in sentence and "press I there" in sentence
    scene.frame_set(11)
    assert "without a key" not in _held_again(ui, scene, person)
    person["contact_l_heel"] = 1.0 - float(person["contact_l_heel"] >= 0.5)
    person.keyframe_insert('["contact_l_heel"]', frame=11)
    assert "without a key" not in _held_again(ui, scene, person)


def test_a_run_tells_of_contacts_without_a_key_as_well(scene, refined):
    scene.frame_set(10)
    for name in ("contact_l_heel", "contact_r_heel"):
        refined[name] = 1.0 - float(refined[name] >= 0.5)
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert "L Heel, R Heel were changed at frame 10 without a key" in scene.spr.result
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert "without a key" not in scene.spr.result


def _held_again(ui, scene, person) -> str:
    job = ui("hold_feet").HoldJob(scene, person)
    job.run()
    assert not job.error and job.sentence is not None
    return job.sentence


def test_contacts_are_not_offered_beside_another_version(scene, refined, ui):
    """Nothing animates them there: they would be those of another frame."""
    drawn = _drawn(ui, refined)
    assert '["contact_l_heel"]' in drawn
    bpy.ops.spr.show_version(which="FREE")
    assert _drawn(ui, refined) == ["Contacts belong to the result: choose After under Quality."]


def test_contacts_below_a_layer_are_edited_in_its_strip(person, ui):
    """A key that is set beside it goes to the layer, which no hold reads."""
    assert bpy.ops.spr.add_edit_layer() == {"FINISHED"}
    assert any("press Tab on it in the NLA Editor" in text for text in _drawn(ui, person))
    (track,) = person.animation_data.nla_tracks
    track.select = True
    person.animation_data.use_tweak_mode = True
    assert not any("NLA" in text for text in _drawn(ui, person))
    bpy.context.scene.frame_set(20)
    person["contact_l_heel"] = 1.0 - float(person["contact_l_heel"] >= 0.5)
    person.keyframe_insert('["contact_l_heel"]', frame=20)
    assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
    edits = contact_edits(person)
    assert edits is not None and edits.changed[19, 0]


def _drawn(ui, person) -> list[str]:
    layout = Drawing()
    system = SimpleNamespace(ui_scale=1.0)
    preferences = SimpleNamespace(system=system, ui_styles=bpy.context.preferences.ui_styles)
    context = SimpleNamespace(region=SimpleNamespace(width=2000), preferences=preferences)
    ui("contacts").draw_contacts(layout, context, person)
    return layout.drawn


def test_a_result_without_contacts_gets_them(person):
    action = person.animation_data.action
    remove_curves(person, lambda curve: "contact_" in curve.data_path)
    for name in CONTACTS:
        del person[name]
    assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
    assert contacts(person).any() and person.animation_data.action == action


def test_a_window_does_it_a_little_at_a_time(ui, person):
    set_contacts(person, 0.0)
    window = EventLoop(ui, ui("hold_feet").SPR_OT_hold_feet_again)
    window.runner.drive(bpy.context, ui("hold_feet").HoldJob(bpy.context.scene, person))
    assert window.run() == {"FINISHED"}
    ((kind, told),) = window.reports
    assert kind == {"INFO"} and "no heel or toe bears" in told


def test_esc_leaves_the_person_as_it_was(ui, person):
    before = read_poses(person, FRAMES)
    set_contacts(person, 1.0)
    window = EventLoop(ui, ui("hold_feet").SPR_OT_hold_feet_again)
    window.runner.drive(bpy.context, ui("hold_feet").HoldJob(bpy.context.scene, person))
    window.run_until_writing()
    assert window.event("ESC", "PRESS") == {"CANCELLED"}
    after = read_poses(person, FRAMES)
    np.testing.assert_array_equal(after.rotations, before.rotations)
    assert window.reports[0][1] == "Holding the feet was cancelled; the person is as it was."


def test_the_slide_is_that_of_what_bears(ui, person):
    series = ui("measures").series_of(person, "SLIDE")
    assert series.values.mean() == pytest.approx(slide(person, contacts(person) >= 0.5), abs=0.2)
    set_contacts(person, 0.0)
    ui("measures")._found.clear()
    assert not ui("measures").series_of(person, "SLIDE").values.any()


def test_put_on_floor_takes_the_persons_own_floor(person):
    person[HEIGHTS], person[UP] = [0.5], [0.0, 0.0, 1.0]
    assert bpy.ops.spr.put_on_floor() == {"FINISHED"}
    assert person.location.z == pytest.approx(-0.5, abs=1e-4)
    assert bpy.ops.spr.put_on_floor() == {"FINISHED"}
    assert person.location.z == pytest.approx(-0.5, abs=1e-4)


def test_level_turns_a_floor_that_slopes(person):
    person[HEIGHTS], person[UP] = [0.2], [0.0, float(np.sin(0.1)), float(np.cos(0.1))]
    assert bpy.ops.spr.level() == {"FINISHED"}
    bpy.context.view_layer.update()
    up = np.array(person.matrix_world.to_3x3()) @ [0.0, np.sin(0.1), np.cos(0.1)]
    np.testing.assert_allclose(up, [0.0, 0.0, 1.0], atol=1e-5)
    height = np.array(person.matrix_world.translation) + 0.2 * up
    assert height[2] == pytest.approx(0.0, abs=1e-4)


def test_contacts_are_gone_to(person):
    scene = bpy.context.scene
    scene.frame_set(1)
    changes = np.flatnonzero((np.diff(contacts(person), axis=0) != 0).any(1)) + 2
    assert bpy.ops.spr.go_to_contact(which="NEXT") == {"FINISHED"}
    assert scene.frame_current == changes[0]
    scene.frame_set(COUNT + 5)
    assert bpy.ops.spr.go_to_contact(which="PREVIOUS") == {"FINISHED"}
    assert scene.frame_current == changes[-1]


def test_what_has_no_effect_says_why():
    assert idle_feet(Controls(feet=1.0)) == {}
    assert set(idle_feet(Controls(feet=0.0))) == {"path"}
    arms = Controls(feet=1.0, parts=frozenset({"left_arm"}))
    assert "both legs have to be refined" in idle_feet(arms)["hold"]


@pytest.mark.parametrize(
    ("floor", "bears", "free", "asked", "told"),
    [
        (
            Floor(np.array([0.0, 1.0, 0.0]), np.array([0.0])),
            0.9,
            (),
            None,
            "floor found; feet bear in 50% of",
        ),
        (
            Floor(np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.3])),
            0.9,
            (),
            None,
            "floor found at 2 heights; feet",
        ),
        (Floor(np.array([0.0, 1.0, 0.0]), np.array([0.12])), 0.9, None, 0.12, "floor at 0.12 m as set; feet"),
        (None, 0.9, None, None, "no contact found"),
        (
            Floor(np.array([0.0, 1.0, 0.0]), np.array([0.5])),
            0.1,
            (),
            0.5,
            "no foot bears near the floor at 0.50 m",
        ),
        (Floor(np.array([0.0, 1.0, 0.0]), np.array([0.0])), 0.1, (), None, "no contact found"),
    ],
)
def test_the_sentence_of_a_result(floor, bears, free, asked, told):
    contacts = np.zeros((10, 4))
    contacts[:5] = bears
    motion = SimpleNamespace(contacts=contacts, floor=floor, free=free, stepped=False)
    line = feet_line(motion, Controls(floor=asked))  # type: ignore[arg-type]
    assert line.startswith(told)


def test_a_layer_of_edits_stays_above(person):
    assert bpy.ops.spr.add_edit_layer() == {"FINISHED"}
    layer = person.animation_data.action
    set_contacts(person, 1.0)
    before = read_poses(person, FRAMES)
    assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
    assert person.animation_data.action == layer
    assert apart(read_poses(person, FRAMES).rotations, before.rotations).max() > 1.0


def test_controls_and_root_follow(person):
    set_contacts(person, 1.0)
    assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
    plain = read_poses(person, FRAMES)
    set_contacts(person, 0.0)
    assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
    assert bpy.ops.spr.add_ik_controls() == {"FINISHED"}
    assert bpy.ops.spr.add_root_bone() == {"FINISHED"}
    set_contacts(person, 1.0)
    assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
    seen = read_poses(person, FRAMES)
    assert apart(seen.rotations, plain.rotations).max() < 0.5
    np.testing.assert_allclose(seen.pelvis, plain.pelvis, atol=2e-3)


def most_frames_in_a_step(job) -> int:
    """Goes to the job's end, which shows the scene at all frames."""
    shown: list[int] = []
    steps = []
    bpy.app.handlers.frame_change_pre.append(lambda scene, _graph: shown.append(scene.frame_current))
    try:
        while job.running:
            before = len(shown)
            job.advance(0.0)
            steps.append(len(shown) - before)
    finally:
        bpy.app.handlers.frame_change_pre.pop()
    assert job.error == "" and len(shown) >= COUNT
    return max(steps)


def test_with_controls_holding_looks_at_one_frame_a_step(ui, person):
    assert bpy.ops.spr.add_ik_controls() == {"FINISHED"}
    set_contacts(person, 1.0)
    assert most_frames_in_a_step(ui("hold_feet").HoldJob(bpy.context.scene, person)) < 4


def test_with_controls_refining_again_looks_at_one_frame_a_step(ui, refined, scene):
    assert bpy.ops.spr.add_ik_controls() == {"FINISHED"}
    task = ui("refine_pose").SPR_OT_refine_pose._task(SimpleNamespace(), bpy.context)
    write = ui("keep_edits").write_with_edits
    assert most_frames_in_a_step(ui("job").Job(task, lambda found: write(scene, task, found))) < 4


def test_esc_while_controls_are_looked_at_leaves_nothing_behind(ui, person):
    assert bpy.ops.spr.add_ik_controls() == {"FINISHED"}
    set_contacts(person, 1.0)
    before = [block.name for kind in (bpy.data.objects, bpy.data.scenes) for block in kind]
    job = ui("hold_feet").HoldJob(bpy.context.scene, person)
    while job.message != "Reading the motion" or job.fraction < 0.5:
        job.advance(0.0)
    job.cancel()
    assert before == [block.name for kind in (bpy.data.objects, bpy.data.scenes) for block in kind]
