"""Files that are no human motion though people take them for one: refused by what they contain."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader
from ..parts import part_of_points

_PICTURE = "is a picture; run a pose estimator on it and open its result"
_VIDEO = "is a video; run a pose estimator on it and open its result"
_SCENE = "file; import it into Blender with File > Import, or export BVH instead"
_ARCHIVE = "is an archive; unpack it and open the motion that is in it"
_ROBOT = "is the motion of a robot's joints; choose the human motion it was made from"
_ROBOT_CELLS, _UNIT = (7 + 23, 7 + 29, 8 + 29), 1e-3
"""Root and joints of Unitree's H1 and G1, perhaps with a number in front."""
_NUMBER = re.compile(r"[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?")
_MESH = "is a mesh without motion; choose a motion or 3D keypoint file"
_MAGIC = {
    b"version https://git-lfs": "is a Git LFS pointer instead of the file; fetch that with git lfs pull",
    b"Kaydara FBX": f"is an FBX {_SCENE}",
    b"; FBX": f"is an FBX {_SCENE}",
    b"glTF": f"is a glTF {_SCENE}",
    b"PXR-USDC": f"is a USD {_SCENE}",
    b"#usda": f"is a USD {_SCENE}",
    b"Ogawa": f"is an Alembic {_SCENE}",
    b"Vocaloid Motion Data": "is a MikuMikuDance motion; import it with an add-on for MMD and export BVH",
    b"BLENDER": "is a Blender file; open it with File > Open",
    b"\x28\xb5\x2f\xfd": "is compressed, as .blend files are; open those with File > Open, or unpack it",
    b"7z\xbc\xaf": _ARCHIVE,
    b"Rar!": _ARCHIVE,
    b"\x04\x22\x4d\x18": "is compressed with LZ4; save it with joblib.dump(…, compress=3) or unpack it",
    b"%YAML": "is a Unity file; export the motion as BVH or FBX, and import FBX with File > Import",
    b"animVersion": "holds Maya's animation curves; export the motion as BVH, or as FBX for File > Import",
    b"[Header]": "is an HTR file; export C3D, TRC or BVH from the same program",
    b"#ROSBAG": "is a ROS bag; save the joints' positions as .npz and open that",
    b"ply\n": _MESH,
    b"ply\r\n": _MESH,
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"\x1aE\xdf\xa3": _VIDEO,
    b"%PDF": "is a PDF document; choose the motion that it is about",
}
_FLAT = "holds 2D keypoints of images; lift or triangulate them and open that"
_POSES = ("poses", "pose", "smpl_pose", "smpl_poses", "fullpose", "pose_body", "global_orient", "body_pose")
_FEW, _MANY = 7, 400
"""Fields beside a body's shape, and numbers of a field that only a motion has."""
_HEAD = 400
_TAR = 257
"""Where a tar archive says what it is."""
_DIRECTORY = 1 << 16
"""Bytes at the end of an archive among which the names of its files are."""
_HAND = 21
_FIRST_LINES = 40
_OBJ = re.compile(r"(v|vt|vn|f|o|g|s|l|usemtl|mtllib)\s")
_SECTION = re.compile(r"\[+[\w .\-\"']+\]+")
_BESIDE = {
    "holds the boxes that GVHMR found in the video; open its hmr4d_results.pt": {"bbx_xyxy", "bbx_xys"},
    "holds TRAM's camera; open hps_track_0.npy in the folder hps": {"world_cam_R", "world_cam_T"},
    "holds what WHAM followed in the picture; let it save its results (save_pkl), open wham_output.pkl": {
        "frame_id", "bbox", "keypoints", "features",
    },
}  # fmt: skip
"""What estimators keep beside their results, by the names in it or in the first of its tracks."""
_LISTS = ("annotations", "people", "predictions")


def _by_start(container: Container) -> str | None:
    head = container.head.lstrip()
    if container.head[4:8] == b"ftyp" or (head[:4] == b"RIFF" and head[8:11] == b"AVI"):
        return _VIDEO
    if b"<COLLADA" in head[:_HEAD]:
        return f"is a COLLADA {_SCENE}"
    if b"NaturalPoint" in head[:_HEAD]:
        return "is a Motive take; export it from Motive as CSV, C3D or BVH"
    if container.kind == "binary" and head.startswith(b"PK") and b"xl/" in container.data[-_DIRECTORY:]:
        return "is an Excel workbook; save the sheet with the joints' positions as .csv and open that"
    if container.kind == "binary" and head.startswith(b"PK"):
        return _ARCHIVE
    if container.head[_TAR : _TAR + 5] == b"ustar":
        return _ARCHIVE
    return next((what for start, what in _MAGIC.items() if head.startswith(start)), None)


def _angles(container: Container) -> str | None:
    if container.kind == "text" and b"endheader" in container.head and b"nColumns" in container.head:
        return "holds OpenSim's joint angles or forces; open the .trc with the joints' positions"
    return None


