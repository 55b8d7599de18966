"""Environments that tests start programs in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dev.environments.envs import Environment
from dev.environments.pythons import HERE, pip_command


def ready(name: str, version: str = HERE) -> Environment:
    """An environment by its name, which build.py test makes beforehand and a bare pytest may lack."""
    environment = Environment(name, version)
    if not environment.is_ready():
        pytest.skip(f"the environment {environment.folder.name} is not there: python3 build.py test makes it")
    return environment


def pip_of_the_base() -> tuple[str, ...]:
    """The beginning of a pip command of the Python that this environment, which has none, was made from."""
    name = "python.exe" if os.name == "nt" else f"bin/python{HERE}"
    return pip_command(Path(sys.base_prefix, name))
