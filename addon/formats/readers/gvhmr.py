"""GVHMR's `hmr4d_results.pt`: SMPL-X body of one person in a gravity-aligned world, Y up.

Source: zju3dv/GVHMR tools/demo/demo.py, hmr4d/utils/smplx_utils.py. The video is re-encoded at 30 fps.
"""

from __future__ import annotations

from typing import Any

from ...safe_read import FormatError
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, person, smpl_poses
from ..tracks import joined

_BLOCKS = {"smpl_params_global": "+y", "smpl_params_incam": "-y"}


def recognises(container: Container) -> bool:
    """One of GVHMR's two blocks of SMPL parameters."""
    return any(container.has(block) for block in _BLOCKS)


def read(container: Container) -> Draft:
    """The motion in the world where the file has it, else in the camera. Raises FormatError."""
    block = next(name for name in _BLOCKS if container.has(name))
    params: Any = container.fields[block]
    if not {"global_orient", "body_pose", "transl"} <= set(params):
        raise FormatError("The GVHMR result lacks global_orient, body_pose or transl; run GVHMR again.")
    poses = smpl_poses(
        joined(params["global_orient"], params["body_pose"]),
        params["transl"],
        betas=params.get("betas"),
        rest_pelvis=REST_PELVIS_X,
    )
    in_camera = block == "smpl_params_incam"
    warnings = ["Not used: camera."] if "K_fullimg" in container.fields else []
    one = person(poses=poses)
    return Draft([one], up=_BLOCKS[block], camera=in_camera, floating=not in_camera, warnings=warnings)


READER = Reader("GVHMR", "GVHMR", "SMPL-X body of one person, Y up", "hmr4d_results.pt", recognises, read)
