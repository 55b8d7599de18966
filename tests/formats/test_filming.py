"""The camera that a file tells sees the body where the estimator saw it, after all that is done to both."""

from __future__ import annotations

import json
import pickle
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.kinematics import forward
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.body.skeleton import REST_OFFSETS, REST_PELVIS
from addon.formats.draft import REST_PELVIS_X
from addon.formats.filming import moving, of_matrix, of_pixels, still
from addon.recording import Recording
from tests.formats.bodies import Body, keypoints_of, poses_of, walking
from tests.formats.test_estimators import CAMERA, dumped, phalp, romp_video
from tests.formats.test_sam3d import SAMPLES, sample

FRAMES, FOCAL, SIZE = 40, 1500.0, (1920, 1080)
MIDDLE = np.array([960.0, 540.0])
K = np.array([[FOCAL, 0, 960], [0, FOCAL, 540], [0, 0, 1]])


@dataclass(frozen=True)
class Shot:
    """Somebody who walks in a world with Y up, filmed by a camera that goes along and turns."""

    body: Body
    turns: np.ndarray
    places: np.ndarray

    @property
    def views(self) -> np.ndarray:
        """(T, 4, 4) from the world to the camera."""
        into = np.tile(np.eye(4), (FRAMES, 1, 1))
        into[:, :3, :3] = np.swapaxes(self.turns, -1, -2)
        into[:, :3, 3] = -(into[:, :3, :3] @ self.places[..., None])[..., 0]
        return into

    @property
    def rotations(self) -> np.ndarray:
        """(T, 24, 3, 3) as the camera sees them."""
        rotations = self.body.rotations.copy()
        rotations[:, 0] = self.views[:, :3, :3] @ rotations[:, 0]
        return rotations

    def seen(self, points: np.ndarray) -> np.ndarray:
        """Points (T, …, 3) of the world in the camera."""
        view = self.views
        return np.einsum("tij,t...j->t...i", view[:, :3, :3], points) + view[:, :3, 3].reshape(
            FRAMES, *[1] * (points.ndim - 2), 3
        )

    @property
    def pixels(self) -> np.ndarray:
        """(T, 24, 2) of the joints."""
        local = self.seen(self.body.joints)
        return FOCAL * local[..., :2] / local[..., 2:] + MIDDLE


def shot() -> Shot:
    time = np.arange(FRAMES) / FRAMES
    turns = CAMERA.T @ matrix_from_axis_angle(np.outer(time, [0.05, 0.3, 0.02]) + np.array([0.1, 0.0, 0.0]))
    return Shot(walking(FRAMES), turns, np.array([0.0, 1.4, 6.0]) + np.outer(time, [1.0, 0.1, -0.5]))


def project(recording: Recording, points: np.ndarray, size: tuple[int, int] = SIZE) -> np.ndarray:
    """(T, P, 2) pixels of the first person's points (T, P, 3) through the recording's camera."""
    camera = recording.camera
    assert camera is not None
    rows = np.searchsorted(camera.frame_ids, recording.people[0].frame_ids)
    rows = np.minimum(rows, len(camera.frame_ids) - 1)
    local = np.einsum("tji,tpj->tpi", camera.turns[rows], points - camera.places[rows, None])
    focal = camera.pixels(size)[rows, None, None]
    return focal * local[..., :2] / local[..., 2:] + np.array(size) / 2 + camera.centre


def joints(recording: Recording) -> np.ndarray:
    poses = poses_of(recording)
    return forward(poses.rotations, poses.pelvis, REST_OFFSETS)[0]


def _vectors(rotations: np.ndarray) -> np.ndarray:
    return axis_angle_from_matrix(rotations)


def _smplx(rotations: np.ndarray, pelvis: np.ndarray) -> dict[str, np.ndarray]:
    vectors = _vectors(rotations)
    return {
        "body_pose": vectors[:, 1:22].reshape(FRAMES, 63), "betas": np.zeros((FRAMES, 10)),
        "global_orient": vectors[:, 0], "transl": pelvis - REST_PELVIS_X,
    }  # fmt: skip


