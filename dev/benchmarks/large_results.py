"""Large results of estimators, most of it meshes, masks and embeddings; and what opening one takes."""

from __future__ import annotations

import pickle
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np

_MEGABYTE = 1 << 20
_OPEN = (
    "import sys, time; from addon import formats; formats.all_readers();"
    " peak = lambda: next(int(l.split()[1]) for l in open('/proc/self/status') if l.startswith('VmHWM'));"
    " before, began = peak(), time.process_time(); formats.read(sys.argv[1]);"
    " print(time.process_time() - began, peak() - before)"
)
"""Seconds of the processor and KB of memory that opening takes, in a process of its own.

A process starts with the ru_maxrss of the one that forked it, so Linux' own count is what is read.
"""


def write_wham(path: Path, megabytes: int) -> Path:
    """One track whose vertices make up nearly the whole file."""
    rng = np.random.default_rng(0)
    frames = megabytes * _MEGABYTE // (6890 * 12)
    pose = rng.normal(0, 0.1, (frames, 72)).astype(np.float32)
    track = {
        "pose": pose, "trans": np.ones((frames, 3)), "pose_world": pose, "trans_world": np.ones((frames, 3)),
        "betas": np.zeros((frames, 10)), "verts": rng.normal(size=(frames, 6890, 3)).astype(np.float32),
        "frame_ids": np.arange(frames),
    }  # fmt: skip
    path.write_bytes(pickle.dumps({0: track}))
    return path


def write_phalp(path: Path, megabytes: int) -> Path:
    """Three people in each frame, with masks, embeddings and joints, compressed as joblib does."""
    rng = np.random.default_rng(0)
    frames = max(1, megabytes * _MEGABYTE // (3 * 20_000))
    held = {f"_DEMO/clip/img/{number:06d}.jpg": _phalp_frame(rng, number) for number in range(frames)}
    path.write_bytes(zlib.compress(pickle.dumps(held), 1))
    return path


def _phalp_frame(rng: np.random.Generator, number: int) -> dict[str, Any]:
    def each(*shape: int) -> list[np.ndarray]:
        return [rng.normal(size=shape).astype(np.float32) for _ in range(3)]

    turn = np.eye(3, dtype=np.float32)
    smpl = {"global_orient": turn[None], "body_pose": np.repeat(turn[None], 23, 0), "betas": np.zeros(10)}
    return {
        "time": number, "shot": 0, "tid": [1, 2, 3], "tracked_ids": [1, 2, 3], "tracked_time": [0, 0, 0],
        "size": [[1080, 1920]] * 3, "appe": each(4096), "pose": each(229), "loca": each(99),
        "smpl": [smpl] * 3, "camera": each(3), "3d_joints": each(45, 3), "2d_joints": each(90),
        "mask": [[{"size": [1080, 1920], "counts": rng.bytes(2000)}] for _ in range(3)],
    }  # fmt: skip


def opening_takes(path: Path) -> tuple[float, float]:
    """(seconds of the processor, megabytes of memory) that opening a recording takes; on Linux."""
    root = Path(__file__).resolve().parents[2]
    words = subprocess.run(
        [sys.executable, "-c", _OPEN, str(path)], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split()
    return float(words[0]), float(words[1]) / 1024
