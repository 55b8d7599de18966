"""What somebody says of a performer's body."""

from __future__ import annotations

from dataclasses import dataclass

HEIGHTS, WEIGHTS, MOST_BETAS = (0.4, 2.6), (3.0, 400.0), 300
"""Metres and kilograms of people, and how many shape numbers SMPL-X has."""


@dataclass(frozen=True)
class ShapeWishes:
    """betas: how many shape numbers to fit. height: metres, weight: kilograms; None where not known."""

    betas: int = 10
    height: float | None = None
    weight: float | None = None


AS_FITTED = ShapeWishes()
"""Nothing is known of the performer."""