def gvhmr(folder: Path, one: Shot, names: str = "smpl_params") -> Path:
    held = {
        f"{names}_global": _smplx(one.body.rotations, one.body.pelvis),
        f"{names}_incam": _smplx(one.rotations, one.seen(one.body.pelvis)),
        "K_fullimg": np.repeat(K[None], FRAMES, 0),
    }
    return dumped(folder / "hmr4d_results.pkl", held)


def genmo(folder: Path, one: Shot) -> Path:
    return gvhmr(folder, one, "body_params")


def prompthmr(folder: Path, one: Shot) -> Path:
    pose = np.zeros((FRAMES, 165))
    pose[:, :66] = _vectors(one.body.rotations)[:, :22].reshape(FRAMES, 66)
    person = {"frames": np.arange(FRAMES), "smplx_world": {
        "pose": pose, "shape": np.zeros((FRAMES, 10)), "trans": one.body.pelvis - REST_PELVIS_X}}  # fmt: skip
    world = {
        "Rcw": one.views[:, :3, :3],
        "Tcw": one.views[:, :3, 3],
        "img_focal": FOCAL,
        "img_center": MIDDLE,
    }
    return dumped(folder / "results.pkl", {"people": {7: person}, "camera": {}, "camera_world": world})


def tram(folder: Path, one: Shot) -> Path:
    (folder / "hps").mkdir()
    held: Any = {
        "pred_rotmat": one.rotations, "pred_trans": one.seen(one.body.pelvis)[:, None] - REST_PELVIS,
        "frame": np.arange(FRAMES), "pred_shape": np.zeros((FRAMES, 10)),
    }  # fmt: skip
    np.save(folder / "hps" / "hps_track_0.npy", held, allow_pickle=True)
    camera: Any = {
        "world_cam_R": one.turns,
        "world_cam_T": one.places,
        "img_focal": FOCAL,
        "img_center": MIDDLE,
    }
    np.save(folder / "camera.npy", camera, allow_pickle=True)
    return folder / "hps" / "hps_track_0.npy"


def human3r(folder: Path, one: Shot) -> Path:
    (folder / "smpl").mkdir()
    first, head = one.views[0], one.seen(one.body.joints[:, 15])
    for n in range(FRAMES):
        vectors = np.zeros((1, 53, 3))
        vectors[0, :22] = _vectors(one.rotations)[n, :22]
        held: Any = {
            "rotvec": vectors, "transl": head[n][None], "smpl_id": np.array([4]), "shape": np.zeros((1, 10)),
            "cam2world": first @ np.linalg.inv(one.views[n]), "intrinsics": K,
        }  # fmt: skip
        np.savez(folder / "smpl" / f"{n:06d}.npz", **held)
    return folder / "smpl" / "000000.npz"


def three_dpw(folder: Path, one: Shot) -> Path:
    held = {
        "poses": [_vectors(one.body.rotations).reshape(FRAMES, 72)], "trans": [one.body.pelvis - REST_PELVIS],
        "betas": [np.zeros(10)], "genders": ["m"], "cam_poses": one.views, "cam_intrinsics": K,
    }  # fmt: skip
    return dumped(folder / "sequence.pkl", held)


def emdb(folder: Path, one: Shot) -> Path:
    vectors = _vectors(one.body.rotations).reshape(FRAMES, 72)
    smpl = {"poses_root": vectors[:, :3], "poses_body": vectors[:, 3:], "betas": np.zeros(10),
            "trans": one.body.pelvis - REST_PELVIS}  # fmt: skip
    held = {"gender": "male", "smpl": smpl, "camera": {"intrinsics": K, "extrinsics": one.views},
            "good_frames_mask": np.arange(FRAMES) > 3}  # fmt: skip
    return dumped(folder / "P1_data.pkl", held)


