"""How a Blender with a window feels while people are refined: `build.py bench --window`."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from tests.window.driver import Blender

from . import chroot, stage
from . import zip as packaging
from .envs import prepare

FRAMES = 5000
SIZE = (1280, 1000)
AFTER = 2.0
"""Seconds of a run before Esc is pressed."""
WATCHED = 8.0
"""Seconds for which the view is watched."""
WANTED = {
    "frame interval, 95th percentile": 0.060,
    "Esc": 0.2,
    "ratio to the straight run": 1.15,
    "click to keys": 15.0,
    "longest freeze": 0.3,
    "undo": 1.0,
}


def measure(suite: str = "trixie") -> int:
    """Prints the figures of one and of two people."""
    system, environment = chroot.prepare(suite), prepare("main")
    with tempfile.TemporaryDirectory() as folder:
        tool = packaging.blender_tool(environment)
        archive = packaging.build_standard(environment.python, tool, Path(folder))
        blender = Blender(system, archive, Path(folder), SIZE)
        try:
            blender.start()
            print(f"Blender {chroot.BLENDERS[suite]} with a window, {FRAMES:,} frames:")
            stage.long_take(blender.exchange / "one.npz", FRAMES)
            stage.long_pair(blender.exchange / "two.npz", FRAMES)
            for name in ("one", "two"):
                _measure(blender, name)
        finally:
            blender.close()
    return 0


def _measure(blender: Blender, name: str) -> None:
    straight = _straight(blender, name)
    clicked, freeze, undo = _by_itself(blender, name)
    idle, (intervals, largest) = _idle(blender, name), _watched(blender, name)
    found = {
        "click to keys": clicked,
        "ratio to the straight run": clicked / straight,
        "longest freeze": freeze,
        "undo": undo,
        "frame interval, 95th percentile": intervals,
        "Esc": _escape(blender, name),
    }
    people = {"one": "1 person", "two": "2 people"}[name]
    print(
        f"  {people}: straight {straight:.2f} s; frames without a run take {idle:.3f} s,"
        f" the longest in it {largest:.3f} s"
    )
    for what, value in found.items():
        held = "holds" if value <= WANTED[what] else "MISSED"
        print(f"    {what}: {value:.3f} ({held}: at most {WANTED[what]:g})", flush=True)


def _open(blender: Blender, name: str) -> None:
    blender.ask("fresh")
    blender.open(f"/exchange/{name}.npz")
    blender.show()
    blender.rest()


def _straight(blender: Blender, name: str) -> float:
    """Seconds of the run that a script makes, with its undo step; of the second one, with warm files."""
    for _ in range(2):
        _open(blender, name)
        seconds: float = blender.ask("timed", operator="spr.refine_pose", way="EXEC_DEFAULT")
    return seconds


def _by_itself(blender: Blender, name: str) -> tuple[float, float, float]:
    """Seconds from the click to the end, of the longest time without an answer, and of Ctrl+Z."""
    _open(blender, name)
    blender.ask("calm")
    clicked = time.time()
    blender.call("spr.refine_pose")
    blender.wait_for_calm()
    state = blender.state
    undo: float = blender.ask("timed", operator="ed.undo", way="INVOKE_DEFAULT")
    return state["ended"] - clicked, state["gap"], undo


def _idle(blender: Blender, name: str) -> float:
    """The 95th percentile of the seconds between two drawings of the view while nothing runs."""
    _open(blender, name)
    return float(np.quantile(_intervals(blender), 0.95))


def _watched(blender: Blender, name: str) -> tuple[float, float]:
    """The same while people are refined, and the largest."""
    _open(blender, name)
    blender.call("spr.refine_pose")
    intervals = _intervals(blender)
    blender.keys("Escape")
    blender.wait_for_calm()
    return float(np.quantile(intervals, 0.95)), float(intervals.max())


def _intervals(blender: Blender) -> np.ndarray:
    """Seconds between two drawings of a view that changes all the time."""
    blender.ask("watch_frames")
    time.sleep(WATCHED)
    return np.diff(blender.ask("watched_frames"))


def _escape(blender: Blender, name: str) -> float:
    """Seconds from the key to the end of the run."""
    _open(blender, name)
    blender.call("spr.refine_pose")
    time.sleep(AFTER)
    pressed = blender.keys("Escape")
    blender.wait_for_calm()
    seconds: float = blender.state["ended"] - pressed
    return seconds
