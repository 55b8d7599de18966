"""The colours of people: the same for a person's armature, body, keypoints and chip in the panel."""

from __future__ import annotations

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


def person_colour(index: int) -> RGBA:
    """RGBA of the person at this place in the recording, scene-linear: for objects and materials."""
    red, green, blue, alpha = display_colour(index)
    return _linear(red), _linear(green), _linear(blue), alpha


def display_colour(index: int) -> RGBA:
    """The same RGBA in sRGB: for what the add-on draws itself, for icons and for bone colours."""
    brightness = _ROUNDS[index // len(_PALETTE) % len(_ROUNDS)]
    red, green, blue = _PALETTE[index % len(_PALETTE)]
    return red * brightness, green * brightness, blue * brightness, 1.0


def shown_colour(colour: RGBA) -> RGBA:
    """An object's or a material's RGBA (scene-linear) in sRGB."""
    red, green, blue, alpha = colour
    return _encoded(red), _encoded(green), _encoded(blue), alpha


def _encoded(value: float) -> float:
    return value * 12.92 if value <= 0.0031308 else float(1.055 * value ** (1 / 2.4) - 0.055)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
