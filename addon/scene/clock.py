"""The scene's timeline, the frames of its animation, and the seconds of a recording: which lies on which.

Time Stretching (Blender's *Output ▸ Frame Range*) takes the timeline and the animation apart: keys lie on
frames of the animation, the range and the current frame are on the timeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import bpy
import numpy as np

Frames = TypeVar("Frames", float, np.ndarray)


@dataclass(frozen=True)
class Clock:
    """The second `origin` of a recording lies on frame `first` of the animation, with `rate` of them a
    second."""

    origin: float
    rate: float
    first: float = 1.0

    def moment(self, frame: Frames) -> Frames:
        """Seconds of the recording at a frame of the animation."""
        return self.origin + (frame - self.first) / self.rate

    def frame(self, moment: Frames) -> Frames:
        """The frame of the animation at which these seconds of the recording lie."""
        return self.first + (moment - self.origin) * self.rate


def frame_shown(scene: bpy.types.Scene) -> float:
    """The frame of the animation that the scene shows now."""
    return float(scene.frame_current_final)


def on_timeline(scene: bpy.types.Scene, frames: Frames) -> Frames:
    """Where on the timeline frames of the animation lie; between two of its frames, too."""
    return frames * (scene.render.frame_map_new / scene.render.frame_map_old)


def from_timeline(scene: bpy.types.Scene, frames: Frames) -> Frames:
    """Which frames of the animation the timeline's show."""
    return frames * (scene.render.frame_map_old / scene.render.frame_map_new)


def places_on_timeline(scene: bpy.types.Scene, frames: np.ndarray) -> np.ndarray:
    """The whole frames (N,) of the timeline that show frames (N,) of the animation, or the nearest ones."""
    return np.round(on_timeline(scene, np.asarray(frames, float))).astype(int)


def go_to(scene: bpy.types.Scene, frame: float) -> int:
    """Show a frame of the animation, or the nearest one that playing shows; the timeline's frame."""
    place = round(on_timeline(scene, float(frame)))
    scene.frame_set(place)
    return place


def show_exactly(scene: bpy.types.Scene, frame: float) -> None:
    """Show a frame of the animation, also one that playing leaves out."""
    place = on_timeline(scene, float(frame))
    scene.frame_set(int(place // 1), subframe=place % 1)
