"""A recording that is a mirror image, turned back: as a selfie camera or left-handed axes make it."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest

import numpy as np

from ..body.hands import mirrored
from ..body.mesh_vertices import mesh_of_layout
from ..body.skeleton import MIRROR_JOINTS, mirror_name
from ..recording import CodedHands, Keypoints, Person, Poses
from .inference import is_mirrored

_FLIP = np.diag([-1.0, 1.0, 1.0])


def unmirrored(one: Person) -> Person:
    """The person (Y up) reflected left to right.

    Where names already contradict the places, as with left-handed axes, the places alone are reflected;
    a body that is whole in the mirror also changes its sides.
    """
    keypoints, poses = one.keypoints, one.poses
    if keypoints is not None:
        # A mesh whose vertices are numbered is never whole in the mirror.
        sides = mesh_of_layout(keypoints.layout) is None
        sides = sides and (poses is not None or not is_mirrored(keypoints))
        keypoints = _reflected(keypoints, sides=sides)
    return replace(one, keypoints=keypoints, poses=None if poses is None else _reflected_poses(poses))


def _reflected(keypoints: Keypoints, *, sides: bool) -> Keypoints:
    positions = keypoints.positions @ _FLIP
    if not sides:
        return replace(keypoints, positions=positions)
    canonical = tuple(None if point is None else mirror_name(point) for point in keypoints.canonical)
    hands = tuple(None if point is None else mirror_name(point) for point in keypoints.hand_points)
    if keypoints.layout is None:
        return replace(keypoints, positions=positions, canonical=canonical, hand_points=hands)
    names = [hand or point for hand, point in zip_longest(keypoints.hand_points, keypoints.canonical)]
    wanted = [hand or point for hand, point in zip_longest(hands, canonical)]
    order = [names.index(point) if point in names else place for place, point in enumerate(wanted)]
    return replace(keypoints, positions=positions[:, order], confidence=keypoints.confidence[:, order])


def _reflected_poses(poses: Poses) -> Poses:
    rotations = _FLIP @ poses.rotations[:, list(MIRROR_JOINTS)] @ _FLIP
    hands = None if poses.hands is None else mirrored(poses.hands[:, ::-1])
    rest = None if poses.rest_pelvis is None else poses.rest_pelvis @ _FLIP
    return replace(
        poses, rotations=rotations, pelvis=poses.pelvis @ _FLIP, rest_pelvis=rest,
        hands=hands, coded=None if poses.coded is None else _reflected_hands(poses.coded),
        rest_turns=_FLIP @ poses.rest_turns @ _FLIP,
    )  # fmt: skip


def _reflected_hands(coded: CodedHands) -> CodedHands:
    """The hands change places; the components of a model's two hands are mirror images."""
    values = coded.values[:, ::-1]
    if not coded.components:
        flip = -np.diag(_FLIP)  # of a rotation vector, as of any axial one
        values = (values.reshape(*values.shape[:2], -1, 3) * flip).reshape(values.shape)
    return replace(coded, values=values)
