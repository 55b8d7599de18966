"""Through the Blender camera that is added, the refined body lies where the recording's pictures have it."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import numpy as np
import pytest
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector

from addon.formats import filming
from addon.scene import BONE_NAMES
from tests.formats import test_sam3d
from tests.formats.test_filming import FRAMES, SIZE, prompthmr, shot

SAMPLE = Path(__file__).parents[2] / "bundled_model" / "samples" / "sam3dbody" / "img_subj00.npz"
MHR = {9: "L_Hip", 10: "R_Hip", 11: "L_Knee", 12: "R_Knee", 13: "L_Ankle", 14: "R_Ankle", 5: "L_Shoulder",
       6: "R_Shoulder", 7: "L_Elbow", 8: "R_Elbow", 62: "L_Wrist", 41: "R_Wrist"}  # fmt: skip
"""SAM 3D Body's keypoint -> the bone that starts there."""


def _armature() -> bpy.types.Object:
    return next(ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")


def _pixels(names: list[str]) -> np.ndarray:
    """(B, 2) where the bones start in the picture, right and down, as Blender's camera sees them now."""
    scene = bpy.context.scene
    armature = _armature().evaluated_get(bpy.context.evaluated_depsgraph_get())
    size = (scene.render.resolution_x, scene.render.resolution_y)
    heads = [armature.matrix_world @ armature.pose.bones[name].head for name in names]
    places = [world_to_camera_view(scene, scene.camera, Vector(head)) for head in heads]
    return np.array([[x * size[0], (1 - y) * size[1]] for x, y, _ in places])


def _open(path: Path) -> bpy.types.Scene:
    bpy.ops.spr.open_recording(filepath=str(path))
    return bpy.context.scene


@pytest.fixture
def still(enabled):
    """A scene with the real result of an image, refined."""
    scene = _open(SAMPLE)
    bpy.ops.spr.refine_pose()
    return scene


@pytest.fixture
def moving(enabled, tmp_path):
    """A scene with somebody who walks before a moving camera, refined; and what the camera saw."""
    scene = _open(prompthmr(tmp_path, shot()))
    scene.render.fps = 30
    bpy.ops.spr.refine_pose()
    return scene


def _picture(path: Path, size: tuple[int, int]) -> Path:
    image = bpy.data.images.new("made", *size)
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)
    return path


def test_the_refined_body_lies_over_the_real_pictures_keypoints(still):
    assert bpy.ops.spr.add_camera() == {"FINISHED"}
    seen = np.load(SAMPLE)["pred_keypoints_2d"]
    missed = np.linalg.norm(_pixels(list(MHR.values())) - seen[list(MHR)], axis=1)
    assert np.median(missed) < 6.0
    assert missed.max() < 20.0
    assert (still.render.resolution_x, still.render.resolution_y) == (1920, 890)
    assert still.camera.data.lens == pytest.approx(2535.27 / 1920 * 36, abs=0.01)


@pytest.mark.parametrize("rate", [30, 24])
def test_a_moving_camera_is_keyed_and_keeps_the_body_in_its_place(enabled, tmp_path, rate):
    scene = _open(prompthmr(tmp_path, shot()))
    scene.render.fps, scene.spr.match_scene_rate = rate, False
    bpy.ops.spr.refine_pose()
    bpy.ops.spr.add_camera()
    tracks = shot().pixels[:, [0, 15]].reshape(FRAMES, 4).T
    for frame in (1, 13, 29):
        scene.frame_set(frame)
        at = (frame - 1) * 30 / rate
        expected = [np.interp(at, np.arange(FRAMES), track) for track in tracks]
        np.testing.assert_allclose(_pixels(["Pelvis", "Head"]).ravel(), expected, atol=8.0)


def test_the_camera_goes_with_people_who_were_moved(moving):
    bpy.ops.spr.add_camera()
    before = _pixels(list(BONE_NAMES))
    _armature().location, _armature().rotation_euler = (1.0, 2.0, 0.5), (0.1, 0.2, 1.0)
    bpy.context.view_layer.update()
    assert np.abs(_pixels(list(BONE_NAMES)) - before).max() > 50
    bpy.ops.spr.add_camera()
    bpy.context.scene.frame_set(1)
    np.testing.assert_allclose(_pixels(list(BONE_NAMES)), before, atol=0.1)


def test_added_again_it_is_the_same_camera_with_what_the_user_gave_it(still):
    bpy.ops.spr.add_camera()
    camera = still.camera
    camera.data.dof.use_dof = True
    camera.name = "Mine"
    bpy.ops.spr.add_camera()
    assert [ob for ob in bpy.data.objects if ob.type == "CAMERA"] == [camera]
    assert (camera.name, camera.data.dof.use_dof) == ("Mine", True)


