"""Files of other programs that people try to open: each refusal says what the file is and what is needed."""

from __future__ import annotations

import json
import pickle
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.safe_read import FormatError
from tests.body import model_files

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
MOT = b"name walk\nnRows=2\nnColumns=3\nendheader\ntime hip_flexion_r knee_angle_r\n0 1 2\n0.1 1 2\n"
BEGINNINGS = {
    "body.obj": (
        b"# Blender\nmtllib body.mtl\no body\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n",
        "mesh without motion",
    ),
    "Config.toml": (
        b"# Pose2Sim\n[project]\nframe_range = []\n[pose]\nmode = 'balanced'\n",
        "holds settings",
    ),
    "hmr4d_results.pt": (LFS, "git lfs pull"),
    "walk.bvh": (LFS, "git lfs pull"),
    "body.fbx": (b"Kaydara FBX Binary  \0\x1a\0" + bytes(200), "FBX file"),
    "text.fbx": (b"; FBX 7.3.0 project file\n", "FBX file"),
    "body.glb": (b"glTF\2\0\0\0" + bytes(50), "glTF"),
    "scene.blend": (b"BLENDER-v405" + bytes(50), "File > Open"),
    "photo.png": (b"\x89PNG\r\n\x1a\n" + bytes(50), "picture"),
    "photo.jpg": (b"\xff\xd8\xff\xe0" + bytes(50), "picture"),
    "clip.mp4": (b"\0\0\0\x18ftypmp42" + bytes(50), "video"),
    "clip.webm": (b"\x1aE\xdf\xa3" + bytes(50), "video"),
    "clip.avi": (b"RIFF\x10\0\0\0AVI LIST" + bytes(50), "video"),
    "01.asf": (b"# AST/ASF file generated using VICON BodyLanguage\n:version 1.10\n", r"\.amc that belongs"),
    "01_01.amc": (b"#!Ml,V1.0\n:FULLY-SPECIFIED\n:DEGREES\n1\nroot 1 2 3 0 0 0\n", r"put the \.asf file"),
    "walk.mot": (MOT, r"\.trc"),
}


@pytest.mark.parametrize("name", list(BEGINNINGS))
def test_files_of_other_programs_are_named(tmp_path, name):
    content, what = BEGINNINGS[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FormatError, match=what) as refusal:
        formats.read(tmp_path / name)
    assert str(refusal.value).startswith(name) and str(refusal.value).endswith(".")


ARCHIVES: dict[str, tuple[dict[str, object], str]] = {
    "robot_stageii": ({"joint_pos": np.zeros((5, 29)), "body_pos_w": np.zeros((5, 30, 3))}, "robot"),
    "shape": ({"gender": "male", "betas": np.zeros(16)}, "shape without motion"),
    "walk_stagei": ({"gender": "male", "betas": np.zeros(16), "markers_latent": np.zeros((5, 3))}, "shape"),
    "SMPL_NEUTRAL": ({"v_template": np.zeros((9, 3)), "weights": np.zeros((9, 24))}, "body model"),
}


@pytest.mark.parametrize("name", list(ARCHIVES))
def test_archives_without_human_motion_are_named(tmp_path, name):
    fields, what = ARCHIVES[name]
    np.savez(tmp_path / f"{name}.npz", **fields)  # type: ignore[arg-type]
    with pytest.raises(FormatError, match=what):
        formats.read(tmp_path / f"{name}.npz")


def test_a_body_model_with_chumpy_inside_is_told_from_a_motion(tmp_path):
    path = model_files.save_pickle(tmp_path / "SMPL_NEUTRAL.pkl", model_files.model_fields())
    with pytest.raises(FormatError, match="give it as your SMPL file"):
        formats.read(path)


def cut(path: Path, part: float = 0.6) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    return path


def builders() -> dict[str, Callable[[Path], Path]]:
    from tests.formats.test_mutations import BUILDERS

    return {name: BUILDERS[name] for name in ("BVH", "TRC", "C3D", "Theia", "table")}


