#!/usr/bin/env bash
# Blender's glTF exporter and importer (bpy 4.5.15) multiply by a scene's frame rate base, by
# which the rate is divided: a scene at 29.97 (30 / 1.001) is written at 30.03, one at 12.5 (25 / 2, KIT's motion data)
# at 50, four times too fast. On the way in the same: a file with a key every 1/29.97 s does not fall on frames of a
# scene at 29.97. There and back in Blender alone nothing shows, as one undoes the other.
#
# 1,000 frames between two keys. Expected: 1000 frames, and the seconds that the scene plays. Printed:
#   30 fps: plays 33.333 s, 33.333 s in the file; a file of 33.333 s comes in as 1000.0 frames
#   29.97 fps: plays 33.367 s, 33.300 s in the file; a file of 33.367 s comes in as 1002.0 frames
#   12.5 fps: plays 80.000 s, 20.000 s in the file; a file of 80.000 s comes in as 4000.0 frames
# Fails if any of these seconds and frames changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export BLENDER_USER_RESOURCES="$folder/user"
python3.11 -m venv env
env/bin/pip install --quiet bpy==4.5.15
cat > look.py <<'PY'
import json
import struct
from pathlib import Path

import bpy

FRAMES = 1000
RATES = {"30": (30, 1), "29.97": (30, 1.001), "12.5": (25, 2)}


def scene_at(rate):
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = rate
    scene.frame_start, scene.frame_end = 0, FRAMES
    return scene


def export(rate):
    scene = scene_at(rate)
    mover = bpy.data.objects.new("Mover", None)
    scene.collection.objects.link(mover)
    for frame in (0, FRAMES):
        mover.location.x = frame
        mover.keyframe_insert("location", frame=frame)
    bpy.ops.export_scene.gltf(filepath="move.gltf", export_format="GLTF_SEPARATE")
    file = json.loads(Path("move.gltf").read_text())
    return file["accessors"][file["animations"][0]["samplers"][0]["input"]]["max"][0]


def come_in(rate, seconds):
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    Path("move.bin").write_bytes(struct.pack("<8f", 0, seconds, 0, 0, 0, 1, 0, 0))
    views = [{"buffer": 0, "byteLength": 8}, {"buffer": 0, "byteOffset": 8, "byteLength": 24}]
    times = {"bufferView": 0, "componentType": 5126, "count": 2, "type": "SCALAR", "min": [0], "max": [seconds]}
    places = {"bufferView": 1, "componentType": 5126, "count": 2, "type": "VEC3"}
    channel = {"sampler": 0, "target": {"node": 0, "path": "translation"}}
    file = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"name": "Mover"}],
        "buffers": [{"uri": "move.bin", "byteLength": 32}], "bufferViews": views, "accessors": [times, places],
        "animations": [{"channels": [channel], "samplers": [{"input": 0, "output": 1}]}],
    }  # fmt: skip
    Path("move.gltf").write_text(json.dumps(file))
    scene_at(rate)
    bpy.ops.import_scene.gltf(filepath="move.gltf")
    first, last = bpy.data.actions[0].curve_frame_range
    return round(last - first, 1)


seen = []
for name, (fps, base) in RATES.items():
    plays = FRAMES * base / fps
    written, frames = export((fps, base)), come_in((fps, base), plays)
    print(f"{name} fps: plays {plays:.3f} s, {written:.3f} s in the file;", end=" ")
    print(f"a file of {plays:.3f} s comes in as {frames} frames")
    seen.append((round(written, 2), frames))
assert seen == [(33.33, 1000.0), (33.3, 1002.0), (20.0, 4000.0)], "the behaviour has changed"
PY
env/bin/python look.py 2> errors.txt | grep "fps:" || { cat errors.txt; exit 1; }