def slahmr(folder: Path, one: Shot) -> Path:
    """In a world with y down."""
    rotations = one.body.rotations.copy()
    rotations[:, 0] = CAMERA @ rotations[:, 0]
    vectors = _vectors(rotations)
    into = one.views
    np.savez(
        folder / "walk_world_results.npz", root_orient=vectors[None, :, 0],
        pose_body=vectors[None, :, 1:22].reshape(1, FRAMES, 63),
        trans=(one.body.pelvis @ CAMERA.T - REST_PELVIS)[None], betas=np.zeros((1, 16)),
        cam_R=(into[:, :3, :3] @ CAMERA.T)[None], cam_t=into[None, :, :3, 3],
        intrins=[FOCAL, FOCAL, *MIDDLE],
    )  # fmt: skip
    return folder / "walk_world_results.npz"


MOVING = {
    "GVHMR": gvhmr, "GENMO": genmo, "PromptHMR": prompthmr, "TRAM": tram, "Human3R": human3r,
    "3DPW": three_dpw, "EMDB": emdb, "SLAHMR": slahmr,
}  # fmt: skip


@pytest.mark.parametrize("tool", MOVING)
@pytest.mark.parametrize("hints", [{}, {"up": "+z"}, {"keep_height": True}])
def test_a_moving_camera_sees_the_body_where_the_tool_saw_it(tmp_path, tool, hints):
    one = shot()
    recording = formats.read(MOVING[tool](tmp_path, one), **hints)
    camera = recording.camera
    assert camera is not None
    assert (camera.size, camera.moves, camera.unit) == (SIZE, True, "pixels")
    frames = recording.people[0].frame_ids
    np.testing.assert_allclose(project(recording, joints(recording)), one.pixels[frames], atol=0.5)


def test_wham_sees_its_one_body_with_a_usual_lens(tmp_path):
    one = shot()
    track = {
        "pose": _vectors(one.rotations).reshape(FRAMES, 72), "trans": one.seen(one.body.pelvis) - REST_PELVIS,
        "pose_world": _vectors(one.body.rotations).reshape(FRAMES, 72),
        "trans_world": one.body.pelvis - REST_PELVIS,
        "betas": np.zeros((FRAMES, 10)), "frame_ids": np.arange(FRAMES) + 5,
    }  # fmt: skip
    recording = formats.read(dumped(tmp_path / "wham_output.pkl", {0: track}))
    camera = recording.camera
    assert camera is not None
    assert (camera.unit, camera.size) == ("diagonals", None)
    found = project(recording, joints(recording))
    usual = np.hypot(*SIZE) / FOCAL
    np.testing.assert_allclose(found, (one.pixels - MIDDLE) * usual + MIDDLE, atol=0.5)
    assert formats.read(dumped(tmp_path / "wham_output.pkl", {0: track, 1: track})).camera is None


def test_sam_3d_bodys_real_pixels_tell_the_lens_and_the_picture():
    """The file holds neither focal length nor size; its 2D keypoints do."""
    recording = formats.read(SAMPLES / "img_subj00.npz")
    camera = recording.camera
    assert camera is not None
    assert camera.size == (1920, 890)
    assert camera.focal[0] == pytest.approx(2535.27, abs=0.01)
    held = np.load(SAMPLES / "img_subj00.npz")
    names = keypoints_of(recording).names
    pixels = held["pred_keypoints_2d"][[0, 13, 62]]
    wanted = [names.index(name) for name in ("nose", "left_ankle", "left_wrist")]
    found = project(recording, keypoints_of(recording).positions, camera.size)
    np.testing.assert_allclose(found[0, wanted], pixels, atol=0.1)


def test_a_lens_that_zooms_has_a_focal_length_for_each_frame(tmp_path):
    one, frames = sample(), {}
    for n in range(6):
        points = one["pred_keypoints_3d"] + one["pred_cam_t"]
        pixels = (1000 + 50 * n) * points[:, :2] / points[:, 2:] + [320, 240]
        body = {**one, "pred_keypoints_2d": pixels}
        frames[str(n)] = {"1": {key: np.asarray(value).tolist() for key, value in body.items()}}
    (tmp_path / "estimation.json").write_text(json.dumps({"frames": frames, "fps": 25.0}))
    camera = formats.read(tmp_path / "estimation.json").camera
    assert camera is not None
    np.testing.assert_allclose(camera.focal, 1000 + 50 * np.arange(6), rtol=1e-4)
    assert camera.size == (640, 480)
    assert not camera.moves


