"""Pickles of datasets and world-space methods with SMPL vectors: GLAMR, 3DPW, EMDB, SLAHMR, BEDLAM.

Sources: NVlabs/GLAMR global_recon/run_demo.py (root_trans is the pelvis position, Z up);
eth-ait/aitviewer renderables/smpl.py (3DPW: lists over people); eth-ait/emdb visualize.py; vye16/slahmr
slahmr/optim/output.py (first axis of the arrays = track; track_info.json in the folder above tells ids
and which frames a track has); pixelite1201/BEDLAM data_processing/df_full_body.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...recording import Camera, Person, Poses
from ...safe_read import FormatError
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, numbers, person, smpl_poses, text_of
from ..filming import of_views, told
from ..tracks import Tracks, joined

_CAMERA = ["Not used: camera."]


def _is_glamr(container: Container) -> bool:
    return container.has("person_data") and isinstance(container.fields["person_data"], Mapping)


def _read_glamr(container: Container) -> Draft:
    people = []
    for name, one in container.fields["person_data"].items():
        vectors = joined(one["smpl_orient_world"], one["smpl_pose"])
        turned = smpl_poses(vectors, betas=one.get("smpl_beta"))
        place = numbers(one["root_trans_world"], "root_trans_world").reshape(-1, 3)
        frames = one.get("frames")
        frames = frames if frames is not None and np.size(frames) == len(place) else None
        people.append(person(name, frames, poses=Poses(turned.rotations, place, turned.betas, turned.gender)))
    return Draft(people, up="+z", warnings=_CAMERA)


def _is_3dpw(container: Container) -> bool:
    return container.has("poses", "trans", "cam_poses") and isinstance(container.fields["poses"], list)


def _read_3dpw(container: Container) -> Draft:
    fields = container.fields
    genders = list(fields.get("genders", []))
    people = []
    for place, (vectors, trans) in enumerate(zip(fields["poses"], fields["trans"], strict=True)):
        betas = fields["betas"][place] if place < len(fields.get("betas", [])) else None
        gender = genders[place] if place < len(genders) else "neutral"
        people.append(person(place, poses=smpl_poses(vectors, trans, betas=betas, gender=gender)))
    filmed = of_views(fields["cam_poses"], fields.get("cam_intrinsics"))
    return Draft(people, warnings=[] if filmed else _CAMERA, floating=True, filmed=filmed)


def _is_emdb(container: Container) -> bool:
    params = container.fields.get("smpl")
    return isinstance(params, Mapping) and {"poses_root", "poses_body", "trans"} <= set(params)


def _read_emdb(container: Container) -> Draft:
    params: Any = container.fields["smpl"]
    vectors = joined(params["poses_root"], params["poses_body"])
    gender = container.fields.get("gender", "neutral")
    poses = smpl_poses(vectors, params["trans"], betas=params.get("betas"), gender=gender)
    camera = container.fields.get("camera")
    held = camera if isinstance(camera, Mapping) else {}
    filmed = of_views(held.get("extrinsics"), held.get("intrinsics"))
    people = _good_frames(poses, container.fields.get("good_frames_mask"))
    return Draft(people, warnings=[] if filmed else _CAMERA, floating=True, filmed=filmed)


def _good_frames(poses: Poses, mask: Any) -> list[Person]:
    good = np.asarray(mask).astype(bool).reshape(-1) if mask is not None else np.ones(len(poses.pelvis), bool)
    if len(good) != len(poses.pelvis) or not good.any():
        good = np.ones(len(poses.pelvis), bool)
    kept = replace(poses, rotations=poses.rotations[good], pelvis=poses.pelvis[good])
    return [person(frame_ids=np.flatnonzero(good), poses=kept)]


def _is_slahmr(container: Container) -> bool:
    if not container.has("pose_body", "root_orient", "trans"):
        return False
    if "cam_R" not in container.fields and not container.path.stem.endswith("_results"):
        return False
    return len(container.shape("pose_body")) == 3 and container.shape("pose_body")[2:] == (63,)


def _read_slahmr(container: Container) -> Draft:
    fields = container.fields
    arrays = [numbers(fields[name], name) for name in ("root_orient", "pose_body", "trans")]
    if len({array.shape[:2] for array in arrays}) != 1:
        raise FormatError("The tracks of the SLAHMR result have different lengths; run SLAHMR again.")
    held = _slahmr_tracks(container, *arrays[0].shape[:2])
    betas = numbers(fields["betas"], "betas") if "betas" in fields else np.zeros((len(arrays[0]), 10))
    people = []
    for track, (root, body, trans) in enumerate(zip(*arrays, strict=True)):
        name, seen = held[track]
        seen = seen & np.isfinite(trans).all(-1)
        if seen.any():
            poses = smpl_poses(joined(root[seen], body[seen]), trans[seen], betas=betas[track])
            people.append(person(name, np.flatnonzero(seen), poses=poses))
    filmed = _slahmr_camera(fields)
    unused = [] if filmed or "cam_R" not in fields else _CAMERA
    return Draft(people, up="-y", camera=True, warnings=unused, filmed=filmed)


def _slahmr_camera(fields: Mapping[str, Any]) -> Camera | None:
    """cam_R, cam_t (tracks, T, …) lead from the world to the camera; intrins are fx, fy, and the middle."""
    turns, shifts, lens = (told(fields.get(name)) for name in ("cam_R", "cam_t", "intrins"))
    if turns.ndim != 4 or turns.shape[2:] != (3, 3) or shifts.shape != turns.shape[:3] or lens.size < 4:
        return None
    views = np.tile(np.eye(4), (turns.shape[1], 1, 1))
    views[:, :3, :3], views[:, :3, 3] = turns[0], shifts[0]
    x, y, across, down = lens.reshape(-1)[:4]
    return of_views(views, [[x, 0.0, across], [0.0, y, down], [0.0, 0.0, 1.0]])


def _slahmr_tracks(container: Container, tracks: int, frames: int) -> list[tuple[str, np.ndarray]]:
    """(id, (T,) from its first to its last visible frame) of each track, as track_info.json tells."""
    held = [(str(track), np.ones(frames, bool)) for track in range(tracks)]
    for folder in (container.path.parent.parent, container.path.parent):
        path = folder / "track_info.json"
        told = Container(path).fields.get("tracks") if path.is_file() else None
        for name, one in told.items() if isinstance(told, Mapping) else ():
            mask = np.asarray(one.get("vis_mask", []), dtype=float).reshape(-1) > 0
            place = one.get("index")
            if isinstance(place, int) and 0 <= place < tracks:
                range_ = np.ones(frames, bool)
                if len(mask) == frames and mask.any():
                    visible = np.flatnonzero(mask)
                    range_ = (np.arange(frames) >= visible[0]) & (np.arange(frames) <= visible[-1])
                held[place] = (str(name), range_)
    return held


def _is_bedlam(container: Container) -> bool:
    return container.has("imgname", "pose_world", "trans_world", "sub")


def _read_bedlam(container: Container) -> Draft:
    """Rows of all people of a scene; `sub` names the person, the image its sequence and frame.

    The published labels are of every fifth frame of a rendering at 30 frames a second.
    """
    fields = container.fields
    subjects = [text_of(name) for name in np.asarray(fields["sub"]).reshape(-1)]
    images = [text_of(name) for name in np.asarray(fields["imgname"]).reshape(-1)]
    names = ("pose_world", "trans_world", *(["shape"] if "shape" in fields else []))
    values = {name: numbers(fields[name], name) for name in names}
    frames, step = _bedlam_frames(images)
    several = len({image.rpartition("/")[0] for image in images}) > 1
    tracks = Tracks()
    for row, (subject, image) in enumerate(zip(subjects, images, strict=True)):
        sequence = image.rpartition("/")[0].rpartition("/")[2]
        name = f"{sequence} {subject}" if several else subject
        tracks.add(name, frames[row], **{key: value[row] for key, value in values.items()})
    people = [
        person(name, ids, poses=smpl_poses(
            v["pose_world"], v["trans_world"], betas=v.get("shape"), rest_pelvis=REST_PELVIS_X))
        for name, ids, v in tracks
    ]  # fmt: skip
    warnings = _CAMERA
    return Draft(people, up="+y", usual_fps=30.0 / step, warnings=warnings)


def _bedlam_frames(images: list[str]) -> tuple[list[int], int]:
    """Frame numbers, counted in steps of the labels, and the step in frames of the rendering."""
    last = [re.findall(r"\d+", image.rpartition("/")[2]) for image in images]
    if not all(last):
        order = {name: frame for frame, name in enumerate(sorted(set(images)))}
        return [order[image] for image in images], 1
    numbered = np.array([int(digits[-1]) for digits in last])
    step = max(int(np.gcd.reduce(numbered - numbered.min())), 1)
    return ((numbered - numbered.min()) // step).tolist(), step


GLAMR = Reader("GLAMR", "GLAMR", "SMPL per person, Z up", "*_seed1.pkl", _is_glamr, _read_glamr)
THREE_DPW = Reader("3DPW", "3DPW", "SMPL per person", ".pkl", _is_3dpw, _read_3dpw)
EMDB = Reader("EMDB", "EMDB", "SMPL of one person", "*_data.pkl", _is_emdb, _read_emdb)
BEDLAM = Reader("BEDLAM", "BEDLAM", "SMPL-X per person, Y up", ".npz", _is_bedlam, _read_bedlam)
SLAHMR = Reader("SLAHMR", "SLAHMR", "SMPL-H per track", "*_world_results.npz", _is_slahmr, _read_slahmr)
