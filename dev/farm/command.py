"""`build.py refine --dask` and `build.py dask`: the main environment, with Dask's packages beside its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..environments.envs import Environment, calling, launching, prepare
from ..processes import ONE_THREAD, run


def refine(arguments: list[str]) -> int:
    """Refines files on the machines of a scheduler, or in local:N processes."""
    with _launching() as (python, variables):
        program = calling("dev.farm.cluster:main")
        return run([python, "-P", "-c", program, "refine", *arguments], variables)


def dask(arguments: list[str]) -> int:
    """`dask scheduler` and `dask worker`, which does one recording at a time unless it is told otherwise."""
    one = ["--nthreads", "1"] if arguments[:1] == ["worker"] and "--nthreads" not in arguments else []
    with _launching() as (python, variables):
        return run([python, "-P", "-m", "dask", *arguments, *one], variables)


@contextmanager
def _launching() -> Iterator[tuple[Path, dict[str, str]]]:
    environment, farm = prepare("main"), prepare("farm")
    with launching(environment) as variables:
        path = os.pathsep.join([variables["PYTHONPATH"], str(site_packages(farm))])
        yield environment.python, variables | ONE_THREAD | {"PYTHONPATH": path}


def site_packages(environment: Environment) -> Path:
    """Where an environment has its packages."""
    return next(environment.folder.glob("[lL]ib*/**/site-packages"))
