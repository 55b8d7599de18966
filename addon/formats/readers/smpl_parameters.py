"""SMPL parameters under smplx's own names, as many tools save them: `global_orient`, `body_pose`, `transl`.

One file of T frames, or a file per frame: `000000.pkl` …, RICH's `<frame>/<subject>.pkl`, or SMPLify-X's
`results/<image>/000.pkl`, which counts the people of each image anew; GRAB's `body {params}`; a list or a
mapping of frames, each a person or a list of people, as scripts around HMR and its kin save. Pickle, joblib,
torch, .npz and JSON; vectors or matrices; also under OSX's names. Sources: vchoutas/smplx body_models.py
(names); rich.is.tue.mpg.de (RICH); zju3dv/GVHMR hmr4d/dataset/rich; vchoutas/smplify-x smplifyx/main.py,
fit_single_frame.py; IDEA-Research/OSX main/OSX.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...body.hands import SIDES
from ...body.rotations import matrix_from_axis_angle
from ...body.skeleton import REST_PELVIS
from ...recording import CodedHands, Person
from ...safe_read import FormatError, NpzFile
from ..body_frames import IDS, PEOPLE, in_lower_case, only_counted
from ..container import Container
from ..draft import NO_PLACE, REST_PELVIS_X, Draft, Reader, matrix_poses, numbers, padded, person
from ..hand_poses import MEAN_HAND, PCA_HAND, coded_pair, hand_pair
from ..linking import LINKED, Detections
from ..rates import rate_in
from ..tracks import Tracks, folders, series

_NESTS = ("smplx", "smpl", "smplh", "smpl_params", "smplx_params", "params", "pred_smpl_params", "body")
_TRANS = (
    "transl", "trans", "translation", "cam_trans", "pred_cam_t_full", "full_cam_t", "cam_t",
    "camera_translation",
)  # fmt: skip
_IMAGE = "camera_translation"
"""What SMPLify-X fits for each person of an image, whose numbers are no ids."""
_UNUSED = {
    "jaw_pose": "face", "expression": "face", "camera_rotation": "camera",
}  # fmt: skip
_OSX = {
    "smplx_root_pose": "global_orient", "smplx_body_pose": "body_pose", "smplx_shape": "betas",
    "smplx_lhand_pose": "left_hand_pose", "smplx_rhand_pose": "right_hand_pose",
    "smplx_jaw_pose": "jaw_pose", "smplx_expr": "expression", "cam_trans": "transl",
}  # fmt: skip
"""What OSX, AiOS and data sets of sign language made with them call smplx's parameters."""
_ROOT = re.compile(r"(.+[_./])global_orient")
_OF_WORLD, _OF_OTHERS = re.compile("world|global", re.I), re.compile("gt|target|truth|cam", re.I)
_BODY = {(23, 3), (21, 3), (69,), (63,)}
_POSES = ("pose", "poses", "smpl_pose", "smpl_thetas", "theta")
_LIKELY = ("+y", "+z", "-y")


def recognises(container: Container) -> bool:
    """A root orientation and a body pose, at the top or below."""
    return container.kind != "text" and (bool(_parameters(container.fields)) or bool(_listed(container.tree)))


def read(container: Container) -> Draft:
    """One person, or everybody in the frames, folders of frames or tracks. Raises FormatError."""
    listed = _listed(container.tree)
    params = listed[0].params if listed else _parameters(container.fields)
    rotations = _rotations(params)
    people, warnings = [], list[str]()
    if listed and len(rotations) > 1:
        people = [_track(one.name, one.params, _rotations(one.params)) for one in listed]
    elif listed:
        people, warnings = _from_frames(_told(listed))
    elif len(rotations) > 1:
        people = [_track("0", params, rotations)]
    else:
        people, warnings = _from_frames(_from_files(container))
    unused = dict.fromkeys(what for name, what in _UNUSED.items() if name in params)
    warnings += _told_of_hands(params, people)
    warnings += [f"Not used: {', '.join(unused)}."] if unused else []
    fixed = not any(name in params for name in _TRANS)
    if fixed:
        warnings.append(NO_PLACE)
    return Draft(
        people, fps=rate_in(container.fields), likely_up=_LIKELY, warnings=warnings, camera="-y",
        floating=fixed,
    )  # fmt: skip


