"""Lines and dots for the 3D View as plain arrays: pure arithmetic, no bpy and no gpu."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

Colour = tuple[float, float, float, float]

WORST = 0.1
"""Metres from which a residual line is red."""
_CORNERS = 12


@dataclass(frozen=True)
class Shapes:
    """lines (2 L, 3) ends in pairs and line_colours (2 L, 4); dots (N, 3) and dot_colours (N, 4).

    Places in metres in Blender's world, colours RGBA in sRGB.
    """

    lines: np.ndarray
    line_colours: np.ndarray
    dots: np.ndarray
    dot_colours: np.ndarray

    def moved(self, matrix: np.ndarray) -> Shapes:
        """The same, carried along by a matrix (4, 4)."""
        turn, shift = matrix[:3, :3].T, matrix[:3, 3]
        return Shapes(
            self.lines @ turn + shift, self.line_colours, self.dots @ turn + shift, self.dot_colours
        )


def together(shapes: Iterable[Shapes]) -> Shapes:
    """Everything in one."""
    parts = [_NOTHING, *shapes]
    return Shapes(
        np.concatenate([part.lines for part in parts]),
        np.concatenate([part.line_colours for part in parts]),
        np.concatenate([part.dots for part in parts]),
        np.concatenate([part.dot_colours for part in parts]),
    )


_NOTHING = Shapes(np.zeros((0, 3)), np.zeros((0, 4)), np.zeros((0, 3)), np.zeros((0, 4)))


def skeleton(points: np.ndarray, strength: np.ndarray, links: np.ndarray, colour: Colour) -> Shapes:
    """Points (K, 3) drawn with strength (K,), 0 not at all, and lines (L, 2) between those that are there."""
    ends = strength[links]
    drawn = links[(ends > 0).all(1)]
    line_strength = np.repeat(strength[drawn].min(1) if len(drawn) else np.zeros(0), 2)
    there = strength > 0
    return Shapes(
        points[drawn.ravel()], _faded(colour, line_strength), points[there], _faded(colour, strength[there])
    )


def residuals(points: np.ndarray, strength: np.ndarray, body: np.ndarray) -> Shapes:
    """Lines from points (K, 3) that were seen (strength (K,) of 1) to their places on the body (K, 3).

    Green where both agree, yellow at half of WORST, red from WORST on.
    """
    seen = (strength >= 1.0) & np.isfinite(body).all(-1)
    starts, ends = points[seen], body[seen]
    colours = residual_colours(np.linalg.norm(ends - starts, axis=1))
    return Shapes(
        np.stack([starts, ends], axis=1).reshape(-1, 3), np.repeat(colours, 2, axis=0), starts, colours
    )


def residual_colours(lengths: np.ndarray) -> np.ndarray:
    """(N, 4) from green by yellow to red for lengths (N,) in metres."""
    share = np.clip(np.asarray(lengths) / WORST, 0.0, 1.0)
    stops = np.array([[0.25, 0.85, 0.35], [0.98, 0.85, 0.25], [0.95, 0.2, 0.15]])
    colours = np.stack([np.interp(share, (0.0, 0.5, 1.0), channel) for channel in stops.T], axis=-1)
    return np.concatenate([colours, np.ones((len(colours), 1))], axis=1)


def _faded(colour: Colour, strength: np.ndarray) -> np.ndarray:
    colours = np.tile(np.array(colour, float), (len(strength), 1))
    colours[:, 3] *= strength
    return colours


@dataclass(frozen=True)
class View:
    """How a 3D View looks at the world: its view and projection matrix (4, 4) and its width in pixels."""

    view: np.ndarray
    projection: np.ndarray
    width: float

    def pixel(self, places: np.ndarray) -> np.ndarray:
        """(N,) metres that one pixel covers at these places; 0 behind the eye."""
        full = self.projection @ self.view
        depth = places @ full[3, :3] + full[3, 3]
        return np.where(depth > 0, 2.0 * depth / (self.width * self.projection[0, 0]), 0.0)


def discs(
    places: np.ndarray, colours: np.ndarray, radius: float, view: View
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Round dots that face the view: vertices (V, 3), their colours (V, 4) and triangles (F, 3).

    radius in pixels, with an edge that fades over one more. Triangles look the same on every graphics
    system, points of a given size do not.
    """
    pixel = view.pixel(places)
    places, colours, pixel = places[pixel > 0], colours[pixel > 0], pixel[pixel > 0]
    angles = np.arange(_CORNERS) * 2 * np.pi / _CORNERS
    ring = np.cos(angles)[:, None] * view.view[0, :3] + np.sin(angles)[:, None] * view.view[1, :3]
    pattern = np.concatenate([np.zeros((1, 3)), ring * (radius - 0.5), ring * (radius + 0.5)])
    vertices = places[:, None] + pixel[:, None, None] * pattern
    painted = np.repeat(colours[:, None], len(pattern), axis=1)
    painted[:, 1 + _CORNERS :, 3] = 0.0
    first = len(pattern) * np.arange(len(places))[:, None, None]
    triangles = (first + _TRIANGLES).reshape(-1, 3)
    return vertices.reshape(-1, 3), painted.reshape(-1, 4), triangles


def _triangles() -> np.ndarray:
    here = np.arange(_CORNERS)
    inner, outer = 1 + here, 1 + _CORNERS + here
    next_inner, next_outer = np.roll(inner, -1), np.roll(outer, -1)
    centre = np.zeros(_CORNERS, int)
    return np.concatenate(
        [
            np.stack([centre, inner, next_inner], axis=1),
            np.stack([inner, outer, next_outer], axis=1),
            np.stack([inner, next_outer, next_inner], axis=1),
        ]
    )


_TRIANGLES = _triangles()
