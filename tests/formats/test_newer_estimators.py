"""Results of newer estimators and of users' own containers, laid out as each writer leaves them.

Each builder follows the tool's source (named in the reader), not our reader.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.points import POINT_INDEX
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_PELVIS
from addon.formats.draft import REST_PELVIS_X
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, keypoints_of, poses_of, walking
from tests.formats.test_estimator_variants import assert_walks
from tests.formats.test_estimators import CAMERA, FRAMES, dumped, matrices, turned

Z_UP = FROM_Y_UP["+z"]


def genmo(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    block = {"body_pose": vectors[:, 1:22].reshape(FRAMES, 63), "betas": np.zeros((FRAMES, 10)),
             "global_orient": vectors[:, 0], "transl": pelvis - REST_PELVIS_X}  # fmt: skip
    held = {"body_params_global": block, "body_params_incam": block, "K_fullimg": np.eye(3)}
    return dumped(folder / "smpl_params.pt", held)


def mosh(folder: Path) -> Path:
    """MoSh++'s own pickle: SMPL-X's 55 rotations in one array, the rate among the details."""
    vectors, pelvis = turned(walking(FRAMES), Z_UP)
    full = np.zeros((FRAMES, 165))
    full[:, :66] = vectors[:, :22].reshape(FRAMES, 66)
    return dumped(folder / "walk_stageii.pkl", {
        "fullpose": full, "trans": pelvis - REST_PELVIS_X, "betas": np.zeros(300), "gender": "female",
        "surface_model_type": "smplx", "markers_obs": np.zeros((FRAMES, 41, 3), np.float32),
        "labels_obs": [["LFHD"] * 41] * FRAMES, "latent_labels": ["LFHD"] * 41,
        "stageii_debug_details": {"mocap_frame_rate": 120.0, "stageii_elapsed_time": 9.0},
    })  # fmt: skip


def xrmocap(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    np.savez_compressed(folder / "smpl_0.npz", fullpose=vectors, transl=pelvis - REST_PELVIS, gender="male",
                        betas=np.zeros((FRAMES, 10)), mask=np.ones(FRAMES, np.uint8))  # fmt: skip
    return folder / "smpl_0.npz"


def interhuman(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), Z_UP)

    def one(aside: float) -> dict[str, Any]:
        trans = (pelvis - REST_PELVIS + [aside, 0, 0]).astype(np.float32)
        return {"trans": trans, "root_orient": vectors[:, 0], "betas": np.zeros(10), "gender": "male",
                "pose_body": vectors[:, 1:22].reshape(FRAMES, 63)}  # fmt: skip

    held = {"mocap_framerate": 59.94, "frames": FRAMES, "person1": one(0.0), "person2": one(1.0)}
    return dumped(folder / "1.pkl", held)


def frankmocap(folder: Path) -> Path:
    vectors, _ = turned(walking(FRAMES), CAMERA)
    (folder / "mocap").mkdir()
    for n in range(FRAMES):
        one = {"pred_body_pose": vectors[n].reshape(1, 72), "pred_betas": np.zeros((1, 10)),
               "pred_rotmat": np.zeros((1, 24, 3, 3)), "pred_camera": np.array([0.9, 0.01, 0.05]),
               "pred_joints_img": np.zeros((49, 3)), "bbox_scale_ratio": 0.5}  # fmt: skip
        held = OrderedDict(demo_type="body", smpl_type="smpl", image_path=f"video/{n:05d}.jpg",
                           body_bbox_list=[np.array([100, 40, 200, 400])], hand_bbox_list=[None],
                           pred_output_list=[one])  # fmt: skip
        dumped(folder / "mocap" / f"{n:05d}_prediction_result.pkl", held)
    return folder / "mocap" / "00007_prediction_result.pkl"


def smplify_x(folder: Path) -> Path:
    """A folder per image, in it a file per person without a track id."""
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    for n in range(FRAMES):
        image = folder / "results" / f"frame_{n + 1030:05d}"
        image.mkdir(parents=True)
        dumped(image / "000.pkl", {
            "camera_rotation": np.eye(3)[None], "camera_translation": (pelvis[n] - REST_PELVIS_X)[None],
            "global_orient": vectors[n, :1], "body_pose": vectors[n, 1:22].reshape(1, 63),
            "betas": np.zeros((1, 10)), "left_hand_pose": np.zeros((1, 12)),
        })  # fmt: skip
    return folder / "results" / "frame_01031" / "000.pkl"


def stacked_easymocap(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), Z_UP)
    root = Z_UP @ walking(FRAMES).rotations[:, 0]
    poses = vectors.reshape(FRAMES, 72).copy()
    poses[:, :3] = 0
    shift = pelvis - root @ REST_PELVIS
    held = {"poses": poses, "Rh": vectors[:, 0], "Th": shift, "shapes": np.zeros((1, 10))}
    return dumped(folder / "M001P001A001R001.pkl", held)


def hy_motion(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    poses = np.zeros((FRAMES, 156))
    poses[:, :66] = vectors[:, :22].reshape(FRAMES, 66)
    np.savez(folder / "20260101_000.npz", poses=poses, trans=pelvis - REST_PELVIS, Rh=vectors[:, 0],
             betas=np.zeros((1, 16)), gender=np.array(["neutral"]))  # fmt: skip
    return folder / "20260101_000.npz"


def comfyui_hy_motion(folder: Path, kind: str = "interleaved") -> Path:
    body = walking(FRAMES)
    two = body.rotations[:, :22, :, :2]
    six = {
        "interleaved": two.reshape(FRAMES, 22, 6),
        "columns": np.swapaxes(two, -1, -2).reshape(FRAMES, 22, 6),
        "rows": body.rotations[:, :22, :2].reshape(FRAMES, 22, 6),
    }[kind]
    np.savez(folder / "motion_000.npz", keypoints3d=np.pad(body.joints[:, :22], ((0, 0), (0, 30), (0, 0))),
             rot6d=six, transl=body.pelvis - REST_PELVIS, root_rotations_mat=body.rotations[:, 0],
             text="walk", duration=1.3, seed=1)  # fmt: skip
    return folder / "motion_000.npz"


def human3r(folder: Path) -> Path:
    """The camera moves a metre to the right while it films; transl is the head."""
    body = walking(FRAMES)
    (folder / "smpl").mkdir()
    for n in range(FRAMES):
        camera = np.eye(4)
        camera[0, 3] = n / FRAMES
        vectors = np.zeros((1, 53, 3))
        vectors[0, :22] = turned(body, CAMERA)[0][n, :22]
        head = (body.joints[n, 15] - [0, 1, 5]) @ CAMERA.T - camera[:3, 3]
        held: Any = {"rotvec": vectors, "transl": head[None], "smpl_id": np.array([4]), "mask": None,
                     "shape": np.zeros((1, 10)), "expression": np.zeros((1, 10)), "cam2world": camera,
                     "scores": np.ones(1), "intrinsics": np.eye(3)}  # fmt: skip
        np.savez(folder / "smpl" / f"{n:06d}.npz", **held)
    return folder / "smpl" / "000000.npz"


def motion_streamer(folder: Path) -> Path:
    """272 numbers: the root's speed and the change of heading, joints and rotations without heading."""
    body = walking(FRAMES)
    heading = -np.arctan2(body.rotations[:, 0, 0, 2], body.rotations[:, 0, 2, 2])
    unturn = matrix_from_axis_angle(np.outer(heading, [0.0, 1.0, 0.0]))
    steps = unturn[1:] @ np.swapaxes(unturn[:-1], -1, -2)
    joints = body.joints[:, :22] - [body.pelvis[0, 0], 0, body.pelvis[0, 2]]
    speed = (unturn[:-1] @ np.diff(joints[:, 0], axis=0)[..., None])[..., 0]
    local = joints - joints[:, :1] * [1, 0, 1]
    rotations = body.rotations[:, :22].copy()
    rotations[:, 0] = unturn @ rotations[:, 0]
    values = np.zeros((FRAMES, 272))
    values[0, [2, 6]] = 1
    values[1:, :2] = speed[:, [0, 2]]
    values[1:, 2:8] = steps[:, :2].reshape(-1, 6)
    values[:, 8:74] = (local @ np.swapaxes(unturn, -1, -2)).reshape(FRAMES, 66)
    values[:, 140:272] = rotations[:, :, :2].reshape(FRAMES, 132)
    np.save(folder / "000000.npy", values)
    return folder / "000000.npy"


