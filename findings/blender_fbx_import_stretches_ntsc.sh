#!/usr/bin/env bash
# Blender 4.5.15 (bpy): `import_scene.fbx` stretches motion of files at 23.976, 29.97 and 59.94 frames a second by
# 1.001, and shortens it at 12.5 (KIT's motion data) to 0.96, while it sets the scene to the file's own rate. Its other
# importer, `wm.fbx_import`, is right, so is ufbx 0.0.5; whole rates (24, 25, 30, 60 …) are right in all.
# A take of 5,000 frames at 29.97 ends 5 frames late, out of step with its sound and with contacts by frame number,
# and no key but the first lies on a whole frame.
#
# 1,000 frames between two keys, written by Blender itself. Expected: 1000 frames in each. Printed:
#   12.5 fps: 80.000 s in the file (ufbx); import_scene.fbx 960.0 frames, wm.fbx_import 1000.0
#   23.976 fps: 41.708 s in the file (ufbx); import_scene.fbx 1001.0 frames, wm.fbx_import 1000.0
#   29.97 fps: 33.367 s in the file (ufbx); import_scene.fbx 1001.0 frames, wm.fbx_import 1000.0
#   59.94 fps: 16.683 s in the file (ufbx); import_scene.fbx 1001.0 frames, wm.fbx_import 1000.0
#   30 fps: 33.333 s in the file (ufbx); import_scene.fbx 1000.0 frames, wm.fbx_import 1000.0
# Fails if any of these numbers of frames changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export BLENDER_USER_RESOURCES="$folder/user"
python3.11 -m venv env
env/bin/pip install --quiet bpy==4.5.15 ufbx==0.0.5
cat > look.py <<'PY'
import bpy
import ufbx

FRAMES = 1000
RATES = {"12.5": (25, 2), "23.976": (24, 1.001), "29.97": (30, 1.001), "59.94": (60, 1.001), "30": (30, 1)}


def empty():
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    return bpy.context.scene


def export(rate, base):
    scene = empty()
    scene.render.fps, scene.render.fps_base = rate, base
    scene.frame_start, scene.frame_end = 0, FRAMES
    mover = bpy.data.objects.new("Mover", None)
    scene.collection.objects.link(mover)
    for frame in (0, FRAMES):
        mover.location.x = frame
        mover.keyframe_insert("location", frame=frame)
    bpy.ops.export_scene.fbx(filepath="move.fbx")


def frames(importer):
    scene = empty()
    importer(filepath="move.fbx")
    spans = [curve.range()[1] - curve.range()[0] for curve in bpy.data.actions[0].fcurves]
    assert abs(scene.render.fps / scene.render.fps_base - float(name)) < 1e-3
    return round(max(spans), 1)


seen = {}
for name, rate in RATES.items():
    export(*rate)
    seconds = ufbx.load_file("move.fbx").anim.time_end
    seen[name] = frames(bpy.ops.import_scene.fbx), frames(bpy.ops.wm.fbx_import)
    print(f"{name} fps: {seconds:.3f} s in the file (ufbx);", end=" ")
    print(f"import_scene.fbx {seen[name][0]} frames, wm.fbx_import {seen[name][1]}")
assert [python for python, _ in seen.values()] == [960, 1001, 1001, 1001, 1000], "the behaviour has changed"
assert {cpp for _, cpp in seen.values()} == {1000}, "the behaviour has changed"
PY
env/bin/python look.py 2> errors.txt | grep "in the file" || { cat errors.txt; exit 1; }
