"""Where the soles of a character are."""

from __future__ import annotations

import numpy as np

from addon.retarget import Target
from addon.retarget.carrying import leg_scale
from addon.retarget.feet import foot_of
from addon.retarget.pose import Pose
from addon.retarget.rest import corrections
from addon.retarget.source import Source


def soles(source: Source, target: Target, pose: Pose, side: str) -> np.ndarray:
    """(T, 4, 3) places under a character's foot."""
    turned = corrections(target, source.rest)
    ankle, ball = (target.joints[f"{side}_{joint}"] for joint in ("ankle", "foot"))
    foot = foot_of(target, source, side, turned[ankle], leg_scale(source, target))
    world, toes = (pose.turn(bone) @ (turned[bone] @ target.facing).T for bone in (ankle, ball))
    places = pose.place(ankle)[:, None] + (world[:, None] @ foot.sole[:3, :, None])[..., 0]
    tip = pose.place(ball) + toes @ foot.tip
    return np.concatenate([places, tip[:, None]], axis=1)
