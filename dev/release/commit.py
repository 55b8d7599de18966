"""The last commit as a folder of its own: what a release is made from."""

from __future__ import annotations

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

from ..processes import ROOT, Refusal, say


def export(folder: Path) -> str:
    """Lays the tree of the last commit into a folder; the commit's name. Raises Refusal without one."""
    if changed := _git("status", "--porcelain", "--untracked-files=no").decode().strip():
        count = len(changed.splitlines())
        say(f"A release is made of the last commit; changed files that are not in it: {count}.")
    tree = _git("-c", "core.autocrlf=false", "archive", "--format=tar", "HEAD")
    with tarfile.open(fileobj=BytesIO(tree)) as archive:
        archive.extractall(folder, filter="data")
    return _git("rev-parse", "HEAD").decode().strip()


def _git(*arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    except FileNotFoundError:
        raise Refusal("A release is made of a commit, which needs git: install it and run again.") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise Refusal(f"A release is made of a commit: run this in a clone of the repository ({said}).")
    return done.stdout
