"""Whether torch would find a GPU, told without importing it: an import takes a second or more, and on the CPU
torch is no faster than NumPy."""

from __future__ import annotations

import os
import platform
import re
import sys
from functools import lru_cache
from importlib import util
from pathlib import Path

_BUILT_FOR = re.compile(r"^(?:cuda|hip)\b[^=\n]*=\s*['\"]", re.MULTILINE)
"""In torch/version.py: the toolkit that this torch was built with, None without."""
_LINUX_DRIVERS = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")
"""NVIDIA's driver, the same under Windows' Linux, AMD's driver."""


def torch_installed() -> bool:
    """Whether torch could be imported."""
    return "torch" in sys.modules or util.find_spec("torch") is not None


def torch_finds_gpu() -> bool:
    """Whether torch has CUDA, ROCm or Metal: asked where it is imported, else told by what is installed."""
    torch = sys.modules.get("torch")
    if torch is None:
        return _is_likely()
    return bool(torch.cuda.is_available() or torch.backends.mps.is_available())


@lru_cache(maxsize=1)
def _is_likely() -> bool:
    found = util.find_spec("torch")
    if found is None or found.origin is None:
        return False
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    return built_for_gpu(Path(found.origin).parent) and _has_driver()


def built_for_gpu(folder: Path) -> bool:
    """Whether the torch in this folder was built for CUDA or ROCm."""
    version = folder / "version.py"
    return version.is_file() and _BUILT_FOR.search(version.read_text("utf-8")) is not None


def _has_driver() -> bool:
    if sys.platform == "win32":
        return Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "nvcuda.dll").is_file()
    return any(Path(driver).exists() for driver in _LINUX_DRIVERS)
