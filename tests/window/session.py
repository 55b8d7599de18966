"""The first process in the chroot: a virtual screen, a window manager, Blender, and a hand on mouse and keys.

    python3 session.py SIZE COMMAND …       SIZE: 1280x800; COMMAND starts Blender

Reads one JSON list a line, answers one JSON value a line: ["run", "xdotool", "click", "1"] runs a program
and answers its status, ["status"] answers how Blender ended or null, ["install", ZIP] answers what the
installation printed; ["start"] starts Blender.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

EXCHANGE = Path("/exchange")
LONGEST = 60.0
"""Seconds that a program may take."""


def start_screen(size: str) -> None:
    """Start Xvfb and let this process's children draw on it."""
    ours, theirs = os.pipe()
    command = ["Xvfb", "-displayfd", str(theirs), "-screen", "0", f"{size}x24", "-nolisten", "tcp"]
    with (EXCHANGE / "xvfb.log").open("w") as log:
        subprocess.Popen([*command, "+extension", "GLX"], pass_fds=[theirs], stdout=log, stderr=log)
    os.close(theirs)
    with os.fdopen(ours) as numbers:
        os.environ["DISPLAY"] = ":" + numbers.readline().strip()
    silent = subprocess.DEVNULL
    subprocess.Popen(["matchbox-window-manager", "-use_titlebar", "no"], stdout=silent, stderr=silent)


def install(archive: str) -> tuple[int, str]:
    """Install and enable the extension as a person does who has only the zip."""
    command = ["blender", "--command", "extension", "install-file", "-r", "user_default", "--enable", archive]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def main(size: str, *command: str) -> None:
    """Serve until standard input ends."""
    start_screen(size)
    blender: subprocess.Popen[bytes] | None = None
    for line in sys.stdin:
        word, *arguments = json.loads(line)
        answer: object = None
        if word == "install":
            answer = install(*arguments)
        elif word == "start":
            with (EXCHANGE / "blender.log").open("w") as log:
                blender = subprocess.Popen(command, stdout=log, stderr=log)
        elif word == "run":
            answer = subprocess.run(arguments, check=False, timeout=LONGEST).returncode
        elif word == "status" and blender is not None:
            answer = blender.poll()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
