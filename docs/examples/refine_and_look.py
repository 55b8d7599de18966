"""Read a recording, refine it, look at it in a browser, and write it.

    python refine_and_look.py RECORDING FOLDER

Runs with the wheel (`pip install smpl_pose_refiner-….whl`), and needs nothing else. The cells between the
lines of percent signs can be run one by one in VS Code, Spyder or Jupyter.
"""

# %% What is needed
import json
import sys
from pathlib import Path

import numpy as np
from smpl_pose_refiner import formats, forward, refiner, skeleton

source, folder = Path(sys.argv[1]), Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)

# %% Read: whatever the tool, people come with names, frame numbers and metres, Y up
recording = formats.read(source)
person = recording.people[0]
print(f"{recording.tool}: person {person.id}, one of {len(recording.people)}")
print(f"{person.frames} frames at {person.fps:g} fps")
print(f"up {recording.up.value} ({recording.up.how}), units {recording.units.value} ({recording.units.how})")
for warning in recording.warnings:
    print("Warning:", warning)

# %% Refine: one pass of the network over the whole clip
motion = refiner.refine(person, progress=lambda fraction, message: None)
if person.keypoints is None:
    print(f"poses without keypoints; mean expected error {np.nanmean(motion.uncertainty_deg):.1f} degrees")
else:
    print(f"mean distance from the keypoints: {np.nanmean(motion.fit_error_mm):.1f} mm")
    worst = int(np.nanargmax(motion.fit_error_mm))
    print(f"worst frame: {motion.frame_ids[worst]} with {motion.fit_error_mm[worst]:.1f} mm")

# %% Joints: (T, 24, 3) metres
joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)

# %% Look: a page of its own, which turns when dragged and plays by itself
PAGE = """<!doctype html><meta charset="utf-8"><title>TITLE</title>
<body style="margin:0;background:#222;color:#ddd;font:14px sans-serif"><canvas id="c"></canvas>
<p style="position:fixed;top:0;margin:1em">TITLE, drag to turn</p><script>
const joints = JOINTS, bones = BONES, fps = FPS, canvas = document.getElementById("c");
let turn = 0.5;
onpointermove = event => { if (event.buttons) turn += event.movementX / 150; };
function draw(now) {
  const frame = joints[Math.floor(now / 1000 * fps) % joints.length], pen = canvas.getContext("2d");
  canvas.width = innerWidth; canvas.height = innerHeight;
  const scale = innerHeight / 2.6, middle = frame[0];
  const place = ([x, y, z]) => [
    innerWidth / 2 + scale * ((x - middle[0]) * Math.cos(turn) + (z - middle[2]) * Math.sin(turn)),
    innerHeight / 2 - scale * (y - middle[1])];
  pen.strokeStyle = "#6af"; pen.lineWidth = 5; pen.lineCap = "round";
  for (const [from, to] of bones) {
    pen.beginPath(); pen.moveTo(...place(frame[from])); pen.lineTo(...place(frame[to])); pen.stroke();
  }
  requestAnimationFrame(draw);
}
requestAnimationFrame(draw);
</script>"""
bones = [[parent, joint] for joint, parent in enumerate(skeleton.PARENTS) if parent >= 0]
for word, value in {
    "JOINTS": json.dumps(np.round(joints, 3).tolist()),
    "BONES": json.dumps(bones),
    "FPS": f"{motion.fps:g}",
    "TITLE": source.stem,
}.items():
    PAGE = PAGE.replace(word, value)
(folder / "result.html").write_text(PAGE, "utf-8")

# %% Write: an .npz that every reader of AMASS files takes
formats.write_npz(motion, folder / "result.npz")
print("wrote", folder / "result.html", "and", folder / "result.npz")
