"""A Debian system in a folder, with Blender, a virtual screen and a mouse: for tests that need a window."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..processes import Refusal, clean_environment, locked, say
from . import enter, libraries
from .envs import FOLDER

BLENDERS = {"trixie": "4.3", "sid": "5.2"}
MIRROR = "http://deb.debian.org/debian"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Debian's Blender only recommends some of what its own Python imports.
PACKAGES = [
    "blender",
    "python3-numpy",
    "python3-requests",
    "python3-zstandard",
    "python3-cattr",
    # NumPy as fast as in the Blender that people download; it falls back to the reference library.
    "libopenblas0-pthread",
    "xvfb",
    "xdotool",
    "imagemagick",
    "matchbox-window-manager",
    "fonts-dejavu-core",
    "libgl1-mesa-dri",
    "libglx-mesa0",
    "libegl-mesa0",
    "libegl1",
    "libgl1",
    "ca-certificates",
    "procps",
]
APT_SETTINGS = """APT::Install-Recommends "0";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false"; // a mirror may be a snapshot
DPkg::Options { "--force-unsafe-io"; }; // what a loss of power leaves half is made anew
"""
TOOLS = ("apt-get", "apt-config", "unshare", "chroot", "mount")
PRIVATE = ("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child")


class NoWindow(Refusal):
    """This machine can't make or enter the system; the sentence says why."""


@dataclass(frozen=True)
class Chroot:
    """The system of one Debian suite, with Debian's torch or without."""

    suite: str
    torch: bool = False

    @property
    def name(self) -> str:
        """What its folder is called."""
        return f"{self.suite}-torch" if self.torch else self.suite

    @property
    def root(self) -> Path:
        """Its folder."""
        return FOLDER / "window" / self.name

    @property
    def stamp(self) -> Path:
        """The file that is written last."""
        return self.root / "etc" / "made_from.txt"

    @property
    def packages(self) -> list[str]:
        """What is installed in it."""
        return [*PACKAGES, *(["python3-torch"] if self.torch else [])]

    def is_ready(self) -> bool:
        """Whether it was made to the end from the packages of today."""
        return self.stamp.exists() and self.stamp.read_text("utf-8").split() == self.packages

    def entering(self, command: list[str], binds: Mapping[Path, str] | None = None) -> list[str]:
        """The command line that runs a command in there, in a process namespace of its own."""
        mapping = json.dumps({str(source): inside for source, inside in (binds or {}).items()})
        return [*PRIVATE, sys.executable, "-P", enter.__file__, str(self.root), mapping, *command]


def prepare(suite: str, torch: bool = False) -> Chroot:
    """The system of this suite, made if need be. Raises NoWindow where that is not possible."""
    chroot = Chroot(suite, torch)
    if problem := _obstacle():
        raise NoWindow(problem)
    chroot.root.parent.mkdir(parents=True, exist_ok=True)
    with locked(chroot.root.with_suffix(".lock")):
        if not chroot.is_ready():
            _make(chroot)
    return chroot


def _obstacle() -> str:
    lacking = [tool for tool in TOOLS if shutil.which(tool) is None]
    if lacking:
        return f"A Blender with a window is set up on Debian and its like only: {lacking[0]} is missing here."
    if os.geteuid() != 0:
        return "A Blender with a window is set up in a chroot, which needs root: run this command as root."
    if subprocess.run([*PRIVATE, "true"], capture_output=True, check=False).returncode != 0:
        return "A Blender with a window needs private mounts (unshare --mount), which are not allowed here."
    return ""


def _make(chroot: Chroot) -> None:
    say(f"Preparing Debian {chroot.suite} with Blender {BLENDERS[chroot.suite]} (once; some minutes) …")
    if shutil.which("debootstrap") is None or not KEYRING.exists():
        try:
            libraries.install_packages(["debootstrap", "debian-archive-keyring"])
        except Refusal:
            raise NoWindow(
                "A Blender with a window is set up by debootstrap, which could not be installed: "
                "run `apt-get install debootstrap debian-archive-keyring` to see why."
            ) from None
    if not (chroot.root / "usr/bin/apt-get").exists() or not _is_whole(chroot):
        shutil.rmtree(chroot.root, ignore_errors=True)
        _bootstrap(chroot)
    _install(chroot)
    chroot.stamp.write_text("\n".join(chroot.packages), "utf-8")


def _is_whole(chroot: Chroot) -> bool:
    """Whether debootstrap came to its end: it removes its own folder last."""
    return not (chroot.root / "debootstrap").exists()


def _bootstrap(chroot: Chroot) -> None:
    mirror, proxy = _mirror(), _apt_setting("Acquire::http::Proxy")
    command = [*PRIVATE, "debootstrap", "--variant=minbase", f"--keyring={KEYRING}"]
    variables = {"http_proxy": proxy} if proxy else {}
    _run(chroot, [*command, chroot.suite, str(chroot.root), mirror], variables)


def _install(chroot: Chroot) -> None:
    for name in ("resolv.conf", "hosts"):
        (chroot.root / "etc" / name).unlink(missing_ok=True)
        shutil.copy(Path("/etc", name), chroot.root / "etc" / name)
    mounts = chroot.root / "etc" / "mtab"  # which Blender looks for
    mounts.unlink(missing_ok=True)
    mounts.symlink_to("/proc/self/mounts")
    no_services = chroot.root / "usr/sbin/policy-rc.d"
    no_services.write_text("#!/bin/sh\nexit 101\n", "utf-8")
    no_services.chmod(0o755)
    (chroot.root / "etc/apt/apt.conf.d/99window").write_text(APT_SETTINGS, "utf-8")
    _run(chroot, chroot.entering(["apt-get", "update", "-qq"]))
    _run(chroot, chroot.entering(["apt-get", "install", "-y", "-qq", *chroot.packages]))
    _run(chroot, chroot.entering(["apt-get", "clean"]))


def _mirror() -> str:
    """The Debian archive that this machine's own apt uses."""
    wanted = "$(ORIGIN) $(LABEL) $(REPO_URI)"
    done = subprocess.run(
        ["apt-get", "indextargets", "--format", wanted], capture_output=True, text=True, check=False
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    return next((line[2] for line in lines if line[:2] == ["Debian", "Debian"]), MIRROR)


def _apt_setting(name: str) -> str:
    command = ["apt-config", "dump", "--format", "%v", name]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _run(chroot: Chroot, command: list[str], variables: Mapping[str, str] | None = None) -> None:
    """Run a step; its output goes to a log beside the folder. Raises NoWindow with the last line."""
    log = chroot.root.with_suffix(".log")
    with log.open("w") as output:
        environment = clean_environment() | {"DEBIAN_FRONTEND": "noninteractive"} | dict(variables or {})
        done = subprocess.run(command, env=environment, stdout=output, stderr=output, check=False)
    if done.returncode != 0:
        last = log.read_text("utf-8", errors="replace").strip().splitlines()[-1:] or ["no message"]
        raise NoWindow(f"Debian {chroot.suite} could not be made ({last[0]}): see {log}, and run again.")
