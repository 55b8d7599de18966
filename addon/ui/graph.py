"""A measure over a clip as a picture: pure arithmetic, no bpy.

Blender has no widget for a curve, but shows square icons of any size.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..scene.drawing import WORST, residual_colours

LOWEST_TOP = 0.2
"""Share of the value painted red at the upper edge at least, so that a good fit does not look like
mountains."""
BACKGROUND, FILLED = (0.09, 0.09, 0.09, 1.0), (0.3, 0.3, 0.34, 1.0)
CURRENT = (1.0, 1.0, 1.0, 1.0)
LEFT, RIGHT = (0.55, 0.80, 1.00, 1.0), (1.00, 0.45, 0.50, 1.0)
"""Of contacts, as the bones of the sides are in Pose Mode."""
STRIP = 0.25
"""Share of the picture's height in which contacts are drawn."""
_AREA = 0.3


@dataclass(frozen=True)
class Series:
    """Values (N,) at increasing scene frames (N,), and (N,) which of these were filled in, unseen."""

    frames: np.ndarray
    values: np.ndarray
    filled: np.ndarray

    def stretches(self, count: int) -> list[tuple[int, float]]:
        """The worst frame of each of so many equal parts of the clip, and its value; parts of which nothing
        was seen show their middle, and NaN."""
        edges = np.linspace(self.frames[0], self.frames[-1] + 1.0, count + 1)
        found = []
        for first, last in pairwise(edges):
            rows = np.flatnonzero((self.frames >= first) & (self.frames < last) & ~self.filled)
            worst = rows[self.values[rows].argmax()] if len(rows) else None
            middle = (int((first + last) // 2), float("nan"))
            found.append(middle if worst is None else (int(self.frames[worst]), float(self.values[worst])))
        return found

    @property
    def seen(self) -> Series:
        """Without the frames that were filled in; all where there is nothing else."""
        kept = ~self.filled if not self.filled.all() else self.filled
        return Series(self.frames[kept], self.values[kept], self.filled[kept])

    def at(self, frame: float) -> float | None:
        """The value at a scene frame, None where nothing was seen."""
        nearest = np.abs(self.frames - frame).argmin()
        inside = self.frames[0] <= frame <= self.frames[-1] and not self.filled[nearest]
        return float(np.interp(frame, self.frames, self.values)) if inside else None


def graph(
    series: Series,
    current: float,
    size: int,
    line: float,
    worst: float = 100.0,
    bears: np.ndarray | None = None,
) -> np.ndarray:
    """An RGBA picture (size, size, 4), lowest row first.

    current: the scene's frame, shown by a vertical line where it lies in the clip. line: width in pixels.
    worst: the value that is painted red. bears: (N, 4) whether left heel, left toes, right heel, right toes
    bear at the series' frames, for a strip below the curve.
    """
    first, last = float(series.frames[0]), float(series.frames[-1])
    times = np.linspace(first, last, size)
    low = 0 if bears is None else int(STRIP * size)
    picture = _painted(series, times, size - low, line, worst)
    if bears is not None and low:
        picture = np.concatenate([_strip(series.frames, bears, times, low), picture])
    if first <= current <= last:
        place = (current - first) / max(last - first, 1.0) * (size - 1)
        away = np.abs(np.arange(size) - place)
        picture[:, away <= max(line / 2, away.min() + 1e-6)] = CURRENT
    return picture


def _painted(series: Series, times: np.ndarray, height: int, line: float, worst: float) -> np.ndarray:
    values, filled = _by_column(series, times)
    top = max(LOWEST_TOP * worst, 1.1 * float(values.max()))
    heights = values / top * (height - 1)
    picture = np.where(filled[None, :, None], FILLED, BACKGROUND) * np.ones((height, 1, 1))
    rows = np.arange(height)[:, None]
    colours = residual_colours(rows[:, 0] / (height - 1) * top / worst * WORST)[:, None]
    _blend(picture, colours, _AREA * (rows < heights) * ~filled)
    # A column's part of the curve reaches halfway to its neighbours.
    padded = np.pad(heights, 1, mode="edge")
    ends = np.stack([heights, (padded[:-2] + heights) / 2, (padded[2:] + heights) / 2])
    outside = np.maximum(np.maximum(ends.min(0) - rows, rows - ends.max(0)), 0.0)
    _blend(picture, colours, np.clip(line / 2 + 0.5 - outside, 0.0, 1.0) * ~filled)
    return picture


def _strip(frames: np.ndarray, bears: np.ndarray, times: np.ndarray, height: int) -> np.ndarray:
    """(height, W, 4) a line for each place, the left heel on top, bright where it bears."""
    here = bears[np.clip(np.searchsorted(frames, times + 1e-6, side="right") - 1, 0, len(frames) - 1)]
    count = bears.shape[1]
    place = np.arange(height) * count // height
    between = np.diff(place, append=count) > 0  # a dark line over each of them
    colours = np.array([RIGHT, RIGHT, LEFT, LEFT])[place]
    shown = here.T[::-1][place] & ~between[:, None]
    return np.where(shown[..., None], colours[:, None], BACKGROUND)


def _by_column(series: Series, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(W,) values and whether filled in at columns that stand for scene frames (W,).

    No peak is lost where several frames share a column.
    """
    values = np.interp(times, series.frames, series.values)
    middles = (times[1:] + times[:-1]) / 2
    np.maximum.at(values, np.searchsorted(middles, series.frames), series.values)
    nearest = np.clip(np.searchsorted(series.frames, times - 0.5), 0, len(series.frames) - 1)
    return values, series.filled[nearest]


def _blend(picture: np.ndarray, colours: np.ndarray, share: np.ndarray) -> None:
    """Paint the colours of rows (H, 1, 4) over a picture (H, W, 4) with shares (H, W)."""
    picture += share[..., None] * (colours - picture)
