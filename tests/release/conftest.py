"""What the tests of a release share."""

from __future__ import annotations

import pytest

from dev.envs import Environment
from dev.pythons import HERE


@pytest.fixture(scope="session")
def ready():
    """An environment by its name, which build.py test makes beforehand and a bare pytest may lack."""

    def find(name: str, version: str = HERE) -> Environment:
        environment = Environment(name, version)
        if not environment.is_ready():
            pytest.skip(f"the environment {environment.folder.name} is not there: python3 build.py test makes it")
        return environment

    return find
