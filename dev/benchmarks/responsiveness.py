"""How a Blender with a window feels while people are refined: `build.py bench --window`.

Every figure is told by the clock, and as what Blender's main thread works meanwhile: on a busy machine,
and where OpenGL is drawn by software, the clock says little of the extension.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from tests.window.driver import Blender

from ..environments import chroot
from ..environments.envs import prepare
from ..pictures import stage
from ..release import zip as packaging

FRAMES = 5000
SIZE = (800, 600)
"""Of the window: a small view, which software draws quickly."""
AFTER = 0.4
"""Part of a run before Esc is pressed."""
WATCHED = 8.0
"""Seconds for which the view is watched; a run is cancelled then, as drawing all the time makes it slow."""
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
    idle, watched = _idle(blender, name), _watched(blender, name)
    found = {
        "click to keys": clicked,
        "ratio to the straight run": clicked / straight,
        "longest freeze": freeze,
        "undo": undo,
        "frame interval, 95th percentile": np.quantile(watched, 0.95, axis=0),
        "Esc": np.array([_escape(blender, name, AFTER * clicked[0])]),
    }
    people = {"one": "1 person", "two": "2 people"}[name]
    print(
        f"  {people}: straight {_both(straight)}; 95 of 100 frames come within {_both(idle)} while nothing"
        f" runs; the longest in a run takes {_both(watched.max(0))}"
    )
    for what, value in found.items():
        print(f"    {what}: {_both(value)} ({_verdict(value, WANTED[what])})", flush=True)


def _both(seconds: np.ndarray) -> str:
    """By the clock, and of it the main thread's own work where that is known."""
    clock, *work = (f"{value:.3f}" for value in seconds)
    return f"{clock} (work {work[0]})" if work else clock


def _verdict(seconds: np.ndarray, most: float) -> str:
    if seconds[0] <= most:
        return f"holds: at most {most:g}"
    return (
        f"MISSED by the clock, its work holds: at most {most:g}"
        if seconds[-1] <= most
        else (f"MISSED: at most {most:g}")
    )


def _open(blender: Blender, name: str) -> None:
    blender.ask("fresh")
    blender.open(f"/exchange/{name}.npz")
    blender.show()
    blender.rest()


def _straight(blender: Blender, name: str) -> np.ndarray:
    """Seconds of the run that a script makes, with its undo step; of the second one, with warm files."""
    for _ in range(2):
        _open(blender, name)
        seconds = blender.ask("timed", operator="spr.refine_pose", way="EXEC_DEFAULT")
    return np.array(seconds)


def _by_itself(blender: Blender, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Seconds from the click to the end, of the longest time without an answer, and of Ctrl+Z."""
    _open(blender, name)
    blender.ask("calm")
    blender.call("spr.refine_pose")
    blender.wait_for_calm()
    state = blender.state
    undo = blender.ask("timed", operator="ed.undo", way="INVOKE_DEFAULT")
    return np.array(state["took"]), np.array(state["gap"]), np.array(undo)


def _idle(blender: Blender, name: str) -> np.ndarray:
    """The 95th percentile of the seconds between two drawings of the view while nothing runs."""
    _open(blender, name)
    blender.ask("watch_frames")
    time.sleep(WATCHED)
    found: np.ndarray = np.quantile(_intervals(blender), 0.95, axis=0)
    return found


def _watched(blender: Blender, name: str) -> np.ndarray:
    """Seconds between two drawings (N, 2) of a view that changes all the time while people are refined."""
    _open(blender, name)
    blender.call("spr.refine_pose")
    blender.ask("watch_frames")
    time.sleep(WATCHED)
    found = _intervals(blender)
    blender.keys("Escape")
    blender.wait_for_calm()
    return found


def _intervals(blender: Blender) -> np.ndarray:
    return np.diff(np.array(blender.ask("watched_frames")), axis=0)


def _escape(blender: Blender, name: str, after: float) -> float:
    """Seconds from the key, pressed so many seconds after the click, to the end of the run."""
    _open(blender, name)
    blender.call("spr.refine_pose")
    time.sleep(after)
    pressed = blender.keys("Escape")
    blender.wait_for_calm()
    seconds: float = blender.state["ended"] - pressed
    return seconds
