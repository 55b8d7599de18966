"""Re-expressing motion in other dialects: what must stay, and what must come out."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from addon.body.kinematics import forward  # noqa: E402
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS  # noqa: E402
from bundled_model.training.augment import mirror  # noqa: E402
from bundled_model.training.dialect import Dialect, draw, mean, speak  # noqa: E402
from bundled_model.training.dialect_table import hinge_axes, sizes, twists  # noqa: E402
from bundled_model.training.motion_data import load_split  # noqa: E402

FRAMES = 120
SIDES = ("left", "right")

REAL = {
    "left_knee": (-12.0, 11.0),
    "right_knee": (6.0, 8.0),
    "left_elbow": (-7.0, 32.0),
    "right_elbow": (8.0, 35.0),
}
"""Degrees, mean and spread between clips: hinge axes in results of real tools (data/DATASHEET.md)."""
REAL_TWIST = {
    "left_hip": (-4.7, -1.9, 5.0), "left_knee": (-2.7, 0.0, 4.3), "left_ankle": (-2.0, -5.0, 3.7),
    "left_collar": (-0.9, -3.2, 3.9), "left_shoulder": (23.8, 5.2, 8.0), "left_elbow": (-2.5, -0.4, 8.1),
}  # fmt: skip
"""Degrees: mean twist in the capture and in real results, and the spread of the latter between clips. Which
poses a clip has moves both alike, so that what a dialect changes is held, not what comes out."""


def clips():
    return [clip.part(600) for clip in load_split("train") if len(clip.poses) >= 200][:30]


def plain(frames: int) -> Dialect:
    """The dialect that changes nothing."""
    usual = mean(1, frames)
    return Dialect(
        torch.zeros_like(usual.gauges), usual.handed, torch.zeros_like(usual.collars), usual.spine,
        usual.reshare, torch.zeros_like(usual.constants),
    )  # fmt: skip


def motion(frames: int = FRAMES):
    clip = load_split("val")[0].part(frames)
    return torch.as_tensor(clip.rotations())[None].float(), torch.as_tensor(clip.pelvis)[None]


def places(rotations, pelvis):
    return forward(rotations.double(), pelvis.double(), torch.as_tensor(REST_OFFSETS))[0]


def test_nothing_changes_in_the_plain_dialect() -> None:
    rotations, _ = motion()
    torch.testing.assert_close(speak(rotations, plain(FRAMES)), rotations, atol=1e-5, rtol=0)


def test_turning_limbs_about_their_bones_leaves_every_joint_but_hands_and_feet_in_place() -> None:
    rotations, pelvis = motion()
    dialect = draw(1, FRAMES, torch.Generator().manual_seed(1))
    still = plain(FRAMES)
    turned = Dialect(
        dialect.gauges, torch.ones(1, 1, 4), still.collars, still.spine, still.reshare, still.constants
    )
    spoken = speak(rotations, turned)
    apart = (places(spoken, pelvis) - places(rotations, pelvis)).norm(dim=-1)
    # SMPL's knee and ankle do not lie exactly on one line with the hip, so they move by a little.
    assert apart.max() < 0.012
    assert torch.rad2deg((spoken - rotations).abs().amax()) > 5.0


def test_the_spine_shared_anew_leaves_the_chest_as_it_is() -> None:
    rotations, _ = motion()
    still = plain(FRAMES)
    shared = Dialect(
        still.gauges,
        still.handed,
        still.collars,
        torch.tensor([[0.6, 0.3, 0.1]]),
        torch.ones(1),
        still.constants,
    )
    chest = [JOINT_NAMES.index(f"spine{k}") for k in (1, 2, 3)]
    one, two = (
        r[:, :, chest[0]] @ r[:, :, chest[1]] @ r[:, :, chest[2]]
        for r in (rotations, speak(rotations, shared))
    )
    torch.testing.assert_close(one, two, atol=1e-5, rtol=0)


def test_the_mean_dialect_treats_left_and_right_alike() -> None:
    rotations, pelvis = motion()
    dialect = mean(1, FRAMES)
    one = mirror(speak(rotations, dialect), pelvis)[0]
    two = speak(mirror(rotations, pelvis)[0], dialect)
    # The mean skeleton is not quite symmetric.
    torch.testing.assert_close(one, two, atol=0.01, rtol=0)


def test_the_mean_dialect_has_the_hinge_axes_and_twists_of_real_results() -> None:
    axes: dict[str, list[float]] = {}
    twist, size = [], []
    for clip in clips():
        rotations = torch.as_tensor(clip.rotations())[None].float()
        spoken = speak(rotations, mean(1, len(clip.poses)))[0].double().numpy()
        for name, (middle, _) in hinge_axes(spoken).items():
            axes.setdefault(name, []).append(middle)
        twist.append((twists(spoken) - twists(clip.rotations())).mean(0))
        size.append(sizes(spoken))
    for name, (middle, spread) in REAL.items():
        assert abs(np.mean(axes[name]) - middle) < spread, name
    found = np.mean(twist, axis=0)
    for name, (captured, real, spread) in REAL_TWIST.items():
        assert abs(found[JOINT_NAMES.index(name)] - (real - captured)) < spread, name
    collars = np.mean(size, axis=0)[[JOINT_NAMES.index(f"{side}_collar") for side in SIDES]]
    assert ((collars > 15.0) & (collars < 25.0)).all()


def test_every_clip_has_a_dialect_of_its_own_as_wide_as_tools_differ() -> None:
    rotations, _ = motion()
    rows = rotations.expand(24, -1, -1, -1, -1)
    spoken = speak(rows, draw(24, FRAMES, torch.Generator().manual_seed(3)))
    elbows = [hinge_axes(each.double().numpy()) for each in spoken]
    angles = [found["left_elbow"][0] for found in elbows if "left_elbow" in found]
    assert len(angles) > 12 and 10.0 < np.std(angles) < 45.0
