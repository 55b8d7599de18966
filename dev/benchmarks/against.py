"""How fast this build refines beside another one: both in turn, on the same clips, on one thread each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from addon.body.kinematics import forward
from addon.body.layouts import find_layout
from addon.body.points import POINT_INDEX, point_positions
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import REST_OFFSETS
from bundled_model.training.motion_data import load_split

from .starting import starting

HERE = Path(__file__).resolve().parents[2]
FRAMES, LAYOUT, NOISE, MISSING = 1000, "coco17", 0.02, 0.1
"""The clip: metres of noise per axis, and the share of places that nobody saw."""
ROUNDS = 4
SHORT = 100
"""Frames of a file of which the commands' start is most."""
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

MEASURE = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
from addon import formats
from addon.refiner import refine
found = {}
for path in sys.argv[2:]:
    person = formats.read(path).people[0]
    refine(person, engine="numpy")
    found[path] = float("inf")
    for _ in range(max(3, 20 // person.frames)):
        began = time.process_time()
        refine(person, engine="numpy")
        found[path] = min(found[path], time.process_time() - began)
print(json.dumps(found))
"""
"""What a build is asked, which may be older than this file: only what stays the same of its interface."""


@dataclass(frozen=True)
class Ratio:
    """Seconds of processor time that the other build and this one take for a clip of so many frames."""

    frames: int
    other: float
    ours: float

    def line(self) -> str:
        """What is printed."""
        times = f"{1000 * self.other:,.1f} ms there, {1000 * self.ours:,.1f} ms here"
        return f"{self.frames:,} frames: {times}: {self.other / self.ours:.2f} times as fast."


def against(checkout: Path) -> int:
    """Prints how many times as fast as the one in another checkout this build refines."""
    if not (checkout / "addon" / "refiner").is_dir():
        print(f"{checkout} is no checkout of this project; give its folder.", file=sys.stderr)
        return 2
    print(
        f"Refining with NumPy, one thread, {LAYOUT}, {1000 * NOISE:g} mm, {MISSING:.0%} missing:", flush=True
    )
    for ratio in measure(checkout.resolve(), (FRAMES, 1)):
        print(f"  {ratio.line()}", flush=True)
    print(f"From the terminal, a file of {SHORT} frames:", flush=True)
    for line in start_lines(checkout.resolve()):
        print(f"  {line}", flush=True)
    return 0


def start_lines(checkout: Path, rounds: int = 2 * ROUNDS) -> list[str]:
    """What is printed of short commands."""
    with tempfile.TemporaryDirectory() as folder:
        clip = clip_file(Path(folder) / "short.npz", SHORT)
        found = starting((checkout, HERE), clip, rounds)
    return [
        f"{command}: {1000 * other:.0f} ms there, {1000 * ours:.0f} ms here, {ours / other:.2f} of the time."
        for command, (other, ours) in found.items()
    ]


def measure(checkout: Path, lengths: tuple[int, ...], rounds: int = ROUNDS) -> list[Ratio]:
    """For clips of these lengths, the fastest of some rounds in which both builds take their turn."""
    with tempfile.TemporaryDirectory() as folder:
        clips = [str(clip_file(Path(folder) / f"{frames}.npz", frames)) for frames in lengths]
        best = {root: dict.fromkeys(clips, np.inf) for root in (checkout, HERE)}
        for _ in range(rounds):
            for root, found in best.items():
                for path, seconds in _seconds(root, clips).items():
                    found[path] = min(found[path], seconds)
    return [
        Ratio(frames, float(best[checkout][path]), float(best[HERE][path]))
        for frames, path in zip(lengths, clips, strict=True)
    ]


def _seconds(root: Path, clips: list[str]) -> dict[str, float]:
    """By clip, how long the build in this folder takes."""
    words = [sys.executable, "-c", MEASURE, str(root), *clips]
    told = subprocess.run(
        words, cwd=root, env=os.environ | THREADS, check=True, capture_output=True, text=True
    ).stdout
    found: dict[str, float] = json.loads(told.splitlines()[-1])
    return found


def clip_file(path: Path, frames: int, seed: int = 0) -> Path:
    """So many frames, to and fro, of somebody whom the model was not trained on, as a detector might see
    them."""
    clip, rng = max(load_split("test"), key=lambda one: len(one.poses)), np.random.default_rng(seed)
    there = np.arange(len(clip.poses))
    rows = np.resize(np.concatenate([there, there[::-1]]), frames)
    poses, pelvis = clip.poses[rows].astype(float), clip.pelvis[rows].astype(float)
    layout = find_layout(LAYOUT)
    indices = [POINT_INDEX[str(name)] for name in layout.canonical]
    joints, world = forward(matrix_from_axis_angle(poses), pelvis, REST_OFFSETS)
    points = point_positions(joints, world, REST_OFFSETS, indices)
    points = points + NOISE * rng.normal(size=points.shape)
    if frames > 1:
        points[rng.random(points.shape[:2]) < MISSING] = np.nan
    np.savez(path, keypoints=points, layout=LAYOUT, fps=clip.fps, up_axis="y", units="m")
    return path
