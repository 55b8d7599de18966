"""Writes addon/body/points.json: where the canonical points lie on SMPL's skeleton.

A landmark is a weighted set of the open body's vertices. Under linear blend skinning it moves as
sum_j w_j P_j + R_j o_j with w_j its blended skin weights and o_j its place relative to joint j, so
these sparse (w, o) are all that is kept, in SMPL's mean rest skeleton.

    python -m bundled_model.training.make_points [LANDMARKS.json]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from addon.body.open_body import load
from addon.body.skeleton import JOINT_NAMES, mirror_name

HERE = Path(__file__).resolve().parent
LANDMARKS = HERE / "open_body" / "landmarks.json"
OUTPUT = HERE.parents[1] / "addon" / "body" / "points.json"

# Points of keypoint definitions that are means of others.
MEANS = {
    "coco_mid_hip": ("coco_left_hip", "coco_right_hip"),
    "coco_neck": ("coco_left_shoulder", "coco_right_shoulder"),
    "h36m_mid_hip": ("h36m_left_hip", "h36m_right_hip"),
}
RENAMED = {"mouth_left": "left_mouth", "mouth_right": "right_mouth"}
SMALLEST_WEIGHT = 0.02

Entry = tuple[np.ndarray, np.ndarray]


def landmark_entry(vertices: np.ndarray, weights: np.ndarray, joints: np.ndarray, landmark: dict) -> Entry:
    """Joint weights (24,) and weighted offsets (24, 3) of one landmark, tiny weights dropped."""
    share = np.asarray(landmark["weights"], float)
    share = share / share.sum()
    skin = weights[landmark["verts"]] * share[:, None]
    joint_weights = skin.sum(0)
    offsets = np.einsum("vj,vjx->jx", skin, vertices[landmark["verts"]][:, None] - joints)
    keep = joint_weights >= SMALLEST_WEIGHT
    place = (joint_weights[:, None] * joints + offsets).sum(0)
    joint_weights = np.where(keep, joint_weights, 0.0)
    joint_weights /= joint_weights.sum()
    mean_offset = np.where(keep[:, None], offsets / np.maximum(joint_weights, 1e-9)[:, None], 0.0)
    offsets = joint_weights[:, None] * mean_offset
    # The dropped weights would move the point in the rest pose: put it back where it was.
    offsets += joint_weights[:, None] * (place - (joint_weights[:, None] * joints + offsets).sum(0))
    return joint_weights, offsets


def symmetric(entries: dict[str, Entry]) -> dict[str, Entry]:
    """The entries averaged with their mirror images."""
    swap = [JOINT_NAMES.index(mirror_name(name)) for name in JOINT_NAMES]
    flip = np.array([-1.0, 1.0, 1.0])
    result = {}
    for name, (weights, offsets) in entries.items():
        other_weights, other_offsets = entries[mirror_name(name)]
        result[name] = ((weights + other_weights[swap]) / 2, (offsets + other_offsets[swap] * flip) / 2)
    return result


def main(landmarks_path: Path = LANDMARKS) -> None:
    """Reads the open body and its landmarks and writes the table of points."""
    body = load()
    landmarks = json.loads(landmarks_path.read_text())["landmarks"]
    entries = {
        RENAMED.get(name, name): landmark_entry(body.vertices, body.weights, body.joints, landmark)
        for name, landmark in landmarks.items()
    }
    entries = symmetric(entries)
    for name, parts in MEANS.items():
        pairs = [entries[part] for part in parts]
        entries[name] = ((pairs[0][0] + pairs[1][0]) / 2, (pairs[0][1] + pairs[1][1]) / 2)
    table = {
        name: {
            JOINT_NAMES[j]: [round(float(w[j]), 4), *np.round(o[j], 5).tolist()] for j in np.flatnonzero(w)
        }
        for name, (w, o) in entries.items()
    }
    what = "name -> joint -> [weight w, weighted offset o in metres]; position = sum of w P + R o"
    OUTPUT.write_text(json.dumps({"what": what, "licence": "CC0-1.0", "points": table}, indent=0) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else LANDMARKS)