def test_the_footage_lies_behind_the_body(still, tmp_path):
    path = _picture(tmp_path / "photo.png", (960, 445))
    assert bpy.ops.spr.open_footage(filepath=str(path)) == {"FINISHED"}
    (shown,) = still.camera.data.background_images
    assert (Path(bpy.path.abspath(shown.image.filepath)), shown.display_depth) == (path, "BACK")
    assert still.camera.data.show_background_images
    assert (still.render.resolution_x, still.render.resolution_y) == (960, 445)
    seen = np.load(SAMPLE)["pred_keypoints_2d"] / 2
    missed = np.linalg.norm(_pixels(list(MHR.values())) - seen[list(MHR)], axis=1)
    assert np.median(missed) < 3.0
    bpy.ops.spr.open_footage(filepath=str(path))
    assert len(still.camera.data.background_images) == 1
    bpy.ops.spr.open_footage(filepath=str(_picture(tmp_path / "other.png", (960, 445))))
    assert [each.image.name for each in still.camera.data.background_images] == ["other.png"]


@pytest.mark.parametrize(("first", "offset"), [(1, 0), (100, 99), (0, -1)])
def test_numbered_pictures_play_from_the_recordings_first_frame(moving, tmp_path, first, offset):
    for number in range(first, first + 5):
        path = _picture(tmp_path / f"shot_{number:04d}.png", (192, 108))
    bpy.ops.spr.open_footage(filepath=str(path))
    bpy.ops.spr.open_footage(filepath=str(path))
    assert len(bpy.data.images) == 1
    user = moving.camera.data.background_images[0].image_user
    assert moving.camera.data.background_images[0].image.source == "SEQUENCE"
    assert (user.frame_start, user.frame_offset, user.frame_duration) == (1, offset, 5)
    assert user.use_auto_refresh


def test_footage_of_another_shape_is_told(still, tmp_path, capfd):
    bpy.ops.spr.open_footage(filepath=str(_picture(tmp_path / "photo.png", (400, 400))))
    assert "The footage is 400 × 400, but the recording was made from 1920 × 890" in capfd.readouterr().out
    assert (still.render.resolution_x, still.render.resolution_y) == (1920, 890)


def test_a_file_that_is_no_picture_is_refused_and_nothing_is_added(still, tmp_path):
    (tmp_path / "photo.png").write_bytes(b"nothing")
    with pytest.raises(RuntimeError, match=r"photo\.png"):
        bpy.ops.spr.open_footage(filepath=str(tmp_path / "photo.png"))
    assert not [ob for ob in bpy.data.objects if ob.type == "CAMERA"]
    assert len(bpy.data.images) == 0


def test_without_a_camera_in_the_file_the_button_says_so(enabled, wave):
    _open(wave)
    assert not bpy.ops.spr.add_camera.poll()
    with pytest.raises(RuntimeError, match="does not hold the camera"):
        bpy.ops.spr.add_camera()


def test_it_can_be_added_before_anybody_is_refined(enabled, tmp_path):
    scene = _open(prompthmr(tmp_path, shot()))
    scene.render.fps = 30
    bpy.ops.spr.add_camera()
    assert (scene.render.resolution_x, scene.render.resolution_y) == SIZE
    assert scene.camera.animation_data.action is not None


@pytest.mark.parametrize(
    ("lens", "told"),
    [
        ({"focal": 1000.0, "middle": (960, 540)}, "19 mm lens, 1920 × 1080, standing still"),
        ({"focal": 1000.0}, "Focal length 1000 pixels, standing still"),
        ({"focal": 1.0, "unit": "diagonals"}, "A usual lens, standing still"),
    ],
)
def test_the_panel_says_what_is_known_of_the_lens(ui, lens, told):
    assert ui("camera").described(filming.still(**lens)) == told


def test_a_lens_that_zooms_is_keyed(enabled, tmp_path):
    """SAM 3D Body guesses a lens for each frame."""
    body = test_sam3d.sample()
    points, frames = body["pred_keypoints_3d"] + body["pred_cam_t"], {}
    for n in range(6):
        pixels = (1000 + 50 * n) * points[:, :2] / points[:, 2:] + [320, 240]
        held = {**body, "pred_keypoints_2d": pixels}
        frames[str(n)] = {"1": {key: np.asarray(value).tolist() for key, value in held.items()}}
    (tmp_path / "estimation.json").write_text(json.dumps({"frames": frames, "fps": 25.0}))
    scene = _open(tmp_path / "estimation.json")
    scene.render.fps = 25
    for _ in range(2):
        bpy.ops.spr.add_camera()
    assert len(bpy.data.actions) == 1
    for frame in (1, 4, 6):
        scene.frame_set(frame)
        assert scene.camera.data.lens == pytest.approx((950 + 50 * frame) / 640 * 36, rel=1e-3)


@pytest.mark.parametrize("operator", ["put_on_floor", "level"])
@pytest.mark.parametrize("shot", ["still", "moving"])
def test_the_camera_comes_along_when_the_person_is_put_on_the_floor(shot, operator, request):
    scene = request.getfixturevalue(shot)
    bpy.ops.spr.add_camera()
    scene.frame_set(5)
    before, lens = _pixels([*MHR.values()]), scene.camera.data.lens
    _armature().location.z += 0.4
    assert getattr(bpy.ops.spr, operator)() == {"FINISHED"}
    scene.frame_set(5)
    np.testing.assert_allclose(_pixels([*MHR.values()]), before, atol=0.5)
    assert scene.camera.data.lens == pytest.approx(lens)
