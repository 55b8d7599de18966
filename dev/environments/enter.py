"""A program that becomes another one in a Debian folder: mounts what that needs, changes root, runs it.

    unshare --mount --propagation private --pid --fork --kill-child python3 enter.py ROOT BINDS COMMAND …

BINDS is JSON: folders of this machine, each with its path in there; only the one named /exchange can be
written. All mounts vanish with the namespace, and with its first process all others.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

EXCHANGE = "/exchange"
VARIABLES = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "DEBIAN_FRONTEND": "noninteractive",
    "XDG_RUNTIME_DIR": "/tmp",
    "BLENDER_USER_RESOURCES": "/tmp/blender",
    # OpenGL in software, on one thread: the refiner needs the processor too.
    "LIBGL_ALWAYS_SOFTWARE": "1",
    "GALLIUM_DRIVER": "llvmpipe",
    "LP_NUM_THREADS": "1",
    "MESA_SHADER_CACHE_DIR": "/var/cache",
}


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True)


def _mount_all(root: Path, binds: dict[str, str]) -> None:
    _mount("-t", "proc", "proc", root / "proc")
    _mount("--rbind", "/sys", root / "sys")
    _mount("--rbind", "/dev", root / "dev")
    _mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", root / "dev/shm")
    _mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", root / "tmp")
    for source, inside in binds.items():
        target = root / inside.lstrip("/")
        target.mkdir(parents=True, exist_ok=True)
        _mount("--bind", source, target)
        if inside != EXCHANGE:
            _mount("-o", "remount,bind,ro", target)


def main(root: str, binds: str, *command: str) -> None:
    """Does not return."""
    _mount_all(Path(root), json.loads(binds))
    proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    os.chroot(root)
    os.chdir("/")
    os.execvpe(command[0], command, VARIABLES | proxies)


if __name__ == "__main__":
    main(*sys.argv[1:])
