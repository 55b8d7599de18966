"""SMPL's skeleton, points and layouts, rotations and bodies: what every other part speaks."""

from __future__ import annotations

from ..on_demand import on_demand

__getattr__ = on_demand(__name__, {}, modules=True)