def opencap_mono(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    trans = pelvis - REST_PELVIS
    flat = vectors.reshape(FRAMES, 72)
    return dumped(folder / "walk_optimized.pkl", {"0": {
        "pose_world": flat, "pose": flat, "trans_world": trans, "trans": trans,
        "betas": np.zeros((FRAMES, 10)), "verts": None, "joints": np.zeros((FRAMES, 25, 3)), "faces": None,
        "frame_ids": np.arange(FRAMES), "n_frames": FRAMES, "n_vertices": 6890, "trial_name": "walk",
        "optimization_type": "mono_optimized", "cam_R": None, "cam_T": None}})  # fmt: skip


def inter_x(folder: Path) -> Path:
    """P1.npz of two people: AMASS' split keys with a row per joint."""
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    np.savez(folder / "P1.npz", root_orient=vectors[:, 0], pose_body=vectors[:, 1:22], gender="female",
             trans=pelvis - REST_PELVIS_X, betas=np.zeros(10), pose_lhand=np.zeros((FRAMES, 15, 3)),
             pose_rhand=np.zeros((FRAMES, 15, 3)))  # fmt: skip
    return folder / "P1.npz"


def grab(folder: Path) -> Path:
    """GRAB's sequences: the body's parameters two levels down, beside those of the object."""
    vectors, pelvis = turned(walking(FRAMES), Z_UP)
    params = {"transl": pelvis - REST_PELVIS_X, "global_orient": vectors[:, 0],
              "body_pose": vectors[:, 1:22].reshape(FRAMES, 63), "fullpose": np.zeros(165)}  # fmt: skip
    body: Any = {"params": params, "vtemp": "tools/subject_meshes/male/s1.ply"}
    held: Any = {"gender": "male", "sbj_id": "s1", "framerate": 120.0, "n_comps": 24, "body": body}
    np.savez(folder / "airplane_fly_1.npz", **held)
    return folder / "airplane_fly_1.npz"


def smpl_array(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    rows = np.concatenate([vectors.reshape(FRAMES, 72), pelvis - REST_PELVIS, np.zeros((FRAMES, 10))], axis=1)
    np.save(folder / "walk.npy", rows.astype(np.float32))
    return folder / "walk.npy"


TOOLS: dict[str, tuple[Any, str, str]] = {
    "GENMO": (genmo, "GVHMR", "+y"), "MoSh++": (mosh, "AMASS npz", "+z"),
    "XRMoCap": (xrmocap, "AMASS npz", "+y"), "InterHuman": (interhuman, "InterHuman", "+z"),
    "FrankMocap": (frankmocap, "FrankMocap", "-y"), "SMPLify-X": (smplify_x, "SMPL parameters", "-y"),
    "EasyMocap clip": (stacked_easymocap, "EasyMocap", "+z"), "HY-Motion": (hy_motion, "HY-Motion", "+y"),
    "HY-Motion in ComfyUI": (comfyui_hy_motion, "HY-Motion", "+y"), "Human3R": (human3r, "Human3R", "-y"),
    "MotionStreamer": (motion_streamer, "HumanML3D", "+y"), "OpenCap Monocular": (opencap_mono, "WHAM", "+y"),
    "SMPL array": (smpl_array, "SMPL array", "+y"), "Inter-X": (inter_x, "AMASS npz", "+y"),
    "GRAB": (grab, "SMPL parameters", "+z"),
}  # fmt: skip
RATES = {"MoSh++": 120.0, "InterHuman": 59.94, "GRAB": 120.0}
"""Of the tools whose files hold one."""
BUILDERS = {name: build for name, (build, *_) in TOOLS.items()}


@pytest.mark.parametrize("tool", list(TOOLS))
def test_the_body_stands_as_it_did(tmp_path, tool):
    build, name, up = TOOLS[tool]
    recording = formats.read(build(tmp_path))
    assert recording.format == name and recording.up.value == up
    assert recording.fps.value == RATES.get(tool, 30.0)
    assert recording.fps.how == ("stated" if tool in RATES else "assumed")
    assert recording.people[0].frames == FRAMES
    assert recording.people[0].frame_ids[0] == (1030 if tool == "SMPLify-X" else 0)
    body, poses = walking(FRAMES, heading=0.0 if tool == "MotionStreamer" else 0.4), poses_of(recording)
    np.testing.assert_allclose(poses.rotations[:, :22], body.rotations[:, :22], atol=1e-4)
    if tool != "FrankMocap":
        moved = poses.pelvis - poses.pelvis[0]
        np.testing.assert_allclose(moved, body.pelvis - body.pelvis[0], atol=1e-3)


@pytest.mark.parametrize("tool", ["GENMO", "MoSh++", "XRMoCap", "EasyMocap clip", "HY-Motion", "SMPL array"])
def test_the_body_stands_where_it_did(tmp_path, tool):
    assert_walks(formats.read(TOOLS[tool][0](tmp_path)))


def test_interhuman_has_two_people(tmp_path):
    recording = formats.read(interhuman(tmp_path))
    assert [one.id for one in recording.people] == ["1", "2"]
    apart = poses_of(recording, 1).pelvis - poses_of(recording, 0).pelvis
    np.testing.assert_allclose(apart, np.broadcast_to([1.0, 0, 0], apart.shape), atol=1e-5)


def test_frankmocap_has_no_place_and_says_so(tmp_path):
    recording = formats.read(frankmocap(tmp_path))
    assert any("no translation" in warning for warning in recording.warnings)
    with pytest.raises(FormatError, match="hands without a body"):
        formats.read(dumped(tmp_path / "hand.pkl", {
            "image_path": "a.jpg", "pred_output_list": [{"pred_hand_pose": np.zeros((1, 48))}]}))  # fmt: skip


def test_a_folder_of_folders_of_images_is_opened_as_one_clip(tmp_path):
    smplify_x(tmp_path)
    recording = formats.read(tmp_path / "results")
    assert recording.people[0].frames == FRAMES and recording.people[0].frame_ids[0] == 1030


def test_a_series_in_a_numbered_folder_stays_a_series(tmp_path):
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    for take in (1, 2):
        (tmp_path / f"take_{take:02d}").mkdir()
        for n in range(FRAMES):
            dumped(tmp_path / f"take_{take:02d}" / f"{n:03d}.pkl", {
                "transl": (pelvis[n] - REST_PELVIS_X)[None], "global_orient": vectors[n, :1],
                "body_pose": vectors[n, 1:22].reshape(1, 63)})  # fmt: skip
    recording = formats.read(tmp_path / "take_01" / "005.pkl")
    assert len(recording.people) == 1 and recording.people[0].frames == FRAMES
    assert_walks(recording)


def test_xrmocaps_mask_leaves_frames_out(tmp_path):
    path = xrmocap(tmp_path)
    held = dict(np.load(path))
    held["mask"][5:9] = 0
    np.savez(path, **held)
    assert formats.read(path).people[0].frames == FRAMES - 4


@pytest.mark.parametrize(
    ("convention", "layout"),
    [("smpl", "smpl24"), ("coco", "coco17"), ("h36m", "hybrik17"), ("h36m_mmpose", "h36m17")],
)
def test_xrmocaps_keypoints_are_of_everybody(tmp_path, convention, layout):
    points, apart = walking(FRAMES).layout(layout), np.array([1.0, 0, 0])
    both = np.stack([points, points + apart], axis=1)
    values = np.concatenate([both, np.ones((*both.shape[:3], 1))], axis=-1)
    mask = np.ones(both.shape[:3], np.uint8)
    mask[:7, 1] = 0
    np.savez(tmp_path / "keypoints3d.npz", keypoints=values, mask=mask, convention=convention)
    recording = formats.read(tmp_path / "keypoints3d.npz")
    assert [(one.frames, int(one.frame_ids[0])) for one in recording.people] == [(FRAMES, 0), (FRAMES - 7, 7)]
    assert keypoints_of(recording).layout == layout
    np.testing.assert_allclose(keypoints_of(recording, 1).positions, points[7:] + apart, atol=1e-6)


def test_xrmocaps_human_data_has_a_detectors_hips_beside_smpls_joints(tmp_path):
    body = walking(FRAMES)
    values = np.zeros((FRAMES, 1, 190, 4))
    values[:, 0, :22, :3] = body.joints[:, :22]
    names = {55: "nose", 60: "left_big_toe", 65: "right_heel", 144: "coco_right_hip", 145: "coco_left_hip"}
    for place, name in names.items():
        values[:, 0, place, :3] = body.points[:, POINT_INDEX[name]]
    held = [*range(22), *names]
    values[:, 0, held, 3] = 1
    np.savez(tmp_path / "keypoints3d.npz", keypoints=values, mask=values[..., 3].astype(np.uint8),
             convention="human_data")  # fmt: skip
    keypoints = keypoints_of(formats.read(tmp_path / "keypoints3d.npz"))
    seen = {name: n for n, name in enumerate(keypoints.canonical) if keypoints.confidence[:, n].any()}
    assert {*JOINT_NAMES[:22], *names.values()} == set(seen)
    np.testing.assert_allclose(keypoints.positions[:, seen["coco_left_hip"]],
                               body.points[:, POINT_INDEX["coco_left_hip"]], atol=1e-6)  # fmt: skip


def test_keypoints_of_several_people_in_an_unknown_order_ask_for_it(tmp_path):
    np.savez(tmp_path / "keypoints3d.npz", keypoints=np.random.default_rng(0).random((9, 2, 31, 4)),
             convention="own")  # fmt: skip
    with pytest.raises(FormatError, match="order 'own' of 31 keypoints is not known"):
        formats.read(tmp_path / "keypoints3d.npz")


def test_smplxs_stands_where_smplx_stands(tmp_path):
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    places = {}
    for version, name in ((2, "SMPL-X"), (7, "SMPLXS"), (6, "SMIL"), (0, "SMPL")):
        with (tmp_path / f"{version}.smpl").open("wb") as stream:
            np.savez(stream, codecVersion=np.int32(2), smplVersion=np.int32(version), gender=np.int32(0),
                     frameCount=np.int32(FRAMES), frameRate=np.float32(30), bodyPose=vectors[:, :22],
                     bodyTranslation=pelvis)  # fmt: skip
        recording = formats.read(tmp_path / f"{version}.smpl")
        assert name in recording.tool
        places[name] = poses_of(recording).pelvis
    np.testing.assert_allclose(places["SMPLXS"], places["SMPL-X"])
    np.testing.assert_allclose(places["SMIL"], places["SMPL"])


@pytest.mark.parametrize("kind", ["interleaved", "columns", "rows"])
def test_hy_motions_six_numbers_are_read_as_the_root_shows(tmp_path, kind):
    recording = formats.read(comfyui_hy_motion(tmp_path, kind))
    body = walking(FRAMES)
    np.testing.assert_allclose(poses_of(recording).rotations[:, :22], body.rotations[:, :22], atol=1e-6)
    np.testing.assert_allclose(keypoints_of(recording).positions, body.joints[:, :22], atol=1e-6)


def test_hy_motions_root_may_lie_in_rh_alone(tmp_path):
    path = hy_motion(tmp_path)
    held = dict(np.load(path))
    held["poses"][:, :3] = 0
    np.savez(path, **held)
    assert_walks(formats.read(path))


def test_human3r_brings_tracks_to_the_world(tmp_path):
    recording = formats.read(human3r(tmp_path))
    assert [one.id for one in recording.people] == ["4"]


def test_motion_streamers_joints_are_where_the_body_is(tmp_path):
    """The first frame looks along +z, whatever the heading was."""
    joints = keypoints_of(formats.read(motion_streamer(tmp_path))).positions
    body = walking(FRAMES, heading=0.0).joints[:, :22]
    np.testing.assert_allclose(joints, body - body[0, 0] * [1, 0, 1], atol=1e-6)


def test_a_camera_only_result_of_hmr_keeps_matrices(tmp_path):
    held = {"global_orient": matrices(walking(FRAMES), CAMERA)[:, :1],
            "body_pose": matrices(walking(FRAMES), CAMERA)[:, 1:24]}  # fmt: skip
    recording = formats.read(dumped(tmp_path / "hmr.pkl", held))
    assert recording.format == "SMPL parameters" and recording.up.value == "-y"