_Found = list[tuple[int, str | None, Mapping[str, Any]]]


@dataclass(frozen=True)
class _Listed:
    """What a list or mapping holds under a name with a number: one person's parameters, and the id if any."""

    name: str
    number: int
    who: str | None
    params: Mapping[str, Any]


def _told(listed: list[_Listed]) -> _Found:
    """With everybody's id where all have one of their own in each frame, which does not only count them."""
    ids = [(one.number, one.who) for one in listed]
    own = all(who is not None for _, who in ids) and len(set(ids)) == len(ids) and not only_counted(ids)
    return [(one.number, one.who if own else None, one.params) for one in listed]


def _listed(tree: Any) -> list[_Listed]:
    """Everybody in a list or mapping of frames or of tracks; [] where it is none."""
    if isinstance(tree, np.ndarray) and tree.dtype == object:
        tree = tree.tolist()
    held: Iterable[tuple[str, int, Any]]
    if isinstance(tree, list):
        held = ((str(place), place, one) for place, one in enumerate(tree))
    elif isinstance(tree, Mapping) and not isinstance(tree, NpzFile) and not _parameters(tree):
        held = ((str(name), _number(name), one) for name, one in tree.items())
    else:
        return []
    found: list[_Listed] = []
    for name, number, frame in held:
        people = in_lower_case(frame, PEOPLE) if isinstance(frame, Mapping) else frame
        for one in people if isinstance(people, list) else [frame]:
            params = _parameters(one) or _of_pose(one)
            if one is not None and (number < 0 or not params):
                return []
            who = in_lower_case(one, IDS) if isinstance(one, Mapping) else None
            found += [_Listed(name, number, None if who is None else str(who), params)] if params else []
    return found


def _of_pose(fields: Any) -> Mapping[str, Any]:
    """SMPL's 72 numbers of a frame as the root's and the body's."""
    held = fields if isinstance(fields, Mapping) else {}
    name = next((name for name in _POSES if np.size(held.get(name, ())) == 72), None)
    if name is None or not any(each in held for each in _TRANS):
        return {}
    pose = numbers(held[name], name).reshape(1, 72)
    return {**held, "global_orient": pose[:, :3], "body_pose": pose[:, 3:]}


def _number(name: Any) -> int:
    """The last number in a frame's or track's name, -1 where it has none."""
    digits = re.findall(r"\d{1,9}", str(name))
    return int(digits[-1]) if digits else -1


def _parameters(fields: Any) -> Mapping[str, Any]:
    if not isinstance(fields, Mapping):
        return {}
    nested = [fields[name] for name in _NESTS if name in fields]
    deeper = [held["params"] for held in nested if isinstance(held, Mapping) and "params" in held]
    for held in (fields, *nested, *deeper, *_prefixed(fields)):
        if isinstance(held, Mapping) and "global_orient" in held and "body_pose" in held:
            return _placed(held, fields)
        beside = _beside_root(held)
        if beside is not None:
            return _placed({**held, "body_pose": beside}, fields)
        if isinstance(held, Mapping) and "smplx_root_pose" in held and "smplx_body_pose" in held:
            return {_OSX[name]: held[name] for name in held if name in _OSX}
    return {}


def _beside_root(held: Any) -> Any:
    """What lies beside a root's orientation as `poses` and is the rest of the body; None elsewhere."""
    if not isinstance(held, Mapping) or "global_orient" not in held:
        return None
    shapes = {name: tuple(np.shape(held[name])) for name in _POSES if name in held}
    return next((held[name] for name, shape in shapes.items() if {shape[-2:], shape[-1:]} & _BODY), None)


