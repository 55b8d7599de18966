"""A program: everything that a user does, in a process in which sockets are refused; prints what it wrote.

    python whole_flow.py FOLDER

FOLDER holds takes/*.npz; results go to FOLDER/out.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

REFUSED = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "ssl.")
STARTING = ("subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.startfile", "webbrowser.")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
written: set[str] = set()


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: Python tells it what it is about to do."""
    if event.startswith((*REFUSED, *STARTING)):
        raise PermissionError(f"{event} {arguments}")
    if event == "open" and isinstance(arguments[0], str | bytes | Path) and arguments[2] & WRITING:
        written.add(os.fsdecode(arguments[0]))
    if event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "os.link", "os.symlink"):
        written.update(os.fsdecode(one) for one in arguments if isinstance(one, str | bytes | Path))


def main(folder: Path) -> None:
    """Open, refine, keep, export, batch; and the command line."""
    import bpy

    from dev.environments.linked import link, switch

    module = link()
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    sys.addaudithook(watch)
    switch(module, True)
    written.clear()  # Blender has unpacked the extension's wheels
    out = folder / "out"
    out.mkdir()
    take = str(folder / "takes" / "walk.npz")
    done = [
        bpy.ops.spr.open_recording(filepath=take),
        bpy.ops.spr.refine_pose(),
        bpy.ops.spr.export_fbx(filepath=str(out / "walk.fbx")),
        bpy.ops.spr.batch_folder(directory=str(folder / "takes")),
    ]
    bpy.context.scene.spr.batch.output = str(out / "batch")
    done += [bpy.ops.spr.batch_refine(), bpy.ops.wm.save_as_mainfile(filepath=str(out / "walk.blend"))]
    command = sys.modules[f"{module}.addon"]._command_line
    status = command(["refine", take, "--output", str(out / "folder"), "--engine", "numpy"])
    status += command(["inspect", take])
    told = {"done": [list(one) for one in done], "status": status, "written": sorted(written)}
    switch(module, False)
    print("TOLD " + json.dumps(told), flush=True)
    os._exit(0)  # bpy's own teardown is none of this


if __name__ == "__main__":
    main(Path(sys.argv[1]))
