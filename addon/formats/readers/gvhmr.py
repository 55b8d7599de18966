"""GVHMR's `hmr4d_results.pt` and GENMO's `smpl_params.pt`: SMPL-X body of one person, Y up.

GENMO (GEM-SMPL) has the same two blocks under other names, in a gravity-aligned world and in the camera.
Sources: zju3dv/GVHMR tools/demo/demo.py, hmr4d/utils/smplx_utils.py; NVlabs/GENMO scripts/demo/demo_smpl.py.
Both re-encode the video at 30 fps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...body.rotations import matrix_from_axis_angle
from ...recording import Camera, Poses
from ...safe_read import FormatError
from ..camera_cuts import camera_turns, seen_cuts, split_at
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, numbers, person, rows, smpl_poses
from ..filming import moving, of_matrix, seen_from, still
from ..tracks import joined

_BLOCKS = {
    "smpl_params_global": "+y", "body_params_global": "+y",
    "smpl_params_incam": "-y", "body_params_incam": "-y",
}  # fmt: skip
_CAMERAS = {"smpl_params_global": "smpl_params_incam", "body_params_global": "body_params_incam"}
_OF_GENMO = ("body_params_global", "body_params_incam")


def recognises(container: Container) -> bool:
    """One of the two blocks of SMPL parameters."""
    return any(container.has(block) for block in _BLOCKS)


def read(container: Container) -> Draft:
    """The motion in the world where the file has it, else in the camera. Raises FormatError."""
    block = next(name for name in _BLOCKS if container.has(name))
    params: Any = container.fields[block]
    tool = "GENMO" if block in _OF_GENMO else "GVHMR"
    if not {"global_orient", "body_pose", "transl"} <= set(params):
        raise FormatError(f"The {tool} result lacks global_orient, body_pose or transl; run {tool} again.")
    poses, in_camera = _poses(params), block.endswith("incam")
    cuts = [] if in_camera else _cuts(container, poses.rotations[:, 0])
    people, told = split_at([person(poses=poses)], {"0": cuts})
    return Draft(
        people, up=_BLOCKS[block], camera=in_camera, floating=not in_camera, warnings=told, tool=tool,
        filmed=_camera(container, poses, None if in_camera else block.replace("global", "incam")),
    )  # fmt: skip


def _poses(params: Any) -> Poses:
    return smpl_poses(
        joined(params["global_orient"], params["body_pose"]),
        params["transl"],
        betas=params.get("betas"),
        rest_pelvis=REST_PELVIS_X,
    )


def _camera(container: Container, poses: Poses, seen: str | None) -> Camera | None:
    """The camera that sees the body as the block `seen` has it; None: as these poses are."""
    lens = of_matrix(container.fields.get("K_fullimg"))
    if lens is None:
        return None
    focal, middle = lens
    if seen is None:
        return still(focal, np.arange(len(focal)), middle=middle)
    params = container.fields.get(seen)
    if not isinstance(params, Mapping) or not {"global_orient", "body_pose", "transl"} <= set(params):
        return None
    other = _poses(params)
    if len(other.pelvis) != len(poses.pelvis):
        return None
    return moving(np.arange(len(other.pelvis)), *seen_from(poses, other), focal, middle=middle)


def _cuts(container: Container, world: np.ndarray) -> list[int]:
    """Frames with which shots start, as the person's orientations in world (T, 3, 3) and camera tell."""
    params: Any = container.fields.get(_CAMERAS[next(name for name in _BLOCKS if container.has(name))], {})
    if not {"global_orient", "transl"} <= set(params):
        return []
    seen = matrix_from_axis_angle(rows(params["global_orient"], "global_orient"))
    places = numbers(params["transl"], "transl").reshape(-1, 3)
    if not len(world) == len(seen) == len(places):
        return []
    return sorted({*camera_turns(seen @ np.swapaxes(world, 1, 2)), *seen_cuts(seen, places)})


READER = Reader(
    "GVHMR", "GVHMR, GENMO (GEM-SMPL)", "SMPL-X body of one person, Y up", "hmr4d_results.pt smpl_params.pt",
    recognises, read,
)  # fmt: skip
