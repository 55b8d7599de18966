"""The system libraries that Blender's Python module loads on Linux, and how they come onto the machine."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from ..processes import Refusal, clean_environment, say

# Debian's and Ubuntu's package of each library that bpy 4.2 … 5.3 link to.
PACKAGES = {
    "libGL.so.1": "libgl1",
    "libSM.so.6": "libsm6",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libXrender.so.1": "libxrender1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libXxf86vm.so.1": "libxxf86vm1",
    "libgomp.so.1": "libgomp1",
}


def missing_packages() -> list[str]:
    """Packages whose library cannot be loaded; none on other systems than Linux."""
    if sys.platform != "linux":
        return []
    return [package for library, package in PACKAGES.items() if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def import_problem(python: Path, library_path: str = "") -> str:
    """Why this Python cannot import bpy, in its own last line; empty when it can."""
    import subprocess

    environment = clean_environment()
    if library_path:
        environment["LD_LIBRARY_PATH"] = library_path
    command = [str(python), "-P", "-c", "import bpy"]
    attempt = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if attempt.returncode == 0:
        return ""
    lines = attempt.stderr.strip().splitlines()
    return lines[-1] if lines else f"import bpy ended with status {attempt.returncode}"


def install_packages(packages: list[str]) -> None:
    """Install Debian packages as root. Raises Refusal naming them where that is not possible."""
    import shutil
    import subprocess

    named = " ".join(packages)
    prefix = _root_prefix()
    if shutil.which("apt-get") is None or prefix is None:
        raise Refusal(
            f"Blender's Python module needs system libraries that are missing here: install them with "
            f"`sudo apt-get install {named}` (or your system's packages of the same libraries) and run again."
        )
    say(f"Installing the system libraries that Blender needs: {named}")
    environment = clean_environment() | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(
            [*prefix, "apt-get", *arguments], env=environment, stdout=subprocess.DEVNULL, check=False
        )
    if done.returncode != 0:
        raise Refusal(
            f"apt-get could not install what Blender needs: run `apt-get install {named}` to see why."
        )


def _root_prefix() -> list[str] | None:
    """What to put before a command so that it runs as root without a question, or None."""
    import shutil
    import subprocess

    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if allowed.returncode == 0 else None
