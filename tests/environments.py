"""Environments that tests start programs in."""

from __future__ import annotations

import pytest

from dev.environments.envs import Environment
from dev.environments.pythons import HERE


def ready(name: str, version: str = HERE) -> Environment:
    """An environment by its name, which build.py test makes beforehand and a bare pytest may lack."""
    environment = Environment(name, version)
    if not environment.is_ready():
        pytest.skip(f"the environment {environment.folder.name} is not there: python3 build.py test makes it")
    return environment
