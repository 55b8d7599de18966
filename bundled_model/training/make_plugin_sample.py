"""Makes `bundled_model/samples/plugin`: an estimator-like result, noisy keypoints, and the truth of both.

python -m bundled_model.training.make_plugin_sample
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from addon.body.skeleton import REST_OFFSETS
from addon.formats import write_npz
from addon.motion import Motion

from .examples import make_example
from .motion_data import load_split
from .synthesis import Faults

FOLDER = Path(__file__).resolve().parents[1] / "samples" / "plugin"
SUBJECT, FRAMES = "05", 180
ESTIMATOR_DEGREES, NOISE = 12.0, 0.020


def main() -> None:
    """Writes the three files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    clip = next(c for c in load_split("test") if c.subject == SUBJECT and len(c.poses) >= FRAMES)
    clip = replace(clip, poses=clip.poses[:FRAMES], pelvis=clip.pelvis[:FRAMES])
    faults = Faults(white=NOISE)
    example = make_example(clip, "body25", faults, ESTIMATOR_DEGREES, independent=1.0, seed=1)
    poses, keypoints = example.person.poses, example.person.keypoints
    assert poses is not None and keypoints is not None
    for name, rotations in (("estimate", poses.rotations), ("truth", example.truth.rotations)):
        write_npz(_motion(rotations, example.truth.pelvis, clip.fps), FOLDER / f"{name}.npz")
    points = keypoints.positions.astype(np.float32)
    np.savez_compressed(
        FOLDER / "keypoints.npz", keypoints=points, layout="body25", fps=clip.fps, up_axis="y", units="m"
    )


def _motion(rotations: np.ndarray, pelvis: np.ndarray, fps: float) -> Motion:
    frames = len(rotations)
    unknown = np.full((frames, 24), np.nan)
    return Motion(
        rotations, pelvis.astype(float), REST_OFFSETS, fps, np.arange(frames), unknown[:, 0], unknown
    )


if __name__ == "__main__":
    main()
