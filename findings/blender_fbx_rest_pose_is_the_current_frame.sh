#!/usr/bin/env bash
# Blender 4.5.15 (bpy) writes an armature without a skinned mesh to FBX in the pose of the frame that the timeline
# stands on, and readers take that for its rest pose: the same action gives another rest pose and other bone rotations
# wherever the playhead was. The motion looks right at first sight; whatever works from the rest pose
# (retargeting, a further clip for the same skeleton, joint angles) is off by as much as the joint was bent.
#
# An elbow, straight at rest, is bent from 0 to 90 degrees in frames 1 to 11. Exported three times, playhead on
# frame 1, 6 and 11, read by ufbx 0.0.5 and by Blender. Expected: 0 degrees at rest and 90 of rotation at the end.
# Printed:
#   playhead on  1: elbow at rest  0 (ufbx),  0 (Blender); bone turned at the end 90
#   playhead on  6: elbow at rest 45 (ufbx), 45 (Blender); bone turned at the end 45
#   playhead on 11: elbow at rest 90 (ufbx), 90 (Blender); bone turned at the end 0
# With a skinned mesh in the file the rest pose is kept. Fails if the rest pose no longer follows the playhead.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export BLENDER_USER_RESOURCES="$folder/user"
python3.11 -m venv env
env/bin/pip install --quiet bpy==4.5.15 ufbx==0.0.5
cat > look.py <<'PY'
import math

import bpy
import mathutils
import ufbx


def empty():
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.context.scene.frame_end = 11


def export(playhead):
    empty()
    arm = bpy.data.objects.new("Arm", bpy.data.armatures.new("Arm"))
    bpy.context.scene.collection.objects.link(arm)
    bpy.context.view_layer.objects.active = arm
    bpy.ops.object.mode_set(mode="EDIT")
    upper, fore = (arm.data.edit_bones.new(name) for name in ("upper", "fore"))
    upper.tail = fore.head = (0.3, 0, 0)
    fore.tail, fore.parent = (0.6, 0, 0), upper
    bpy.ops.object.mode_set(mode="OBJECT")
    elbow = arm.pose.bones["fore"]
    for frame, angle in ((1, 0), (11, 90)):
        elbow.rotation_quaternion = mathutils.Quaternion((0, 0, 1), math.radians(angle))
        elbow.keyframe_insert("rotation_quaternion", frame=frame)
    bpy.context.scene.frame_set(playhead)
    bpy.ops.export_scene.fbx(filepath="arm.fbx", add_leaf_bones=False, bake_anim_simplify_factor=0)


def read():
    turn = next(node for node in ufbx.load_file("arm.fbx").nodes if node.name == "fore").local_transform.rotation
    empty()
    bpy.ops.import_scene.fbx(filepath="arm.fbx", anim_offset=0)
    arm = next(item for item in bpy.data.objects if item.type == "ARMATURE")
    bpy.context.scene.frame_set(11)
    rest = arm.data.bones["upper"].vector.angle(arm.data.bones["fore"].matrix_local.to_3x3().col[1])
    end = arm.pose.bones["fore"].matrix_basis.to_quaternion().angle
    return [round(math.degrees(angle)) for angle in (2 * math.acos(min(1, abs(turn.w))), rest, end)]


seen = {}
for playhead in (1, 6, 11):
    export(playhead)
    by_ufbx, by_blender, end = seen[playhead] = read()
    print(f"playhead on {playhead:2}: elbow at rest {by_ufbx:2} (ufbx), {by_blender:2} (Blender); ", end="")
    print(f"bone turned at the end {end}")
assert seen == {1: [0, 0, 90], 6: [45, 45, 45], 11: [90, 90, 0]}, "the behaviour has changed"
PY
env/bin/python look.py 2> errors.txt | grep playhead || { cat errors.txt; exit 1; }
