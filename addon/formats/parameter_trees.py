"""Where SMPL's parameters lie in files: at the top or below, under longer names, in lists of frames."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..safe_read import NpzFile
from .body_frames import IDS, PEOPLE, in_lower_case, only_counted
from .draft import numbers
from .of_world import of_world, rank

_NESTS = (
    "smplx", "smpl", "smplh", "smpls", "smpl_params", "smplx_params", "params", "pred_smpl_params", "body",
)  # fmt: skip
TRANS = (
    "transl", "trans", "translation", "cam_trans", "pred_cam_t_full", "full_cam_t", "cam_t",
    "camera_translation", "smpl_trans", "root_trans",
)  # fmt: skip
_SHORT = tuple({
    f"{start}root_pose": "global_orient", f"{start}body_pose": "body_pose", f"{start}shape": "betas",
    f"{start}lhand_pose": "left_hand_pose", f"{start}rhand_pose": "right_hand_pose",
    f"{start}jaw_pose": "jaw_pose", f"{start}expr": "expression",
} for start in ("smplx_", ""))  # fmt: skip
"""What OSX, AiOS and what is made with them call smplx's parameters, and ExAvatar and LHM; the root's and the
body's come first. AMASS' own names below the top are Motion-X's."""
_ROOT, _ROOT_FIRST = re.compile(r"(.+[_./])global_orient"), re.compile(r"global_orient([_./].+)")
_BODY = {(23, 3), (21, 3), (69,), (63,)}
_DEEPEST = 1
_POSES = ("pose", "poses", "smpl_pose", "smpl_thetas", "theta", "body_poses")


Found = list[tuple[int, str | None, Mapping[str, Any]]]


@dataclass(frozen=True)
class Listed:
    """What a list or mapping holds under a name with a number: one person's parameters, and the id if any."""

    name: str
    number: int
    who: str | None
    params: Mapping[str, Any]


def told(held: list[Listed]) -> Found:
    """With everybody's id where all have one of their own in each frame, which counts neither people nor
    frames."""
    ids = [(one.number, one.who) for one in held]
    own = all(who is not None for _, who in ids) and len(set(ids)) == len(ids) and not only_counted(ids)
    own = own and (len(ids) == 1 or len({who for _, who in ids}) < len(ids) or len({n for n, _ in ids}) == 1)
    return [(one.number, one.who if own else None, one.params) for one in held]


def listed(tree: Any, depth: int = 0) -> list[Listed]:
    """Everybody in a list or mapping of frames or of tracks, or in the longest such one that a mapping holds
    beside others, or in a block of it; [] where it is none."""
    if isinstance(tree, np.ndarray) and tree.dtype == object:
        tree = tree.tolist()
    found = _in_archive(tree) if isinstance(tree, NpzFile) else _people(tree) or _frames(tree)
    if (
        found
        or depth > _DEEPEST
        or not isinstance(tree, Mapping)
        or isinstance(tree, NpzFile)
        or parameters(tree)
    ):
        return found
    blocks = [(str(name), value) for name, value in tree.items() if isinstance(value, (Mapping, list))]
    tracks = [one for name, value in blocks for one in _track(name, value)]
    if tracks:
        return [one for one in tracks if rank(one.name) < 2] or tracks
    return max((listed(value, depth + 1) for _, value in blocks), key=len, default=[])


def _in_archive(tree: NpzFile) -> list[Listed]:
    """The frames of an archive's only array of objects, with the translations that lie beside it: Champ's
    `smpls_group.npz`, whose `camera` is that of the first in each frame."""
    objects = [name for name in tree if tree.header(name).dtype is None and len(tree.shape(name)) == 1]
    if len(objects) != 1 or parameters(tree):
        return []
    found = _frames(list(tree[objects[0]]))
    beside = next((name for name in (*TRANS, "camera") if tree.shape(name) == (len(found), 3)), None)
    if beside is None:
        return found
    places = numbers(tree[beside], beside)
    return [
        replace(one, params={**_first_of(one.params), "transl": place})
        for one, place in zip(found, places, strict=True)
    ]


def _first_of(params: Mapping[str, Any]) -> dict[str, Any]:
    """The first of a frame's people."""
    return {name: value[:1] if np.ndim(value) > 1 else value for name, value in params.items()}


def _people(tree: Any) -> list[Listed]:
    """Those of one frame that a mapping lists."""
    held = in_lower_case(tree, PEOPLE) if isinstance(tree, Mapping) else None
    params = [parameters(one) or of_pose(one) for one in held] if isinstance(held, list) else []
    return [Listed("0", 0, None, each) for each in params] if params and all(params) else []


def _track(name: str, block: Any) -> list[Listed]:
    """A block with a whole track in it; those of SMPL are called after nobody."""
    params = parameters(block) or of_pose(block)
    name = "0" if name in _NESTS or of_world(name) else name
    return [Listed(name, 0, None, params)] if params and len(params["body_pose"]) > 1 else []


