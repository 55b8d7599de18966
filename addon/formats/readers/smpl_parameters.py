"""SMPL parameters under smplx's own names, as many tools save them: `global_orient`, `body_pose`, `transl`.

One file of T frames, or a file per frame: `000000.pkl` …, RICH's `<frame>/<subject>.pkl`, or SMPLify-X's
`results/<image>/000.pkl`, which counts the people of each image anew; GRAB's `body {params}`; a list or a
mapping of frames or tracks, each a person or a list of people, as scripts around HMR and its kin save.
Pickle, joblib, torch, .npz and JSON; vectors or matrices; also under the names of OSX, ExAvatar and LHM.
Sources: vchoutas/smplx body_models.py (names); rich.is.tue.mpg.de (RICH); zju3dv/GVHMR hmr4d/dataset/rich;
vchoutas/smplify-x smplifyx/main.py, fit_single_frame.py; IDEA-Research/OSX main/OSX.py; aigc3d/LHM and
mks0601/ExAvatar_RELEASE (`smplx_params`); fudan-generative-vision/champ scripts/data_processors;
hongsukchoi/VideoMimic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...body.hands import SIDES
from ...body.rotations import matrix_from_axis_angle
from ...body.skeleton import REST_PELVIS
from ...recording import CodedHands, Person
from ...safe_read import FormatError
from ..beside_rows import as_beside
from ..container import Container
from ..draft import NO_PLACE, REST_PELVIS_X, Draft, Reader, matrix_poses, numbers, padded, person
from ..frame_batches import people_apart
from ..hand_poses import MEAN_HAND, PCA_HAND, coded_pair, hand_pair
from ..linking import LINKED, Detections
from ..parameter_tracks import nested_parameters
from ..parameter_trees import TRANS, Found, listed, parameters, told
from ..rates import rate_in, rate_of
from ..rotation_forms import rotation_matrices
from ..timing import timed_beside, timed_frames
from ..tracks import Tracks, folders, series

_PELVIS = "root_transl"
"""HSfM's and VideoMimic's place of the pelvis itself."""
_IMAGE = "camera_translation"
"""What SMPLify-X fits for each person of an image, whose numbers are no ids."""
_UNUSED = {
    "jaw_pose": "face", "expression": "face", "camera_rotation": "camera",
}  # fmt: skip
_LIKELY = ("+y", "+z", "-y")


def recognises(container: Container) -> bool:
    """A root orientation and a body pose, at the top or below."""
    if container.kind == "text":
        return False
    return bool(parameters(container.fields) or listed(container.tree) or nested_parameters(container.tree))


def read(container: Container) -> Draft:
    """One person, or everybody in the frames, folders of frames or tracks. Raises FormatError."""
    nested = nested_parameters(container.tree)
    held = [] if nested else people_apart(listed(container.tree))
    seen = [one for *_, one in nested] or [one.params for one in held]
    params = seen[0] if seen else parameters(container.fields)
    rotations = _rotations(params)
    people, warnings = list[Person](), list[str]()
    if nested:
        people, warnings = _from_frames(nested)
    elif held and len(rotations) > 1:
        people = [_track(one.name, one.params, _rotations(one.params)) for one in held]
    elif held:
        people, warnings = _from_frames(told(held))
    elif len(rotations) > 1:
        people = [_track("0", params, rotations)]
    else:
        people, warnings = _from_frames(_from_files(container))
    unused = dict.fromkeys(what for name, what in _UNUSED.items() if name in params)
    warnings += _told_of_hands(params, people)
    warnings += [f"Not used: {', '.join(unused)}."] if unused else []
    fixed = _place(params) is None
    if fixed:
        warnings.append(NO_PLACE)
    draft = Draft(people, likely_up=_LIKELY, warnings=warnings, camera="-y", floating=fixed)
    stated = rate_in(container.fields) or rate_of(container.tree)
    if not seen:
        return timed_beside(draft, params, len(rotations), stated)
    alone = len(people) == 1 and people[0].frames == len(seen)
    return timed_frames(draft, seen if alone else [], stated)


def _rotations(params: Mapping[str, Any]) -> np.ndarray:
    """(T, 22 | 24, 3, 3) from the root and 21 or 23 joints as vectors, matrices or in other forms."""
    root, body = (numbers(params[name], name) for name in ("global_orient", "body_pose"))
    other = _other_form(root, body)
    if other is not None:
        return other
    root = (
        root.reshape(-1, 1, 3, 3)
        if root.shape[-2:] == (3, 3)
        else matrix_from_axis_angle(root.reshape(-1, 1, 3))
    )
    if body.size == len(root) * 32:
        raise FormatError("body_pose holds VPoser's 32 numbers instead of rotations; decode it first.")
    if body.ndim >= 3 and body.shape[-2:] == (3, 3):
        body = body.reshape(len(root), -1, 3, 3)
    else:
        body = matrix_from_axis_angle(body.reshape(len(root), -1, 3))
    if body.shape[1] not in (21, 23):
        raise FormatError(
            f"body_pose holds {body.shape[1]} joints instead of 21 or 23; export as SMPL or SMPL-X."
        )
    return np.concatenate([root, body], axis=1)


def _other_form(root: np.ndarray, body: np.ndarray) -> np.ndarray | None:
    """The same where each joint has four, six or nine numbers in a row."""
    if root.shape[-1:] not in ((4,), (6,), (9,)) or not root.size:
        return None
    frames = root.size // root.shape[-1]
    if body.size % frames:
        return None
    parts = (root.reshape(frames, -1), body.reshape(frames, -1))
    return rotation_matrices(np.concatenate(parts, axis=1), (22, 24))


def _hands(params: Mapping[str, Any], frames: int) -> np.ndarray | None:
    """(T, 2, 15, 3, 3): vectors as smplx takes them, which adds its mean hand unless the file says that it is
    flat; matrices are whole. None for components and where there are none."""
    pair = [params.get(f"{side}_hand_pose") for side in SIDES]
    found = hand_pair(*pair, from_mean=_from_mean(params))
    return found if found is not None and len(found) == frames else None


def _coded(params: Mapping[str, Any], frames: int) -> CodedHands | None:
    pair = [params.get(f"{side}_hand_pose") for side in SIDES]
    found = coded_pair(*pair, from_mean=_from_mean(params))
    return found if found is not None and len(found.values) == frames else None


def _from_mean(params: Mapping[str, Any]) -> bool:
    return not bool(np.all(params.get("flat_hand_mean", False)))


def _told_of_hands(params: Mapping[str, Any], people: list[Person]) -> list[str]:
    if "left_hand_pose" not in params:
        return []
    shape = np.shape(params["left_hand_pose"])
    if not any(one.poses is not None and one.poses.hands is not None for one in people):
        return [] if shape[-2:] == (3, 3) else [PCA_HAND]
    return [] if shape[-2:] == (3, 3) or params.get("flat_hand_mean") else [MEAN_HAND]


def _person(
    name: str,
    frames: Any,
    params: Mapping[str, Any],
    rotations: np.ndarray,
    hands: np.ndarray | None,
    coded: CodedHands | None,
) -> Person:
    place = _place(params) or "transl"
    shift = numbers(params.get(place, np.zeros((len(rotations), 3))), place).reshape(-1, 3)
    rest = REST_PELVIS_X if rotations.shape[1] == 22 else REST_PELVIS
    poses = matrix_poses(
        padded(rotations),
        shift - rest if place == _PELVIS else shift,
        betas=params.get("betas"),
        gender=params.get("gender", "neutral"),
        rest_pelvis=rest,
    )
    told = None if place == _PELVIS else poses.rest_pelvis
    return person(name, frames, poses=replace(poses, rest_pelvis=told, hands=hands, coded=coded))


def _place(params: Mapping[str, Any]) -> str | None:
    """The name of the translation or of the pelvis' place; None where there is neither."""
    return next((name for name in (*TRANS, _PELVIS) if name in params), None)


