"""Which engine a run will use, without importing torch just to say so."""

from __future__ import annotations

import importlib.util
from functools import cache

from .. import refiner


@cache
def torch_installed() -> bool:
    """Whether PyTorch could be imported; looked up once, as panels ask at every redraw."""
    return importlib.util.find_spec("torch") is not None


def planned_engine(engine: str, device: str) -> tuple[bool, str]:
    """Whether a run can start, and a sentence for the panel: what it would use, or what to choose instead."""
    try:
        if torch_installed() and refiner.loads_torch(engine, device):
            return True, "Runs on PyTorch, which loads at the first use"
        return True, f"Runs on {refiner.engine_name(engine, device)}"
    except refiner.RefineError as error:
        return False, str(error)
