#!/usr/bin/env bash
# three.js 0.187.0 (BVHLoader) adds a joint's OFFSET to its position channels. Writers that give every joint six
# channels, or the root its rest height (Blender's exporter does both), write the place itself there, OFFSET within it,
# and other readers take it so: in three.js the limbs come out twice as long, and the hips twice as high.
# No warning; files whose joints have rotations only, and whose root's OFFSET is zero, are right.
#
# The file: hips 90 above the floor, a knee 45 below them, a foot 45 below that; in the second frame the hips turn
# by 90 degrees. Expected: a foot on the floor, legs of 90. bvhio 1.5.4 reads that. Printed:
#   bvhio: hips 90, foot 0, leg 90; turned: hips 90, foot 90, leg 90
#   three: hips 180, foot 0, leg 180; turned: hips 180, foot 180, leg 180
# Fails if three.js no longer reads hips at 180 and legs of 180.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3.11 -m venv env
env/bin/pip install --quiet bvhio==1.5.4
npm install --silent --no-save --prefix . three@0.187.0 > /dev/null
cat > leg.bvh <<'BVH'
HIERARCHY
ROOT Hips
{
	OFFSET 0 90 0
	CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
	JOINT Knee
	{
		OFFSET 0 -45 0
		CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
		JOINT Foot
		{
			OFFSET 0 -45 0
			CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
			End Site
			{
				OFFSET 0 0 15
			}
		}
	}
}
MOTION
Frames: 2
Frame Time: 0.5
0 90 0 0 0 0 0 -45 0 0 0 0 0 -45 0 0 0 0
0 90 0 90 0 0 0 -45 0 0 0 0 0 -45 0 0 0 0
BVH
cat > look.py <<'PY'
import bvhio

tree, told = bvhio.readAsHierarchy("leg.bvh"), []
for frame in (0, 1):
    tree.loadPose(frame)
    hips, _, foot = (joint.PositionWorld for joint, _, _ in tree.layout()[:3])
    leg = sum((a - b) ** 2 for a, b in zip(hips, foot)) ** 0.5
    told.append(f"hips {hips[1]:.0f}, foot {abs(foot[1]):.0f}, leg {leg:.0f}")
print("bvhio:", "; turned: ".join(told))
PY
cat > look.mjs <<'JS'
import fs from "fs";
import { AnimationMixer, Vector3 } from "three";
import { BVHLoader } from "three/examples/jsm/loaders/BVHLoader.js";

const { skeleton, clip } = new BVHLoader().parse(fs.readFileSync("leg.bvh", "utf8"));
const mixer = new AnimationMixer(skeleton.bones[0]);
mixer.clipAction(clip).play();
const told = [0, 0.4999999].map((time) => {
  mixer.setTime(time);
  skeleton.bones[0].updateMatrixWorld(true);
  const [hips, , foot] = skeleton.bones.map((bone) => bone.getWorldPosition(new Vector3()));
  return `hips ${hips.y.toFixed(0)}, foot ${Math.abs(foot.y).toFixed(0)}, leg ${hips.distanceTo(foot).toFixed(0)}`;
});
console.log("three:", told.join("; turned: "));
if (told[0] !== "hips 180, foot 0, leg 180") throw new Error("the behaviour has changed");
JS
env/bin/python look.py
node look.mjs