@pytest.mark.parametrize("tool", ["BVH", "TRC", "C3D", "Theia", "table"])
def test_a_file_that_was_cut_off_says_so(tmp_path, tool):
    path = builders()[tool](tmp_path)
    assert not any("cut off" in warning for warning in formats.read(path).warnings)
    assert any("cut off" in warning for warning in formats.read(cut(path)).warnings)


def test_a_skeleton_that_is_no_person_is_told_by_its_names(tmp_path):
    joint = "OFFSET 0 1 0\n CHANNELS 3 Zrotation Xrotation Yrotation\n"
    text = f"HIERARCHY\nROOT Tail\n{{\n {joint} End Site\n {{\n OFFSET 0 1 0\n }}\n}}\n"
    (tmp_path / "cat.bvh").write_text(f"{text}MOTION\nFrames: 1\nFrame Time: 0.03\n0 0 0\n")
    with pytest.raises(FormatError, match="not named as a person's"):
        formats.read(tmp_path / "cat.bvh")


def _hand(folder: Path, name: str) -> Path:
    points = np.cumsum(np.random.default_rng(0).normal(0, 30, (10, 21, 3)), axis=1)
    path = folder / name
    if path.suffix == ".npy":
        np.save(path, points)
    elif path.suffix == ".json":
        frames = [[dict(zip("xyz", map(float, p), strict=True)) for p in frame] for frame in points]
        path.write_text(json.dumps(frames))
    else:
        names = [f"right_hand_{n:04d}_{axis}" for n in range(21) for axis in "xyz"]
        rows = [",".join(f"{value:.3f}" for value in frame.reshape(-1)) for frame in points]
        path.write_text("\n".join([",".join(names), *rows]))
    return path


@pytest.mark.parametrize(
    "name", ["mediapipe_right_hand_3d_xyz.npy", "rtmpose_left_hand_3d_xyz.csv", "clip.json"]
)
def test_a_hand_alone_is_refused_with_the_way_out(tmp_path, name):
    with pytest.raises(FormatError, match=r"hand alone.*open the file with the body's"):
        formats.read(_hand(tmp_path, name))


def test_a_face_alone_is_refused_and_21_points_of_unknown_name_may_be_a_hand(tmp_path):
    np.save(tmp_path / "points.npy", np.random.default_rng(0).normal(0, 50, (10, 478, 3)))
    with pytest.raises(FormatError, match="face alone"):
        formats.read(tmp_path / "points.npy")
    with pytest.raises(FormatError, match=r"kit21 or mmm21.*If they are those of a hand"):
        formats.read(_hand(tmp_path, "clip.npy"))


BESIDE = {
    "hmr4d_results.pt": {"bbx_xyxy": np.zeros((5, 4)), "bbx_xys": np.zeros((5, 3))},
    "hps_track_0.npy": {"world_cam_R": np.zeros((5, 3, 3)), "world_cam_T": np.zeros((5, 3))},
    "wham_output.pkl": {0: {key: np.zeros((5, 3)) for key in ("frame_id", "bbox", "keypoints", "features")}},
}  # fmt: skip


@pytest.mark.parametrize("result", list(BESIDE))
def test_what_estimators_keep_beside_a_result_names_the_result(tmp_path, result):
    (tmp_path / "kept.pth").write_bytes(pickle.dumps(BESIDE[result]))
    with pytest.raises(FormatError, match=f"kept.pth holds .*open .*{re.escape(result)}"):
        formats.read(tmp_path / "kept.pth")


@pytest.mark.parametrize("content", [b"[]", b"{}", pickle.dumps({}), pickle.dumps(defaultdict(dict))])
def test_a_result_without_anybody_says_so(tmp_path, content):
    (tmp_path / "result.pkl").write_bytes(content)
    with pytest.raises(FormatError, match="holds nobody"):
        formats.read(tmp_path / "result.pkl")
