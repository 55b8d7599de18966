"""The panel tells of hands, and what is asked of them there reaches the armature."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
import pytest

from addon.body.body_model import load_body_model
from addon.body.skeleton import PARENTS
from addon.refiner import Controls, OwnBody, refine
from addon.scene.names import FINGER_BONES
from bundled_model.training.synthetic_hands import LAYOUT, hand_clip
from tests.body.model_files import model_fields, save_npz
from tests.refiner.motion import Truth


class Layout:
    """Notes what is drawn."""

    def __init__(self, drawn: list[str] | None = None) -> None:
        self.drawn = [] if drawn is None else drawn
        self.enabled = True

    def row(self, **_options: Any) -> Layout:
        return Layout(self.drawn)

    def prop(self, _owner: object, name: str, **_options: Any) -> None:
        self.drawn.append(name)


@pytest.fixture
def told(ui):
    """A function that gives what the panel draws of hands, and its sentences."""

    def drawn() -> tuple[list[str], list[str]]:
        layout, said = Layout(), list[str]()
        ui("hands").draw_hands(layout, bpy.context.scene.spr, lambda _layout, text: said.append(text))
        return layout.drawn, said

    return drawn


def _keypoints(path, hidden=()):
    truth = Truth(frames=20)
    clip = hand_clip(truth.rotations, truth.pelvis, truth.bones, 5)
    keypoints = clip.person(0.0, 0.0, np.random.default_rng(0)).keypoints
    places = keypoints.positions.copy()
    for side in hidden:
        places[:, [bool(name) and name.startswith(side) for name in keypoints.hand_points]] = np.nan
    np.savez(path, keypoints=places, layout=LAYOUT, fps=30.0)
    return path


def _smplx(path, width):
    random = np.random.default_rng(0)
    hands = {f"{side}_hand_pose": random.normal(0, 0.5, (20, width)) for side in ("left", "right")}
    np.savez(path, global_orient=np.zeros((20, 3)), body_pose=np.zeros((20, 63)),
             transl=np.zeros((20, 3)), flat_hand_mean=True, **hands)  # fmt: skip
    return path


def _open(path):
    assert bpy.ops.spr.open_recording(filepath=str(path)) == {"FINISHED"}


def _bones():
    armature = next(ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")
    return armature, [name for name in FINGER_BONES if name in armature.data.bones]


@pytest.mark.parametrize(("hidden", "which"), [((), "both hands"), (("left",), "the right hand")])
def test_it_says_which_hands_were_found(enabled, told, tmp_path, hidden, which):
    _open(_keypoints(tmp_path / "hands.npz", hidden))
    assert told() == (["hands", "hand_strength"], [f"Points of {which} found."])


def test_finger_bones_come_on_demand_where_the_file_has_no_hands(enabled, wave, told, ui):
    _open(wave)
    assert told() == (["hands", "hand_strength", "finger_bones"], [ui("hands").NONE_FOUND])
    bpy.ops.spr.refine_pose()
    assert not _bones()[1]
    bpy.context.scene.spr.controls.finger_bones = True
    assert told()[1] == [ui("hands").AT_EASE]
    bpy.ops.spr.refine_pose()
    armature, bones = _bones()
    assert len(bones) == 30
    assert armature.pose.bones["L_Index2"].rotation_quaternion.angle > 0.3


def test_components_ask_for_a_model_file_and_are_decoded_with_it(enabled, told, ui, tmp_path):
    _open(_smplx(tmp_path / "fit.npz", 6))
    assert told()[1] == [ui("hands").CODED]
    bpy.ops.spr.refine_pose()
    assert not _bones()[1]
    random = np.random.default_rng(2)
    more = {f"hands_{kind}{side}": random.normal(0, 0.1, shape)
            for side in "lr" for kind, shape in (("mean", 45), ("components", (45, 45)))}  # fmt: skip
    path = save_npz(tmp_path / "SMPLX_NEUTRAL.npz", model_fields("SMPL-X") | more)
    bpy.context.scene.spr.body.path = str(path)
    assert told()[1] == [ui("hands").FROM_POSES]
    bpy.ops.spr.refine_pose()
    assert len(_bones()[1]) == 30


def test_the_live_preview_stands_on_the_users_own_body(enabled, ui, wave, tmp_path):
    _open(wave)
    scene, live = bpy.context.scene, ui("live")
    scene.spr.live.show = True
    scene.spr.controls.feet.hold = 0.0
    open_body = _previewed(scene, live)
    path = save_npz(tmp_path / "SMPL_NEUTRAL.npz", model_fields(seed=3))
    scene.spr.body.path = str(path)
    own = _previewed(scene, live)
    person = ui("people").chosen_people(scene.spr, ui("preview").shown_recording(scene.spr))[0]
    motion = refine(person, controls=Controls(), body=OwnBody(load_body_model(path)), engine="numpy")
    lengths = np.linalg.norm(motion.bone_offsets, axis=-1)[1:]
    np.testing.assert_allclose(_lengths(own), lengths, atol=1e-6)
    assert np.abs(_lengths(open_body) - lengths).max() > 1e-5
    scene.spr.body.path = ""
    np.testing.assert_allclose(_lengths(_previewed(scene, live)), _lengths(open_body), atol=1e-6)


def _lengths(joints):
    return np.linalg.norm(joints[1:] - joints[list(PARENTS[1:])], axis=-1)


def _previewed(scene, live):
    for _ in range(4000):
        # Until nothing is left to do: between reading and refining the former clip is still shown.
        if not live.advance(scene, 0.05):
            return live._clips["0"].places[10].copy()
    raise AssertionError(live._clips)


@pytest.fixture
def gesturing(enabled, tmp_path):
    """A refined person with hands."""
    _open(_keypoints(tmp_path / "hands.npz"))
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    return _bones()[0]


def _tips(armature):
    """(T, 10, 3) where the fingers end."""
    names = [name for name in FINGER_BONES if name.endswith("3")]
    found = []
    for frame in range(1, 21, 4):
        bpy.context.scene.frame_set(frame)
        posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        found.append([posed.matrix_world @ posed.pose.bones[name].tail for name in names])
    return np.array(found)


@pytest.mark.parametrize("fewer", [False, True])
def test_fingers_stay_through_ik_controls_the_root_bone_and_fewer_keys(gesturing, fewer):
    before = _tips(gesturing)
    assert np.ptp(before - before.mean(1, keepdims=True), axis=0).max() > 0.01
    if fewer:
        assert bpy.ops.spr.reduce_keys() == {"FINISHED"}
        assert np.abs(_tips(gesturing) - before).max() < 0.02
        before = _tips(gesturing)
    for operator in ("add_ik_controls", "add_root_bone", "remove_root_bone", "bake_to_fk"):
        assert getattr(bpy.ops.spr, operator)() == {"FINISHED"}
        assert np.abs(_tips(gesturing) - before).max() < 2e-3


def test_a_finger_that_was_posed_stays_when_refined_again_under_ik_controls(gesturing):
    bone = gesturing.pose.bones["R_Index2"]
    bpy.context.scene.frame_set(9)
    bone.rotation_quaternion = (0.6, 0.8, 0.0, 0.0)
    bone.keyframe_insert("rotation_quaternion", frame=9)
    assert bpy.ops.spr.add_ik_controls() == {"FINISHED"}
    bpy.context.scene.spr.controls.limbs.right_arm.smoothness = 1.5
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    bpy.context.scene.frame_set(9)
    np.testing.assert_allclose(bone.rotation_quaternion, (0.6, 0.8, 0.0, 0.0), atol=0.02)
    assert len(_bones()[1]) == 30
    assert bpy.ops.spr.forget_edits() == {"FINISHED"}
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    bpy.context.scene.frame_set(9)
    assert abs(bone.rotation_quaternion.angle - 2 * np.arccos(0.6)) > 0.1
