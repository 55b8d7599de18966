"""A program that extension.py runs in a Blender of its own: take steps with the extension, tell all as JSON.

    python installed_extension.py REPORT '[["install", ZIP], ["refine", ENGINE]]'

Modules that the zip bundles are hidden where the environment has them installed as well, so that only the
bundled ones can be found.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
from collections.abc import Callable
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import bpy  # isort: split

import addon_utils  # which only bpy makes importable
import numpy as np

ID = "smpl_pose_refiner"
NAME = f"bl_ext.user_default.{ID}"
FROM_OURS = f"bl_ext.ours.{ID}"
BUNDLED = ("array_api_compat", "threadpoolctl", "torch")
USER = Path(os.environ["BLENDER_USER_RESOURCES"]).resolve()


class OnlyBundled(PathFinder):
    """Python's finder on sys.path, but bundled modules come from Blender's user folder or not at all."""

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Any = None) -> Any:
        """As the import system asks for it."""
        if name in BUNDLED and path is None:
            path = [place for place in sys.path if Path(place).resolve().is_relative_to(USER)]
        return PathFinder.find_spec(name, path, target)


def traces() -> dict[str, int]:
    """What an enabled extension has in Blender; all of it must be gone when it is disabled."""
    return {
        "classes": sum(name.startswith("SPR_") for name in dir(bpy.types)),
        "operators": len(dir(bpy.ops.spr)),
        "menu entries": len(bpy.types.TOPBAR_MT_file_import._dyn_ui_initialize()),
        "scene settings": int(hasattr(bpy.types.Scene, "spr")),
        "preferences": int(NAME in bpy.context.preferences.addons),
    }


def write_recording(path: Path) -> None:
    """A person of SMPL's mean build who raises the left arm and turns, as an open keypoint file."""
    kinematics = importlib.import_module(f"{NAME}.addon.body.kinematics")
    rotations = importlib.import_module(f"{NAME}.addon.body.rotations")
    skeleton = importlib.import_module(f"{NAME}.addon.body.skeleton")
    frames = 12
    turns = np.zeros((frames, 24, 3))
    turns[:, skeleton.JOINT_NAMES.index("left_shoulder"), 2] = np.linspace(0.0, -1.0, frames)
    turns[:, 0, 1] = np.linspace(0.0, 0.5, frames)
    matrices = rotations.matrix_from_axis_angle(turns)
    joints, _ = kinematics.forward(matrices, np.zeros((frames, 3)), skeleton.REST_OFFSETS)
    np.savez(path, keypoints=joints, layout="smpl24", fps=30.0, up_axis="y", units="m")


def refine(engine: str) -> dict[str, Any]:
    """Open a recording and refine it with the extension's own operators."""
    write_recording(USER / "raised_arm.npz")
    opened = bpy.ops.spr.open_recording(filepath=str(USER / "raised_arm.npz"))
    bpy.context.scene.spr.engine = engine
    done = bpy.ops.spr.refine_pose()
    armatures = [thing for thing in bpy.data.objects if thing.type == "ARMATURE"]
    first, last = (int(edge) for edge in armatures[0].animation_data.action.frame_range)
    return {
        "opened": list(opened),
        "refined": list(done),
        "result": bpy.context.scene.spr.result,
        "armatures": len(armatures),
        "frames": last - first + 1,
        **{name: _inside(sys.modules.get(name)) for name in BUNDLED},
    }


def _inside(module: Any) -> str:
    """Where in Blender's user folder an imported module lies."""
    return str(Path(str(module.__file__)).resolve().relative_to(USER)) if module else ""


def install(archive: str) -> dict[str, Any]:
    """Install and enable, and remember that for the next start."""
    before = traces()
    bpy.ops.extensions.package_install_files(filepath=archive, repo="user_default", enable_on_install=True)
    bpy.ops.wm.save_userpref()
    return {
        "before": before,
        "enabled": addon_utils.check(NAME)[1],
        "while enabled": traces(),
        "torch imported": "torch" in sys.modules,
    }


def enable() -> dict[str, Any]:
    """What a Blender with a window does by itself at its start; the module does not in every release."""
    addon_utils.enable(NAME, default_set=True)
    return {"enabled": addon_utils.check(NAME)[1]}


def subscribe(index: str) -> dict[str, Any]:
    """Add a repository by its address in place of all others, so that nothing else is asked for, and install
    from it."""
    repositories = bpy.context.preferences.extensions.repos
    while len(repositories):
        repositories.remove(repositories[0])
    bpy.context.preferences.system.use_online_access = True
    repositories.new(name="Ours", module="ours", remote_url=index)
    bpy.ops.extensions.repo_sync_all()
    bpy.ops.extensions.package_install(repo_index=_place(), pkg_id=ID, enable_on_install=True)
    preferences = bpy.context.preferences.addons[FROM_OURS].preferences
    preferences.log, preferences.engine = True, "numpy"
    bpy.ops.wm.save_userpref()
    return _installed()


def update(index: str, newer: str) -> dict[str, Any]:
    """Put another index where the one is that was subscribed to, look what is new, and install it."""
    Path(newer).replace(index)
    bpy.ops.extensions.repo_sync_all()
    bpy.ops.extensions.package_upgrade_all()
    return _installed()


def _place() -> int:
    return bpy.context.preferences.extensions.repos.find("Ours")


def _installed() -> dict[str, Any]:
    folder = Path(bpy.context.preferences.extensions.repos[_place()].directory, ID)
    version = re.search(r'^version = "(.+)"$', (folder / "blender_manifest.toml").read_text("utf-8"), re.M)
    preferences = bpy.context.preferences.addons[FROM_OURS].preferences
    return {
        "version": version[1] if version else "",
        "enabled": addon_utils.check(FROM_OURS)[1],
        "log": preferences.log,
        "engine": preferences.engine,
        "operators": len(dir(bpy.ops.spr)),
    }


def switch() -> dict[str, Any]:
    """Disable and enable twenty times, then uninstall; what Blender held after each step."""
    seen: dict[str, Any] = {"disabled": [], "enabled": []}
    for _ in range(20):
        addon_utils.disable(NAME, default_set=True)
        seen["disabled"].append(traces())
        addon_utils.enable(NAME, default_set=True)
        seen["enabled"].append(traces())
    repositories = bpy.context.preferences.extensions.repos
    index = repositories.find("User Default")
    bpy.ops.extensions.package_uninstall(repo_index=index, pkg_id="smpl_pose_refiner")
    folder = Path(repositories[index].directory, "smpl_pose_refiner")
    seen["uninstalled"] = traces()
    seen["files left"] = [str(path) for path in folder.rglob("*") if path.is_file()]
    return seen


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    "install": install,
    "enable": enable,
    "refine": refine,
    "subscribe": subscribe,
    "update": update,
    "switch": switch,
}

if __name__ == "__main__":
    sys.meta_path[sys.meta_path.index(PathFinder)] = OnlyBundled
    report, steps = Path(sys.argv[1]), json.loads(sys.argv[2])
    report.write_text(json.dumps({name: STEPS[name](*given) for name, *given in steps}), "utf-8")
    sys.stdout.flush()
    os._exit(0)  # without the teardown of bpy, which was seen to wait for itself for ever (4.5)