def test_a_focal_length_alone_is_known_in_pixels_of_a_picture_of_unknown_size(tmp_path):
    np.savez(tmp_path / "image.npz", **sample(), focal_length=1234.0)
    camera = formats.read(tmp_path / "image.npz").camera
    assert camera is not None
    assert (camera.size, camera.focal[0], len(camera.frame_ids)) == (None, 1234.0, 1)
    assert camera.pixels((1920, 1080))[0] == 1234.0


def test_phalps_usual_lens_sees_the_body_where_the_virtual_one_did(tmp_path):
    path, focal = phalp(tmp_path), 5000 / 256 * 1920
    held = pickle.loads(zlib.decompress(path.read_bytes()))  # noqa: S301 - our own fixture
    place = np.array([0.8, -0.3, 6 * focal / np.hypot(*SIZE)])
    for frame in held.values():
        frame["camera"] = [place] * len(frame["camera"])
    recording = formats.read(dumped(path, held, compress=True))
    assert recording.camera is not None
    assert recording.camera.size == SIZE
    hips = place + REST_PELVIS
    wanted = focal * hips[:2] / hips[2] + MIDDLE
    np.testing.assert_allclose(project(recording, joints(recording))[0, 0], wanted, atol=3.0)


def test_romps_lens_is_that_of_the_longer_side(tmp_path):
    camera = formats.read(romp_video(tmp_path)).camera
    assert camera is not None
    assert camera.pixels((1280, 720))[0] == pytest.approx(1280 / 2 / np.tan(np.radians(30)), rel=1e-3)


def test_a_mirror_image_that_was_turned_back_has_no_camera(tmp_path):
    assert formats.read(SAMPLES / "img_subj00.npz", mirror=True).camera is None


def test_a_file_without_a_camera_has_none(tmp_path):
    np.savez(tmp_path / "plain.npz", keypoints=walking(9).layout("smpl24"), layout="smpl24", fps=30.0)
    assert formats.read(tmp_path / "plain.npz").camera is None


@pytest.mark.parametrize(
    "broken",
    [
        {"focal": np.nan}, {"focal": 0.0}, {"focal": []}, {"turns": np.zeros((2, 3, 3))},
        {"turns": np.full((2, 3, 3), np.nan)}, {"places": np.zeros((3, 3))}, {"frame_ids": [1, 1]},
    ],
)  # fmt: skip
def test_what_is_no_camera_is_left_out(broken):
    proper: dict[str, Any] = {
        "frame_ids": [0, 1], "turns": np.tile(np.eye(3), (2, 1, 1)), "places": np.zeros((2, 3)), "focal": 9.0
    }  # fmt: skip
    assert moving(**proper) is not None
    assert moving(**(proper | broken)) is None


@pytest.mark.parametrize("middle", [[np.nan, 1], [0, 0], [1, 2, 3], [1e9, 1e9]])
def test_a_middle_that_is_none_tells_no_size(middle):
    camera = still(100.0, middle=middle)
    assert camera is not None
    assert (camera.size, camera.centre) == (None, (0.0, 0.0))


def test_points_that_are_not_seen_through_a_lens_tell_none():
    random = np.random.default_rng(0)
    points = random.normal(size=(70, 3)) + np.array([0, 0, 8])
    assert of_pixels(points, random.uniform(0, 1000, (70, 2))) is None
    assert of_pixels(points[:3], points[:3, :2]) is None
    assert of_pixels(np.full((70, 3), np.nan), np.zeros((70, 2))) is None
    assert of_matrix(np.zeros((2, 2))) is None
    assert of_matrix("K") is None


def test_a_broken_camera_is_no_reason_to_refuse_the_people(tmp_path):
    held = pickle.loads(prompthmr(tmp_path, shot()).read_bytes())  # noqa: S301 - our own fixture
    held["camera_world"] |= {"Rcw": "nothing", "img_center": [None, {}]}
    recording = formats.read(dumped(tmp_path / "results.pkl", held))
    assert recording.camera is None
    assert recording.people[0].frames == FRAMES
