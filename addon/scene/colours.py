"""The colours of people: the same for a person's armature, body, keypoints and chip in the panel."""

from __future__ import annotations

import math

RGBA = tuple[float, float, float, float]

# Okabe and Ito's palette without black (2008), in sRGB: told apart with every kind of colour vision.
_PALETTE = (
    (0.337, 0.706, 0.914),  # sky blue
    (0.902, 0.624, 0.000),  # orange
    (0.000, 0.620, 0.451),  # bluish green
    (0.800, 0.475, 0.655),  # reddish purple
    (0.941, 0.894, 0.259),  # yellow
    (0.835, 0.369, 0.000),  # vermilion
    (0.000, 0.447, 0.698),  # blue
)
_ROUNDS = (1.0, 0.6, 0.35)
"""Brightness of the first seven people, the second seven and the third; then it starts again."""

_SIDES = {
    "left": ((0.55, 0.80, 1.00), (0.10, 0.25, 0.95)),
    "right": ((1.00, 0.45, 0.50), (0.85, 0.00, 0.10)),
    "middle": ((1.00, 0.95, 0.60), (0.30, 0.20, 0.00)),
}
"""Blue, red and yellow in sRGB, each light and dark: of bones, which are seen over a body of any colour."""
_CLEAR = 0.45
"""Distance between two colours in sRGB from which one is well seen over the other."""


def person_colour(index: int) -> RGBA:
    """RGBA of the person at this place in the recording, scene-linear: for objects and materials."""
    red, green, blue, alpha = display_colour(index)
    return _linear(red), _linear(green), _linear(blue), alpha


def display_colour(index: int) -> RGBA:
    """The same RGBA in sRGB: for what the add-on draws itself, for icons and for bone colours."""
    brightness = _ROUNDS[index // len(_PALETTE) % len(_ROUNDS)]
    red, green, blue = _PALETTE[index % len(_PALETTE)]
    return red * brightness, green * brightness, blue * brightness, 1.0


def bone_colour(index: int, side: str) -> RGBA:
    """RGBA in sRGB of a person's bones on the "left", the "right" or in the "middle".

    It is the side's light tone where that is well seen over the person's own colour, else the dark one.
    """
    light, dark = _SIDES[side]
    clear = math.dist(light, display_colour(index)[:3]) >= _CLEAR
    red, green, blue = light if clear else dark
    return red, green, blue, 1.0


def shown_colour(colour: RGBA) -> RGBA:
    """An object's or a material's RGBA (scene-linear) in sRGB."""
    red, green, blue, alpha = colour
    return _encoded(red), _encoded(green), _encoded(blue), alpha


def _encoded(value: float) -> float:
    return value * 12.92 if value <= 0.0031308 else float(1.055 * value ** (1 / 2.4) - 0.055)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