def _track(name: str, params: Mapping[str, Any], rotations: np.ndarray) -> Person:
    count = len(rotations)
    one = _person(name, None, params, rotations, _hands(params, count), _coded(params, count))
    return as_beside(one, params, count)


def _from_files(container: Container) -> Found:
    """What a file per frame or a folder per frame holds; people of an image that are counted anew have no
    name."""
    files = folders(container) or [(frame, "0", file) for frame, file in series(container)]
    held = ((frame, name, parameters(file.fields)) for frame, name, file in files)
    return [(frame, None if _IMAGE in params else name, params) for frame, name, params in held if params]


def _from_frames(listed: Found) -> tuple[list[Person], list[str]]:
    """Everybody in (frame, name or None, parameters), and a sentence where people had to be linked."""
    tracks, found = Tracks(), Detections()
    first: CodedHands | None = None
    for frame, name, params in listed:
        rotations = _rotations(params)
        place = _place(params)
        shift = np.zeros(3) if place is None else numbers(params[place], place).reshape(3)
        betas = numbers(params.get("betas", np.zeros(10)), "betas").reshape(-1)
        hands = _hands(params, 1)
        held = {"rotations": rotations[0], place or "transl": shift, "betas": betas}
        held |= {} if hands is None else {"hands": hands[0]}
        coded = _coded(params, 1)
        if coded is not None:
            held["coded"], first = coded.values[0], first or coded
        if name is not None:
            tracks.add(name, frame, **held)
        elif place is None:
            found.add_at(frame, rotations[0].reshape(-1) / np.sqrt(len(rotations[0])), **held)
        else:
            found.add(frame, shift, **held)
    everybody = [*tracks, *found.tracks()]
    people = [
        _person(name, frames, values, values["rotations"], values.get("hands"), _stacked(first, values))
        for name, frames, values in everybody
    ]
    return people, [LINKED] if found.several else []


def _stacked(like: CodedHands | None, values: Mapping[str, np.ndarray]) -> CodedHands | None:
    """Of all frames (T, 2, N), which mean what those of the first do."""
    return None if like is None or "coded" not in values else replace(like, values=values["coded"])


READER = Reader(
    "SMPL parameters",
    "SMPLify-X, RICH, GRAB, OSX, AiOS, ExAvatar, LHM, Champ and tools that save smplx parameters",
    "SMPL, SMPL-H or SMPL-X", ".pkl .npz .npy .pt .json", recognises, read,
)  # fmt: skip
