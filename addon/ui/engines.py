"""Which engine a run will use, without importing torch just to say so."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache

from .. import refiner


@cache
def torch_installed() -> bool:
    """Whether PyTorch could be imported; looked up once, as panels ask at every redraw."""
    return importlib.util.find_spec("torch") is not None


def planned_engine(engine: str, device: str) -> str:
    """What a run would use, in words for the panel."""
    if engine == "torch" and not torch_installed():
        return "PyTorch is not installed: choose Auto or NumPy"
    if engine == "numpy" or not torch_installed():
        return refiner.engine_name("numpy", "cpu")
    if "torch" not in sys.modules:
        return "PyTorch, loaded at the first run"
    return used_engine(engine, device)


def used_engine(engine: str, device: str) -> str:
    """What a run has used, such as 'torch on cpu'; may import torch."""
    return refiner.engine_name(engine, device)
