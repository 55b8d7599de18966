"""The controls in the panel do what their tooltips say."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from addon.scene.colours import display_colour, person_colour
from addon.scene.curves import find_curves
from tests.wave import joints_of_a_wave


@pytest.fixture
def opened(enabled, wave):
    """A scene with the wave open."""
    bpy.ops.spr.open_recording(filepath=str(wave))
    return bpy.context.scene


@pytest.fixture
def controls(opened):
    """The scene's controls."""
    return opened.spr.controls


def _armature(scene=None):
    (armature,) = (ob for ob in (scene or bpy.context.scene).objects if ob.type == "ARMATURE")
    return armature


def _turns(armature, bone: str) -> np.ndarray:
    """(N, 4) keys of a bone's rotation."""
    curves = find_curves(armature)
    path = f'pose.bones["{bone}"].rotation_quaternion'
    return np.array([[key.co.y for key in curves[path, index].keyframe_points] for index in range(4)]).T


def test_the_defaults_are_the_refiners_own_with_feet_held(opened, ui):
    assert ui("controls").controls_of(opened.spr) == ui("job").refiner.Controls(feet=1.0)


def test_every_control_reaches_the_refiner(opened, controls, ui):
    controls.strength, controls.smoothness = 0.5, 2.0
    controls.left_leg = controls.root = False
    controls.use_range, controls.first, controls.last = True, 10, 20
    controls.feet.hold, controls.feet.path = 0.25, "STEPS"
    controls.feet.floor, controls.feet.height = "HEIGHT", 0.5
    asked = ui("controls").controls_of(opened.spr)
    assert (asked.strength, asked.smoothness, asked.frames) == (0.5, 2.0, (10, 20))
    assert (asked.feet, asked.floor, asked.path) == (0.25, 0.5, "steps")
    assert asked.parts == {"spine", "head", "left_arm", "right_arm", "right_leg"}


def test_a_range_of_frames_is_the_animation_of_these_frames(opened, controls):
    controls.use_range, controls.first, controls.last = True, 10, 20
    bpy.ops.spr.refine_pose()
    frames = [key.co.x for key in next(iter(find_curves(_armature()).values())).keyframe_points]
    assert frames == list(range(11, 22))


def test_opening_a_recording_starts_anew_with_its_whole_range(opened, controls, wave):
    controls.use_range, controls.first, controls.start_from = True, 10, "CURRENT"
    bpy.ops.spr.open_recording(filepath=str(wave))
    assert (controls.use_range, controls.first, controls.last) == (False, 0, 59)
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}


def test_parts_that_are_off_stay_in_the_rest_pose(opened, controls):
    controls.left_leg = False
    bpy.ops.spr.refine_pose()
    np.testing.assert_allclose(_turns(_armature(), "L_Knee"), [[1.0, 0, 0, 0]], atol=1e-6)
    assert np.ptp(_turns(_armature(), "L_Elbow"), axis=0).max() > 0.1


def test_refining_again_starts_from_the_original(opened):
    opened.spr.edits.keep = False
    bpy.ops.spr.refine_pose()
    before = _turns(_armature(), "L_Elbow")
    bone = _armature().pose.bones["L_Elbow"]
    bone.rotation_quaternion = (0.0, 1.0, 0.0, 0.0)
    assert bone.keyframe_insert("rotation_quaternion", frame=30)
    bpy.ops.spr.refine_pose()
    np.testing.assert_allclose(_turns(_armature(), "L_Elbow"), before, atol=1e-6)


@pytest.mark.parametrize("held", [False, True])
def test_current_animation_keeps_what_a_person_has_changed(opened, controls, held):
    opened.spr.edits.keep = held
    bpy.ops.spr.refine_pose()
    bone = _armature().pose.bones["Head"]
    bone.rotation_quaternion = (0.9, 0.0, 0.43589, 0.0)
    for frame in range(1, 61):
        assert bone.keyframe_insert("rotation_quaternion", frame=frame)
    changed, other = _turns(_armature(), "Head"), _turns(_armature(), "L_Elbow")
    controls.start_from, controls.strength = "CURRENT", 0.0
    bpy.ops.spr.refine_pose()
    assert np.abs(np.abs(_turns(_armature(), "Head")) - np.abs(changed)).max() < 1e-3
    np.testing.assert_allclose(np.abs(_turns(_armature(), "L_Elbow")), np.abs(other), atol=1e-3)
    controls.strength, controls.head = 1.0, False
    bpy.ops.spr.refine_pose()
    assert np.abs(np.abs(_turns(_armature(), "Head")) - np.abs(changed)).max() < 1e-3


def test_current_animation_follows_the_scenes_own_rate(opened, controls):
    opened.render.fps = 24
    opened.spr.match_scene_rate = False
    bpy.ops.spr.refine_pose()
    before = _turns(_armature(), "L_Elbow")
    opened.render.fps = 30  # the keys stay where they are
    controls.start_from, controls.strength = "CURRENT", 0.0
    opened.render.fps = 24
    bpy.ops.spr.refine_pose()
    np.testing.assert_allclose(np.abs(_turns(_armature(), "L_Elbow")), np.abs(before), atol=0.01)


def test_there_must_be_an_animation_to_start_from(opened, controls, census):
    controls.start_from = "CURRENT"
    before = census()
    with pytest.raises(RuntimeError, match="no refined armature of person 0 to start from"):
        bpy.ops.spr.refine_pose()
    assert census() == before