def _frames(tree: Any) -> list[Listed]:
    held: Iterable[tuple[str, int, Any]]
    if isinstance(tree, list):
        held = ((str(place), place, one) for place, one in enumerate(tree))
    elif isinstance(tree, Mapping) and not isinstance(tree, NpzFile) and not parameters(tree):
        held = ((str(name), number_in(name), one) for name, one in tree.items())
    else:
        return []
    found: list[Listed] = []
    for name, number, frame in held:
        people = in_lower_case(frame, PEOPLE) if isinstance(frame, Mapping) else frame
        for one in people if isinstance(people, list) else [frame]:
            params = parameters(one) or of_pose(one)
            if one is not None and (number < 0 or not params):
                return []
            who = in_lower_case(one, IDS) if isinstance(one, Mapping) else None
            found += [Listed(name, number, None if who is None else str(who), params)] if params else []
    return found


def of_pose(fields: Any) -> Mapping[str, Any]:
    """SMPL's 72 numbers or 24 matrices of a frame or of each as the root's and the body's."""
    held = fields if isinstance(fields, Mapping) else {}
    shapes = {name: tuple(np.shape(held[name])) for name in _POSES if name in held}
    name = next((name for name, shape in shapes.items() if _is_pose(shape)), None)
    if name is None or not any(each in held for each in TRANS):
        return {}
    pose = numbers(held[name], name)
    pose = pose.reshape(-1, 24, 3, 3) if pose.shape[-3:] == (24, 3, 3) else pose.reshape(-1, 24, 3)
    return {**held, "global_orient": pose[:, 0], "body_pose": pose[:, 1:]}


def _is_pose(shape: tuple[int, ...]) -> bool:
    return shape[-1:] == (72,) or shape[-2:] == (24, 3) or shape[-3:] == (24, 3, 3)


def number_in(name: Any) -> int:
    """The last number in a frame's or track's name, -1 where it has none."""
    digits = re.findall(r"\d{1,9}", str(name))
    return int(digits[-1]) if digits else -1


def parameters(fields: Any) -> Mapping[str, Any]:
    """The mapping with `global_orient` and `body_pose`, by itself or within another; {} without."""
    if not isinstance(fields, Mapping):
        return {}
    nested = [fields[name] for name in _NESTS if name in fields]
    deeper = [held["params"] for held in nested if isinstance(held, Mapping) and "params" in held]
    for held in (fields, *nested, *deeper, *_prefixed(fields), *_suffixed(fields)):
        if isinstance(held, Mapping) and "global_orient" in held and "body_pose" in held:
            return _placed(held, fields)
        beside = _beside_root(held)
        if beside is not None:
            return _placed({**held, "body_pose": beside}, fields)
        if isinstance(held, Mapping) and (named := _named_in_full(held)):
            return _placed(named, fields)
    return {}


def _named_in_full(held: Mapping[str, Any]) -> Mapping[str, Any]:
    """Parameters under their short names as smplx calls them; {} where these are not there."""
    for full in _SHORT:
        root, body = list(full)[:2]
        if root in held and body in held:
            return {full.get(name, name): value for name, value in held.items()}
    if "root_orient" in held and "pose_body" in held:
        hands = _both_hands(held.get("pose_hand"))
        return {**held, **hands, "global_orient": held["root_orient"], "body_pose": held["pose_body"]}
    return {}


def _both_hands(vectors: Any) -> dict[str, Any]:
    """AMASS' 90 numbers of both hands as smplx calls them, which count from the flat hand."""
    if np.shape(vectors)[-1:] != (90,):
        return {}
    both = numbers(vectors, "pose_hand")
    return {"left_hand_pose": both[..., :45], "right_hand_pose": both[..., 45:], "flat_hand_mean": True}


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
    starts = sorted({found[1] for found in roots if found}, key=rank)
    shared = {name: fields[name] for name in ("betas", "gender") if name in fields}
    held = [
        shared | {str(name)[len(start) :]: fields[name] for name in fields if str(name).startswith(start)}
        for start in starts
    ]
    return [params for params in held if "body_pose" in params]


def _suffixed(fields: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The same with names that end alike, as `global_orient_world` and `transl_world` beside a `body_pose`
    that is that of the camera, too."""
    roots = [_ROOT_FIRST.fullmatch(str(name)) for name in fields]
    ends = sorted({found[1] for found in roots if found}, key=rank)
    plain = {str(name): value for name, value in fields.items() if not str(name).endswith(tuple(ends))}
    held = [
        plain | {str(name)[: -len(end)]: fields[name] for name in fields if str(name).endswith(end)}
        for end in ends
    ]
    return [params for params in held if "body_pose" in params]


def _placed(params: Mapping[str, Any], around: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters with the translation that lies around them, where they have none of their own."""
    beside = {name: around[name] for name in TRANS if name in around and np.shape(around[name])[-1:] == (3,)}
    return params if any(name in params for name in TRANS) else {**params, **beside}
