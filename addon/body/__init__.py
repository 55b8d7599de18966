"""SMPL's skeleton, points and layouts, rotations and bodies: what every other part speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..on_demand import on_demand

if not TYPE_CHECKING:  # which would take any name for one of the package's
    __getattr__ = on_demand(__name__, {}, modules=True)