def test_an_armature_that_lost_its_action_is_one_sentence(opened, controls):
    bpy.ops.spr.refine_pose()
    _armature().animation_data_clear()
    controls.start_from = "CURRENT"
    with pytest.raises(RuntimeError, match="has no action of its own"):
        bpy.ops.spr.refine_pose()


def test_a_range_without_anybody_is_one_sentence(opened, controls, census):
    controls.use_range, controls.first, controls.last = True, 1000, 2000
    before = census()
    with pytest.raises(RuntimeError, match="in frames 0 to 59, but not in frames 1000 to 2000") as caught:
        bpy.ops.spr.refine_pose()
    assert str(caught.value).count("1000") == 1 and census() == before


def test_no_body_part_at_all_is_one_sentence(opened, controls, ui):
    for part in ui("job").refiner.PARTS:
        setattr(controls, part, False)
    with pytest.raises(RuntimeError, match="No body part is chosen"):
        bpy.ops.spr.refine_pose()


def test_somebody_who_is_away_is_hidden_when_asked(enabled, tmp_path):
    path = tmp_path / "away.npz"
    ids = np.r_[0:60, 300:360]
    np.savez(path, keypoints=joints_of_a_wave(120, 60.0), layout="smpl24", fps=60.0, up_axis="y", units="m",
             frame_ids=ids)  # fmt: skip
    bpy.ops.spr.open_recording(filepath=str(path))
    scene = bpy.context.scene
    scene.spr.controls.gaps = "hide"
    bpy.ops.spr.refine_pose()
    seen = []
    for frame in (30, 200, 330):
        scene.frame_set(frame)
        seen.append(_armature().hide_viewport)
    assert seen == [False, True, False]


def test_people_who_are_not_in_the_range_are_left_out(enabled, wave, ui, monkeypatch):
    def read(path, **hints):
        recording = formats.read(path, **hints)
        (one,) = recording.people
        late = replace(one, id="late", frame_ids=one.frame_ids + 500)
        return replace(recording, people=(one, late))

    formats = ui("session").formats
    monkeypatch.setattr(ui("session"), "formats", SimpleNamespace(read=read))
    bpy.ops.spr.open_recording(filepath=str(wave))
    settings = bpy.context.scene.spr
    assert (settings.controls.first, settings.controls.last) == (0, 559)
    settings.controls.use_range, settings.controls.first = True, 505
    bpy.ops.spr.refine_pose()
    armature = _armature()
    assert armature["spr_person"] == "late"
    assert tuple(armature.color) == pytest.approx(person_colour(1))


def test_ticks_stay_when_the_file_is_read_with_another_rate(two_people):
    settings = two_people.spr
    settings.people["1"].chosen = False
    settings.use_fps, settings.fps = True, 30.0
    assert [(one.person_id, one.chosen) for one in settings.people] == [("1", False), ("2", True)]
    assert settings.people["2"].frames == "60 frames (2.0 s)"


def test_all_or_nobody_with_one_click(two_people):
    assert bpy.ops.spr.choose_people(chosen=False) == {"FINISHED"}
    with pytest.raises(RuntimeError, match="Nobody is ticked"):
        bpy.ops.spr.refine_pose()
    bpy.ops.spr.choose_people(chosen=True)
    bpy.ops.spr.refine_pose()
    armatures = sorted(
        (ob["spr_person"], tuple(ob.color)) for ob in two_people.objects if ob.type == "ARMATURE"
    )
    assert [person for person, _ in armatures] == ["1", "2"]
    assert armatures[1][1] == pytest.approx(person_colour(1))


def test_a_chip_has_the_persons_colour(enabled, ui):
    ui("people").chip(1)
    pixels = np.array(ui("icons")._collections[0]["person 1"].image_pixels_float).reshape(-1, 4)
    np.testing.assert_allclose(pixels, np.tile(display_colour(1), (len(pixels), 1)), atol=0.01)


def test_every_control_has_a_tooltip(controls):
    own = [prop for prop in controls.bl_rna.properties if prop.identifier not in ("rna_type", "name")]
    assert len(own) > 10
    assert not [prop.identifier for prop in own if len(prop.description) < 20]


class Layout:
    """As Blender's: what is drawn after a prop without background, in the same layout or within it, has none
    either."""

    def __init__(self, bare: list[str], leaks: bool = False) -> None:
        self.bare, self.leaks = bare, leaks

    def row(self, **_options: object) -> Layout:
        return Layout(self.bare, self.leaks)

    column = split = row

    def prop(self, _owner: object, name: str, emboss: bool = True, **_options: object) -> None:
        if emboss and self.leaks:
            self.bare.append(name)
        self.leaks |= not emboss

    def operator(self, name: str, **_options: object) -> SimpleNamespace:
        self.prop(None, name)
        return SimpleNamespace()

    menu = operator

    def label(self, **_options: object) -> None:
        """Has no background anyway."""


@pytest.mark.parametrize("unfolded", [False, True])
def test_every_control_looks_like_one(enabled, wave, ui, unfolded):
    bpy.ops.spr.open_recording(filepath=str(wave))
    settings, bare = bpy.context.scene.spr, list[str]()
    settings.controls.show_limbs = unfolded
    ui("controls").draw_controls(Layout(bare), settings, lambda _layout, _text: None)
    assert bare == []
