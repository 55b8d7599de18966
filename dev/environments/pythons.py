"""Which Python and which pip there are."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from ..processes import Refusal, clean_environment

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


@cache
def find_python(version: str) -> Path | None:
    """A Python of this version ("3.13") that runs; this one where it fits."""
    if version == HERE:
        return Path(sys.executable)
    return next((path for path in _candidates(version) if _version_of(path) == version), None)


def _candidates(version: str) -> list[Path]:
    import shutil

    name = f"python{version}"
    on_path = shutil.which(name)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return [
        *([Path(on_path)] if on_path else []),
        *sorted(pyenv.glob(f"versions/{version}.*/bin/{name}"), reverse=True),
    ]


def _version_of(python: Path) -> str:
    """Empty when it does not run: pyenv's shims exist even for versions that are not selected."""
    import subprocess

    command = [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    answer = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), check=False)
    return answer.stdout.strip() if answer.returncode == 0 else ""


@cache
def pip_command(python: Path) -> tuple[str, ...]:
    """The beginning of a pip command of this Python. Raises Refusal when it has no usable pip."""
    import re
    import subprocess

    command = [str(python), "-m", "pip", "--version"]
    answer = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), check=False)
    found = re.match(r"pip (\d+)\.(\d+)", answer.stdout)
    # pip --python, which spares every environment a pip of its own, came with 22.3.
    if found is None or (int(found[1]), int(found[2])) < (22, 3):
        raise Refusal(
            f"{python} has no pip, or one older than 22.3: install it with "
            f"`sudo apt-get install python3-pip` or `{python} -m ensurepip --upgrade`, and run again."
        )
    return (str(python), "-m", "pip")
