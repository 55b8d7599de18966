#!/usr/bin/env bash
# Babylon.js 9.35.0 (@babylonjs/loaders 9.28.0) shows the motion of a BVH file mirrored: the left hand is the
# person's right one. A scene of Babylon is left-handed unless it is told otherwise; its glTF loader turns
# right-handed files into that, its BVH loader takes their numbers as they are. All joints lie where the file says, so
# that no check of coordinates shows it: only the side is wrong, and a clip from BVH does not fit a character from glTF.
#
# The same person in both formats, Y up, facing +Z, left at +X as both have it; both loaded into one scene.
# Side: (up x forward) . left, which is negative for a left hand in a left-handed scene. Printed:
#   scene left-handed: true
#   gltf: left hand at -60 130 0, side -1: his left
#   bvh: left hand at 60 130 0, side 1: his right
# Expected: the same place for both. Fails if the BVH file's left hand is no longer on the other side.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . @babylonjs/core@9.35.0 @babylonjs/loaders@9.28.0 > /dev/null
cat > look.mjs <<'JS'
import { ImportMeshAsync, NullEngine, Scene, Vector3 } from "@babylonjs/core/index.js";
import "@babylonjs/loaders/index.js";

const joints = { Head: [0, 70, 0], LeftHand: [60, 40, 0], LeftToes: [10, -90, 20] };
const turns = "CHANNELS 3 Zrotation Xrotation Yrotation";
const joint = ([name, place]) => `JOINT ${name}\n{\nOFFSET ${place.join(" ")}\n${turns}\n}\n`;
const bvh = `HIERARCHY
ROOT Hips
{
OFFSET 0 0 0
CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
${Object.entries(joints).map(joint).join("")}}
MOTION
Frames: 1
Frame Time: 0.04
0 90 0 0 0 0 ${"0 0 0 ".repeat(3)}
`;
const nodes = [
  { name: "Hips", translation: [0, 90, 0], children: [1, 2, 3] },
  ...Object.entries(joints).map(([name, translation]) => ({ name, translation })),
];
const gltf = JSON.stringify({ asset: { version: "2.0" }, scene: 0, scenes: [{ nodes: [0] }], nodes });

const scene = new Scene(new NullEngine());
console.log("scene left-handed:", !scene.useRightHandedSystem);
await ImportMeshAsync("data:" + gltf, scene, { pluginExtension: ".gltf" });
const { skeletons } = await ImportMeshAsync("data:" + bvh, scene, { pluginExtension: ".bvh" });
const { bones } = skeletons[0];
bones.forEach((bone) => bone.animations.forEach((track) => (bone[track.targetProperty] = track.evaluate(0))));
skeletons[0].prepare(true);

function side(kind, place) {
  const [hips, head, hand, toes] = ["Hips", ...Object.keys(joints)].map(place);
  const forward = new Vector3(0, 0, toes.z - hips.z);
  const sign = Math.sign(Vector3.Dot(Vector3.Cross(head.subtract(hips), forward), hand.subtract(hips)));
  console.log(`${kind}: left hand at ${hand.asArray().join(" ")}, side ${sign}: his ${sign < 0 ? "left" : "right"}`);
  return sign;
}
const sides = [
  side("gltf", (name) => scene.getNodeByName(name).getAbsolutePosition()),
  side("bvh", (name) => bones.find((bone) => bone.name === name).getAbsolutePosition()),
];
if (sides[0] !== -1 || sides[1] !== 1) throw new Error("the behaviour has changed");
JS
node look.mjs | grep -v Babylon.js
