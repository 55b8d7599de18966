"""An environment used by this very process: to start another Python takes as long as to read a small file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..processes import ONE_THREAD, ROOT
from .envs import Environment


def step_into(environment: Environment) -> bool:
    """Import from now on what its own Python would, which is of this one's version, and nothing else that is
    installed; False where that is too late."""
    if environment.library_path or "numpy" in sys.modules:
        return False
    sys.path[:] = [str(ROOT), *_standard_library(), str(packages_of(environment))]
    # As its Python would be started.
    sys.dont_write_bytecode = False
    os.environ.update(ONE_THREAD)
    return True


def packages_of(environment: Environment) -> Path:
    """The folder of all that is installed in it."""
    inside = "Lib" if os.name == "nt" else f"lib/python{environment.version}"
    return environment.folder / inside / "site-packages"


def _standard_library() -> list[str]:
    bases = (sys.base_prefix, sys.base_exec_prefix)
    inside = [folder for folder in sys.path if any(Path(folder).is_relative_to(base) for base in bases)]
    return [folder for folder in inside if "-packages" not in folder]
