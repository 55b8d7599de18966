"""A finished motion on its floor: who bears when, what they bear on, and feet that stay as far as is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...body.kinematics import forward
from ...body.points import POINT_NAMES
from ...body.soles import SIDES
from ...motion import Motion
from ...steps import Progress, Steps, in_chunks
from ..blending import Poses, blend, shares
from ..controls import Controls
from ..evidence import Targets
from ..limbs import PARTS
from ..timeline import Piece, bridge, pieces, spread
from .contacts import contacts_of
from .floor import floor_under
from .hold import Precision, hold_feet, places_under

FOOT_POINTS = ("ankle", "foot", "heel", "big_toe", "small_toe")
UNTOLD = 0.03
"""Metres by which feet are off that no keypoints tell."""
OWN_TURN, LEVER = 0.05, 0.1
"""Radians by which a foot is turned wrongly though its places are known, and metres between these."""
PATH_SHARE = 0.25
"""How far the body's own place is off, beside its feet: many more keypoints tell it."""
LEGS = ("root", "left_leg", "right_leg")


def deviation_of_feet(targets: Sequence[Targets], variance: float) -> np.ndarray:
    """(2,) metres by which the left and the right foot are off from frame to frame, by the noise of their
    keypoints; variance (m^2): of what wanders in all of them."""
    found = np.full(2, np.inf)
    for side, name in enumerate(SIDES):
        wanted = {f"{name}_{point}" for point in FOOT_POINTS}
        for known in targets:
            noise = [
                known.noise[column]
                for column, index in enumerate(known.indices)
                if POINT_NAMES[index] in wanted and known.observed[:, column].any()
            ]
            found[side] = min([found[side], *noise])
    return np.minimum(np.hypot(found, np.sqrt(variance)), UNTOLD)


def stand(motion: Motion, controls: Controls, deviation: np.ndarray) -> Steps[Motion]:
    """The motion with its contacts and floor, and its feet held as far as the controls say.

    deviation (2,): metres by which the left and the right foot are thought to be off.
    """
    yield Progress(1.0, "Looking for the floor")
    found, contacts = [], np.zeros((motion.frames, 4))
    for piece in pieces(motion.frame_ids, motion.fps):
        present = np.zeros(piece.length, bool)
        present[piece.places] = True
        poses = yield from bridge.steps(spread(motion.rotations, piece), spread(motion.pelvis, piece), present)
        there = yield from contacts_of.steps(*poses, motion.bone_offsets, motion.fps)
        found.append((piece, poses, there))
        contacts[piece.rows] = there[piece.places]
    places = yield from _places(motion)
    floor = floor_under(places, contacts, motion.fps, controls.floor)
    standing = replace(motion, contacts=contacts, floor=floor)
    if controls.feet == 0.0 or not all(part in controls.parts for part in LEGS):
        return standing
    return (yield from _held(standing, controls, deviation, found))


def hold_again(motion: Motion, strength: float = 1.0, path: str = "measured") -> Steps[Motion]:
    """A motion whose contacts and floor somebody has edited, with its feet held by these."""
    found = []
    for piece in pieces(motion.frame_ids, motion.fps):
        present = np.zeros(piece.length, bool)
        present[piece.places] = True
        poses = yield from bridge.steps(spread(motion.rotations, piece), spread(motion.pelvis, piece), present)
        there = np.zeros((piece.length, 4))
        there[piece.places] = motion.contacts[piece.rows]
        found.append((piece, poses, there))
    controls = Controls(feet=strength, path=path)
    return (yield from _held(motion, controls, np.full(2, UNTOLD), found))


def _held(
    motion: Motion, controls: Controls, deviation: np.ndarray, found: list[tuple[Piece, Poses, np.ndarray]]
) -> Steps[Motion]:
    yield Progress(1.0, "Holding the feet")
    path = np.inf if controls.path == "steps" else PATH_SHARE * float(deviation.mean())
    precision = Precision(deviation, np.hypot(OWN_TURN, deviation / LEVER), path)
    rotations, pelvis = motion.rotations.copy(), motion.pelvis.copy()
    for piece, poses, contacts in found:
        held = yield from hold_feet.steps(
            *poses, motion.bone_offsets, motion.fps, contacts, motion.floor, precision
        )
        rotations[piece.rows], pelvis[piece.rows] = (part[piece.places] for part in held)
    share = controls.feet * shares(replace(controls, strength=1.0, limbs={}), motion.frame_ids, motion.fps)
    free = motion.rotations, motion.pelvis
    rotations, pelvis = yield from blend(free, (rotations, pelvis), share)
    return replace(motion, rotations=rotations, pelvis=pelvis, free=free)


def _places(motion: Motion) -> Steps[np.ndarray]:
    """(T, 4, 3) metres, the places by which heels and toes touch a floor."""

    def places(rows: slice) -> np.ndarray:
        posed = forward(motion.rotations[rows], motion.pelvis[rows], motion.bone_offsets)
        return places_under(*posed, motion.bone_offsets)

    found = yield from in_chunks(places, motion.frames)
    return np.asarray(found.reshape(motion.frames, 4, 3))