def _prefixed(fields: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Parameters whose names start alike, as `world_global_orient` and `world_body_pose`: those of a world
    before others, those of a camera and of the truth last."""
    roots = [_ROOT.fullmatch(str(name)) for name in fields]
    starts = sorted({found[1] for found in roots if found}, key=_rank)
    shared = {name: fields[name] for name in ("betas", "gender") if name in fields}
    held = [
        shared | {str(name)[len(start) :]: fields[name] for name in fields if str(name).startswith(start)}
        for start in starts
    ]
    return [params for params in held if "body_pose" in params]


def _rank(start: str) -> int:
    return 0 if _OF_WORLD.search(start) else 2 if _OF_OTHERS.search(start) else 1


def _placed(params: Mapping[str, Any], around: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters with the translation that lies around them, where they have none of their own."""
    beside = {name: around[name] for name in _TRANS if name in around and np.shape(around[name])[-1:] == (3,)}
    return params if any(name in params for name in _TRANS) else {**params, **beside}


def _rotations(params: Mapping[str, Any]) -> np.ndarray:
    """(T, 22 | 24, 3, 3) from vectors or matrices of the root and of 21 or 23 joints."""
    root, body = (numbers(params[name], name) for name in ("global_orient", "body_pose"))
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
    if not any(one.poses is not None and one.poses.hands is not None for one in people):
        return [PCA_HAND]
    shape = np.shape(params["left_hand_pose"])
    return [] if shape[-2:] == (3, 3) or params.get("flat_hand_mean") else [MEAN_HAND]


def _person(
    name: str,
    frames: Any,
    params: Mapping[str, Any],
    rotations: np.ndarray,
    hands: np.ndarray | None,
    coded: CodedHands | None,
) -> Person:
    count = len(rotations)
    shift = next((numbers(params[each], each) for each in _TRANS if each in params), np.zeros((count, 3)))
    rest = REST_PELVIS_X if rotations.shape[1] == 22 else REST_PELVIS
    poses = matrix_poses(
        padded(rotations),
        shift.reshape(-1, 3),
        betas=params.get("betas"),
        gender=params.get("gender", "neutral"),
        rest_pelvis=rest,
    )
    return person(name, frames, poses=replace(poses, hands=hands, coded=coded))


def _track(name: str, params: Mapping[str, Any], rotations: np.ndarray) -> Person:
    count = len(rotations)
    return _person(
        name, params.get("frame_ids"), params, rotations, _hands(params, count), _coded(params, count)
    )


def _from_files(container: Container) -> _Found:
    """What a file per frame or a folder per frame holds; people of an image that are counted anew have no
    name."""
    files = folders(container) or [(frame, "0", file) for frame, file in series(container)]
    held = ((frame, name, _parameters(file.fields)) for frame, name, file in files)
    return [(frame, None if _IMAGE in params else name, params) for frame, name, params in held if params]


def _from_frames(listed: _Found) -> tuple[list[Person], list[str]]:
    """Everybody in (frame, name or None, parameters), and a sentence where people had to be linked."""
    tracks, found = Tracks(), Detections()
    first: CodedHands | None = None
    for frame, name, params in listed:
        rotations = _rotations(params)
        shift = next((numbers(params[each], each) for each in _TRANS if each in params), np.zeros(3))
        betas = numbers(params.get("betas", np.zeros(10)), "betas").reshape(-1)
        hands = _hands(params, 1)
        held = {"rotations": rotations[0], "transl": shift.reshape(3), "betas": betas}
        held |= {} if hands is None else {"hands": hands[0]}
        coded = _coded(params, 1)
        if coded is not None:
            held["coded"], first = coded.values[0], first or coded
        if name is None:
            found.add(frame, held["transl"], **held)
        else:
            tracks.add(name, frame, **held)
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
    "SMPL parameters", "SMPLify-X, RICH, GRAB, OSX, AiOS and tools that save smplx parameters",
    "SMPL, SMPL-H or SMPL-X", ".pkl .npz .npy .pt .json", recognises, read,
)  # fmt: skip