def _scene(container: Container) -> str | None:
    """glTF as JSON."""
    is_scene = (
        container.kind == "json" and container.has("asset", "nodes") and "smpl_bodies" not in container.text
    )
    return f"is a glTF {_SCENE}" if is_scene else None


def _body(container: Container) -> str | None:
    if container.has("v_template", "weights") or container.has("J_regressor", "shapedirs"):
        return "is a body model without motion; give it as your SMPL file, and open a motion here"
    alone = container.kind == "npz" and container.has("betas", "gender") and len(container.fields) < _FEW
    most = max((math.prod(container.shape(str(name))) for name in container.fields), default=0)
    if alone and most < _MANY and not any(container.has(name) for name in _POSES):
        return "holds a body's shape without motion; open the file with the poses beside it"
    return None


def _is_robots_row(line: str) -> bool:
    """Whether a row of numbers starts with a place and a turn of length 1, as Unitree's tables have it."""
    cells = line.split(",")
    if len(cells) not in _ROBOT_CELLS or not all(map(_NUMBER.fullmatch, map(str.strip, cells))):
        return False
    return abs(sum(float(cell) ** 2 for cell in cells[3:7]) - 1.0) < _UNIT


def _robot(container: Container) -> str | None:
    if container.kind == "text" and _is_robots_row(container.lines[0]):
        return _ROBOT
    if container.has("joint_pos", "body_pos_w") or container.has("dof_pos", "root_rot"):
        return _ROBOT
    return None


def _beside(container: Container) -> str | None:
    if container.kind not in ("torch", "pickle", "npy"):
        return None
    first = next(iter(container.fields.values()), None)
    held = [set(one) for one in (container.fields, first) if isinstance(one, Mapping)]
    return next((what for what, names in _BESIDE.items() if any(names <= one for one in held)), None)


def _flat(container: Container) -> str | None:
    """People in images, each with a flat row of x, y and score: COCO, AlphaPose, OpenPose."""
    listed = container.json
    if isinstance(listed, Mapping):
        listed = next((listed[name] for name in _LISTS if name in listed), None)
    if not isinstance(listed, list) or not listed:
        return None
    return _FLAT if all(isinstance(one, Mapping) and _is_flat_person(one) for one in listed[:100]) else None


def _is_flat_point(point: Any) -> bool:
    return isinstance(point, Mapping) and {"x", "y"} <= set(point) and "z" not in point


def _is_flat_person(one: Mapping[str, Any]) -> bool:
    if "pose_keypoints_2d" in one:
        return not one.get("pose_keypoints_3d") and len(one["pose_keypoints_2d"]) > 0
    keypoints = one.get("keypoints")
    flat = isinstance(keypoints, list) and all(isinstance(each, (int, float)) for each in keypoints)
    if keypoints and isinstance(keypoints, list) and all(map(_is_flat_point, keypoints)):
        return not any("3d" in str(name).lower() for name in one)
    return flat and "image_id" in one and "pred_xyz_jts" not in one


def _is_point(value: Any) -> bool:
    return isinstance(value, Mapping) and {"x", "y", "z"} <= set(value)


def _hand_or_face(container: Container) -> str | None:
    """Lists of a hand's or a face's landmarks, as MediaPipe's users save them."""
    listed = container.json
    while isinstance(listed, list) and listed and isinstance(listed[0], list):
        listed = listed[0]
    if not isinstance(listed, list) or not all(map(_is_point, listed)):
        return None
    part = part_of_points(len(listed), container.path.stem) or ("hand" if len(listed) == _HAND else None)
    return f"holds the landmarks of a {part} alone; open the file with the body's" if part else None


def _written(container: Container) -> str | None:
    """Text that people keep beside a motion: a mesh as .obj, settings as .toml or .ini."""
    if container.kind != "text":
        return None
    lines = [line for line in map(str.strip, container.lines[:_FIRST_LINES]) if line and line[0] not in "#;"]
    if lines and all(_OBJ.match(line) for line in lines) and any(line.startswith("v ") for line in lines):
        return _MESH
    if lines and _SECTION.fullmatch(lines[0]) and all(_SECTION.fullmatch(x) or "=" in x for x in lines):
        return "holds settings; choose the motion or 3D keypoint file that they are for"
    return None


_KINDS: tuple[Callable[[Container], str | None], ...] = (
    _by_start, _angles, _robot, _scene, _body, _beside, _flat, _hand_or_face, _written,
)  # fmt: skip


def _what(container: Container) -> str | None:
    return next((what for what in (kind(container) for kind in _KINDS) if what), None)


def recognises(container: Container) -> bool:
    """Pictures, videos, scenes, body models, robot motions, joint angles, 2D keypoints."""
    return _what(container) is not None


def read(container: Container) -> Draft:
    """Always raises FormatError, with what the file is and what is needed."""
    raise FormatError(f"{container.name} {_what(container)}.")


READER = Reader("other file", "other programs", "refused: no human motion", "", recognises, read)
