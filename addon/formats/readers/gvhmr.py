"""GVHMR's `hmr4d_results.pt` and GENMO's `smpl_params.pt`: SMPL-X body of one person, Y up.

GENMO (GEM-SMPL) has the same two blocks under other names, in a gravity-aligned world and in the camera.
Sources: zju3dv/GVHMR tools/demo/demo.py, hmr4d/utils/smplx_utils.py; NVlabs/GENMO scripts/demo/demo_smpl.py.
Both re-encode the video at 30 fps.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...body.rotations import matrix_from_axis_angle
from ...safe_read import FormatError
from ..camera_cuts import camera_turns, seen_cuts, split_at
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, numbers, person, rows, smpl_poses
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
    poses = smpl_poses(
        joined(params["global_orient"], params["body_pose"]),
        params["transl"],
        betas=params.get("betas"),
        rest_pelvis=REST_PELVIS_X,
    )
    in_camera = block.endswith("incam")
    warnings = ["Not used: camera."] if "K_fullimg" in container.fields else []
    cuts = [] if in_camera else _cuts(container, poses.rotations[:, 0])
    people, told = split_at([person(poses=poses)], {"0": cuts})
    warnings += told
    return Draft(
        people, up=_BLOCKS[block], camera=in_camera, floating=not in_camera, warnings=warnings, tool=tool
    )


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
