#!/usr/bin/env bash
# Blender's Python (bpy 4.5.15) ignores a new `object.data` while the object is in Edit Mode: no error, no warning, and
# the old data stays. Whoever exchanges an armature's bones or a mesh for newly made ones and then removes the old data,
# as importers and retargeting tools do, removes the object with it. An object stays in Edit Mode when another one
# becomes active, so that `context.mode` does not tell.
#
# Two armatures; one is in Edit Mode, the other is active. Its data is exchanged in each mode. Printed:
#   OBJECT: exchanged
#   POSE: exchanged
#   EDIT: kept, while context.mode is OBJECT
#   after the old data was removed the object is gone
# Expected: exchanged, or an error. Fails if the data is exchanged in Edit Mode, or if Blender says that it is not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export BLENDER_USER_RESOURCES="$folder/user"
python3.11 -m venv env
env/bin/pip install --quiet bpy==4.5.15
cat > look.py <<'PY'
import bpy

layer = bpy.context.view_layer


def armature(name):
    made = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.collection.objects.link(made)
    return made


person, other = armature("person"), armature("other")
fresh = bpy.data.armatures.new("fresh")
for mode in ("OBJECT", "POSE", "EDIT"):
    layer.objects.active = person
    person.select_set(True)
    bpy.ops.object.mode_set(mode=mode)
    old = person.data
    layer.objects.active = other
    person.data = fresh
    if mode != "EDIT":
        assert person.data == fresh
        print(f"{mode}: exchanged")
        person.data = old
        layer.objects.active = person
        bpy.ops.object.mode_set(mode="OBJECT")
assert person.data == old and person.mode == "EDIT" and bpy.context.mode == "OBJECT"
print(f"EDIT: kept, while context.mode is {bpy.context.mode}")
bpy.data.armatures.remove(old)
assert "person" not in bpy.data.objects
print("after the old data was removed the object is gone")
PY
env/bin/python look.py
