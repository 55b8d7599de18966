"""Fits of other packages to the cases of `build.py bench --shape`, in an environment of their own.

Called with a folder: cases.npz and the model files that the packages look for; leaves found.npz there.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

Fit = tuple[np.ndarray, np.ndarray, np.ndarray]
"""betas (T, B), rotation vectors (T, 72), trans (T, 3)."""
_ITERATIONS_FIRST, _ITERATIONS = 100, 50
"""Those with which keypoints2body evaluates itself; its defaults stop ten times as far away."""
_NO_WEIGHT = 1e-6


def main() -> int:
    """Fits every case with every package."""
    folder = Path(sys.argv[1])
    os.chdir(folder)
    _mean_file()
    found: dict[str, np.ndarray] = {}
    with np.load("cases.npz") as cases:
        for name in cases:
            kind, _, case = name.partition(" ")
            fits = (_smplfitter_joints, _keypoints2body) if kind == "joints" else (_smplfitter_vertices,)
            for fit in fits:
                began = time.process_time()
                betas, poses, trans = fit(cases[name])
                seconds = time.process_time() - began
                label = f"{fit.__name__.lstrip('_')} {case}"
                found |= {f"{label} betas": betas, f"{label} poses": poses, f"{label} trans": trans}
                found[f"{label} ms"] = np.array(1000 * seconds / len(trans))
    np.savez("found.npz", **found)
    return 0


def _mean_file() -> None:
    """The start that keypoints2body reads: the rest pose of the mean shape."""
    import h5py

    with h5py.File("data/models/neutral_smpl_mean_params.h5", "w") as file:
        file["pose"], file["shape"] = np.zeros(72), np.zeros(10)


def _fitter() -> tuple[Any, Any]:
    from smplfitter.np import BodyFitter, BodyModel

    model = BodyModel("smpl", "neutral", model_root=str(Path("smplfitter").resolve()))
    return model, BodyFitter(model)


def _smplfitter_vertices(vertices: np.ndarray) -> Fit:
    """What smplfitter is made for: all vertices."""
    _, fitter = _fitter()
    return _fitted(fitter, vertices.astype(np.float32), None, None)


def _smplfitter_joints(joints: np.ndarray) -> Fit:
    """It has no fit to joints alone: vertices of the mean body at their place, which hardly count."""
    model, fitter = _fitter()
    rest = model.single()
    vertices = rest["vertices"] - rest["joints"][:1] + joints[:, :1]
    weights = np.full(vertices.shape[:2], _NO_WEIGHT, np.float32)
    return _fitted(fitter, vertices.astype(np.float32), joints.astype(np.float32), weights)


def _fitted(fitter: Any, vertices: np.ndarray, joints: np.ndarray | None, weights: np.ndarray | None) -> Fit:
    found = fitter.fit(
        vertices,
        joints,
        vertex_weights=weights,
        joint_weights=None if joints is None else np.ones(joints.shape[:2], np.float32),
        num_iter=3,
        share_beta=True,
        requested_keys=["shape_betas", "trans", "pose_rotvecs"],
    )
    betas = np.broadcast_to(found["shape_betas"], (len(vertices), found["shape_betas"].shape[-1]))
    return betas, found["pose_rotvecs"].reshape(len(vertices), -1), found["trans"]


def _keypoints2body(joints: np.ndarray) -> Fit:
    import torch
    from keypoints2body import optimize_params_sequence

    torch.set_num_threads(1)
    frame = {"num_iters_first": _ITERATIONS_FIRST, "num_iters_followup": _ITERATIONS, "num_iters": 100}
    found = optimize_params_sequence(
        joints.astype(np.float32), body_model="smpl", joint_layout="SMPL24", config={"frame": frame}
    )

    def stacked(name: str) -> np.ndarray:
        return np.concatenate([np.asarray(one.params.__getattribute__(name)) for one in found])

    poses = np.concatenate([stacked("global_orient"), stacked("body_pose")], axis=-1)
    return stacked("betas"), poses, stacked("transl")


if __name__ == "__main__":
    sys.exit(main())
