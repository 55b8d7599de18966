"""How feet stand on the bundled recordings, where no truth is known: by the contacts and the floor of the
finished motion itself, as refined and held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from addon import formats
from addon.body.kinematics import forward
from addon.body.soles import soles
from addon.motion import Motion
from addon.recording import Person
from addon.refiner import Controls, refine

from .captures import RECORDINGS, SAMPLES
from .feet import standing

MORE = ("cgspeed/01_01.bvh", "sam3dbody/img_subj00.npz", "plugin/keypoints.npz", "plugin/estimate.npz")
"""Bundled recordings of poses, and of keypoints that nobody refines elsewhere."""
FEWEST = 30
LONGEST = 600
"""Frames of a recording that are looked at."""
TITLES = ("skate", "sunk", "floating", "lifted", "depth", "acceleration")


def feet_captures() -> Iterator[str]:
    """The lines of a table: skate in m/s of what bears, share of frames with a sole more than 5 mm below the
    floor, share of bearing places more than 10 mm over it and of bearing heels and toes that lie there whole,
    mm of the lowest sole of the deepest frame in a hundred, and m/s^2 of all joints."""
    yield "| recording | frames | bear | " + " | ".join(f"{title}, held" for title in TITLES) + " |"
    yield "|---|---:|---:|" + "---:|" * len(TITLES)
    for name, person in _people():
        held = refine(person, engine="numpy", controls=Controls(feet=1.0))
        if held.free is None or held.floor is None:
            yield f"| {name} | {held.frames} | 0.00 |" + " |" * len(TITLES)
            continue
        free = replace(held, rotations=held.free[0], pelvis=held.free[1])
        before, after = _figures(free), _figures(held)
        bears = float((held.contacts.max(1) > 0.5).mean())
        figures = " | ".join(f"{a:.3g} → {b:.3g}" for a, b in zip(before, after, strict=True))
        yield f"| {name} | {held.frames} | {bears:.2f} | {figures} |"


def _people() -> Iterator[tuple[str, Person]]:
    for name in (*RECORDINGS, *MORE):
        for person in formats.read(SAMPLES / name).people:
            if person.frames >= FEWEST:
                rows = np.arange(person.frames) < LONGEST
                yield Path(name).stem[:32], person.rows(rows)


def _figures(motion: Motion) -> tuple[float, ...]:
    stands = standing(motion, motion.contacts.reshape(-1, 2, 2) > 0.5)
    return *stands, 1000.0 * _depth(motion), _acceleration(motion)


def _depth(motion: Motion) -> float:
    """Metres over the floor of the lowest sole, in the deepest frame of a hundred."""
    assert motion.floor is not None
    posed = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    over = motion.floor.over(np.asarray(soles(*posed, motion.bone_offsets)))
    return float(np.percentile(over.reshape(motion.frames, -1).min(1), 1.0))


def _acceleration(motion: Motion) -> float:
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    return float(np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1).mean() * motion.fps**2)
