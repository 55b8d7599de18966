"""GVHMR's `hmr4d_results.pt` and GENMO's `smpl_params.pt`: SMPL-X body of one person or several, Y up.

GENMO (GEM-SMPL) has the same two blocks under other names, in a gravity-aligned world and in the camera.
Sources: zju3dv/GVHMR tools/demo/demo.py, hmr4d/utils/smplx_utils.py; NVlabs/GENMO scripts/demo/demo_smpl.py.
Both re-encode the video at 30 fps. Forks that find hands with another network (WiLoR) add their whole
rotations as `left_hand_pose` and `right_hand_pose` (T, 45).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...body.hands import SIDES
from ...body.rotations import matrix_from_axis_angle
from ...recording import Camera, Person, Poses
from ...safe_read import FormatError
from ..camera_cuts import camera_turns, seen_cuts, split_at
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, numbers, person, rows, smpl_poses
from ..filming import moving, of_matrix, seen_from, still
from ..hand_poses import hand_pair
from ..one_world import in_one_world
from ..tracks import joined

_BLOCKS = {
    "smpl_params_global": "+y", "body_params_global": "+y",
    "smpl_params_incam": "-y", "body_params_incam": "-y",
}  # fmt: skip
_CAMERAS = {"smpl_params_global": "smpl_params_incam", "body_params_global": "body_params_incam"}
_OF_GENMO = ("body_params_global", "body_params_incam")


def recognises(container: Container) -> bool:
    """One of the two blocks of SMPL parameters, of one person or of each."""
    return bool(_results(container))


def read(container: Container) -> Draft:
    """Everybody, in the world where the file has it, else in the camera. Raises FormatError."""
    results = _results(container)
    block = next(name for name in _BLOCKS if all(name in one for one in results.values()))
    tool = "GENMO" if block in _OF_GENMO else "GVHMR"
    if not all(_whole(one[block]) for one in results.values()):
        raise FormatError(f"The {tool} result lacks global_orient, body_pose or transl; run {tool} again.")
    poses, in_camera = {name: _poses(one[block]) for name, one in results.items()}, block.endswith("incam")
    cuts = {
        name: [] if in_camera else _cuts(one, poses[name].rotations[:, 0]) for name, one in results.items()
    }
    people = [person(name, poses=each) for name, each in poses.items()]
    seen = None if in_camera else block.replace("global", "incam")
    people, apart = (people, []) if in_camera or any(cuts.values()) else _together(people, results, seen)
    people, told = split_at(people, cuts)
    return Draft(
        people, up=_BLOCKS[block], camera=in_camera, floating=not in_camera, warnings=told + apart, tool=tool,
        filmed=_camera(next(iter(results.values())), next(iter(poses.values())), seen, len(people)),
    )  # fmt: skip


def _results(container: Container) -> dict[str, Mapping[str, Any]]:
    """Each person's result: the file's own, one of several under names or in a list, or a row of its arrays;
    {} where it holds none. Source of the rows: moonbow721/GVHMR tools/demo/demo_multiperson.py."""
    tree = container.tree if container.kind in ("torch", "pickle") else container.fields
    if isinstance(tree, list):
        tree = dict(enumerate(tree))
    if not isinstance(tree, Mapping) or not tree:
        return {}
    if any(name in tree for name in _BLOCKS):
        return _rows_of(tree)
    held = [set(one) if isinstance(one, Mapping) else set() for one in tree.values()]
    alike = set(_BLOCKS) & set.intersection(*held)
    return {str(name): one for name, one in tree.items()} if alike else {}


def _rows_of(result: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The person of a result, or those whose arrays are stacked in it."""
    blocks = {name: result[name] for name in _BLOCKS if isinstance(result.get(name), Mapping)}
    shapes = [tuple(np.shape(params.get("transl", ()))) for params in blocks.values()]
    if not shapes or not all(len(shape) == 3 for shape in shapes):
        return {"0": result}
    count = min(shape[0] for shape in shapes)
    stacks = {
        block: {name: numbers(values, name) for name, values in params.items()}
        for block, params in blocks.items()
    }
    return {
        str(row): {block: {name: values[row] for name, values in params.items() if len(values) == count}
                   for block, params in stacks.items()}
        for row in range(count)
    }  # fmt: skip


def _whole(params: Any) -> bool:
    return isinstance(params, Mapping) and {"global_orient", "body_pose", "transl"} <= set(params)


def _together(
    people: list[Person], results: Mapping[str, Mapping[str, Any]], seen: str | None
) -> tuple[list[Person], list[str]]:
    """The people in the first one's world as the camera saw them, each having had a world of its own."""
    known = {name: _poses(one[seen]) for name, one in results.items() if seen and _whole(one.get(seen))}
    fitting = {one.id: known[one.id] for one in people if one.id in known}
    fitting = {one.id: fitting[one.id] for one in people
               if one.id in fitting and len(fitting[one.id].pelvis) == one.frames}  # fmt: skip
    return in_one_world(people, fitting) if len(people) > 1 else (people, [])


def _poses(params: Any) -> Poses:
    poses = smpl_poses(
        joined(params["global_orient"], params["body_pose"]),
        params["transl"],
        betas=params.get("betas"),
        rest_pelvis=REST_PELVIS_X,
    )
    hands = hand_pair(*(params.get(f"{side}_hand_pose") for side in SIDES))
    return replace(poses, hands=hands) if hands is not None and len(hands) == len(poses.pelvis) else poses


def _camera(fields: Mapping[str, Any], poses: Poses, seen: str | None, people: int) -> Camera | None:
    """The camera that sees the body as the block `seen` has it; None: as these poses are."""
    lens = of_matrix(fields.get("K_fullimg"))
    if lens is None or (people > 1 and seen is not None):
        return None
    focal, middle = lens
    if seen is None:
        return still(focal, np.arange(len(focal)), middle=middle)
    params = fields.get(seen)
    if not _whole(params):
        return None
    other = _poses(params)
    if len(other.pelvis) != len(poses.pelvis):
        return None
    return moving(np.arange(len(other.pelvis)), *seen_from(poses, other), focal, middle=middle)


def _cuts(fields: Mapping[str, Any], world: np.ndarray) -> list[int]:
    """Frames with which shots start, as the person's orientations in world (T, 3, 3) and camera tell."""
    params: Any = fields.get(_CAMERAS[next(name for name in _BLOCKS if name in fields)], {})
    if not {"global_orient", "transl"} <= set(params):
        return []
    seen = matrix_from_axis_angle(rows(params["global_orient"], "global_orient"))
    places = numbers(params["transl"], "transl").reshape(-1, 3)
    if not len(world) == len(seen) == len(places):
        return []
    return sorted({*camera_turns(seen @ np.swapaxes(world, 1, 2)), *seen_cuts(seen, places)})


READER = Reader(
    "GVHMR", "GVHMR, GENMO (GEM-SMPL)", "SMPL-X body of each person, Y up", "hmr4d_results.pt smpl_params.pt",
    recognises, read,
)  # fmt: skip
