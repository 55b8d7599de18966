"""Frames of a recording at real times on the scene's own clock."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import bpy
import numpy as np

from .clock import places_on_timeline
from .errors import SceneError

_LAST_FRAME = 1048574
"""Blender's MAXFRAME."""

_SLACK = 0.01
"""Frames by which a sample may miss a whole scene frame and still be keyed there (rates are float32)."""


@dataclass(frozen=True)
class Keys:
    """Whole scene frames (N,) to key, and between which samples of the motion each of them lies.

    before, after: (N,) indices of samples; fraction: (N,) 0 at `before` … 1 at `after`.
    holds: (N,) bool, the last key before somebody goes away: what it says stays until the next one.
    """

    frames: np.ndarray
    before: np.ndarray
    after: np.ndarray
    fraction: np.ndarray
    holds: np.ndarray

    @property
    def between(self) -> np.ndarray:
        """(N,) bool, keys that lie on no sample."""
        return (self.fraction > 0) & (self.fraction < 1)

    def any_of(self, marked: np.ndarray) -> np.ndarray:
        """(N,) bool, keys that take something from a marked sample (T,)."""
        return (marked[self.before] & (self.fraction < 1)) | (marked[self.after] & (self.fraction > 0))

    def linear(self, values: np.ndarray) -> np.ndarray:
        """Values (T, C) of the samples, interpolated to the keys (N, C)."""
        weight = self.fraction[:, None]
        return values[self.before] * (1 - weight) + values[self.after] * weight


def scene_rate(scene: bpy.types.Scene) -> float:
    """Frames per second of the scene."""
    return scene.render.fps / scene.render.fps_base


def set_scene_rate(scene: bpy.types.Scene, fps: float) -> None:
    """Make the scene run at this rate, which may be fractional (29.97, 12.5)."""
    scene.render.fps = min(max(round(fps), 1), 32767)
    scene.render.fps_base = scene.render.fps / fps


@contextmanager
def rate_kept(scene: bpy.types.Scene) -> Iterator[None]:
    """Whatever is done meanwhile: Blender's FBX importers give the scene the file's rate, at which all that
    is animated already plays at another speed."""
    before = scene.render.fps, scene.render.fps_base
    try:
        yield
    finally:
        scene.render.fps, scene.render.fps_base = before


def is_animated(scene: bpy.types.Scene, but_for: Collection[bpy.types.Action] = ()) -> bool:
    """Whether anything in the scene moves by an action, other than some, or by an NLA strip."""
    owners = [scene, scene.world, *scene.objects, *(ob.data for ob in scene.objects)]
    owners += [getattr(ob.data, "shape_keys", None) for ob in scene.objects]
    return any(_has_animation(owner, but_for) for owner in owners if owner is not None)


def _has_animation(owner: bpy.types.ID, but_for: Collection[bpy.types.Action]) -> bool:
    animation = getattr(owner, "animation_data", None)
    if animation is None:
        return False
    return len(animation.nla_tracks) > 0 or animation.action not in (None, *but_for)


def keys_at(times: np.ndarray, rate: float, first_frame: float, away: np.ndarray | None = None) -> Keys:
    """The keys of samples at these times (T,) in seconds, at `rate` frames per second.

    first_frame: the scene frame of time zero. away: (G, 2) samples between which somebody is away, as
    `Motion.away` has them: no keys in between. Raises SceneError when times do not increase or lie
    beyond Blender's last frame.
    """
    if len(times) == 0 or (np.diff(times) <= 0).any():
        raise SceneError("The frame numbers do not increase; sort the recording's frames and try again.")
    places = first_frame + np.asarray(times, np.float64) * rate
    if not (abs(places[[0, -1]]) <= _LAST_FRAME).all():
        raise SceneError(f"The recording reaches beyond Blender's last frame {_LAST_FRAME}; cut it shorter.")
    first, last = int(np.ceil(places[0] - _SLACK)), int(np.floor(places[-1] + _SLACK))
    frames = np.arange(first, last + 1) if first <= last else np.array([round(places[0])])
    before = np.clip(np.searchsorted(places, frames, side="right") - 1, 0, max(len(places) - 2, 0))
    after = np.minimum(before + 1, len(places) - 1)
    span = np.where(after > before, places[after] - places[before], 1.0)
    fraction = np.clip((frames - places[before]) / span, 0.0, 1.0)
    near_sample = np.abs(fraction - np.round(fraction)) * span
    fraction = np.where(near_sample < _SLACK / 2, np.round(fraction), fraction)
    keys = Keys(frames, before, after, fraction, np.zeros(len(frames), bool))
    for gone, back in np.zeros((0, 2), int) if away is None else away:
        keys = _without_gap(keys, places, int(gone), int(back))
    return keys


def _without_gap(keys: Keys, places: np.ndarray, gone: int, back: int) -> Keys:
    """No keys between two samples, but for the frames next to them, which take those samples as they are."""
    inside = (keys.frames > places[gone]) & (keys.frames < places[back])
    leaving, coming = (abs(keys.frames - places[sample]) < 1 for sample in (gone, back))
    sample = np.where(leaving, gone, back)
    before, after = (np.where(inside, sample, rows) for rows in (keys.before, keys.after))
    fraction = np.where(inside, 0.0, keys.fraction)
    kept = ~inside | leaving | coming
    holds = keys.holds.copy()
    staying = np.flatnonzero(kept & (keys.frames < places[gone] + 1))
    holds[staying[-1:]] = True
    return Keys(*(column[kept] for column in (keys.frames, before, after, fraction, holds)))


def show_range(scene: bpy.types.Scene, frames: np.ndarray, alone: bool) -> None:
    """Make the scene's range hold these frames (N,) of its animation: exactly when they are alone, else by
    widening it."""
    first, last = np.maximum(places_on_timeline(scene, frames[[0, -1]]), 0).tolist()
    if not alone:
        first, last = min(first, scene.frame_start), max(last, scene.frame_end)
    scene.frame_start = first
    scene.frame_end = last
    if alone:  # who compares results at a frame stays there
        scene.frame_set(min(max(scene.frame_current, first), last))
