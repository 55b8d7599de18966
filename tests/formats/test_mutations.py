"""Damaged files of every reader: a Recording or one sentence, never anything else, and at once."""

from __future__ import annotations

import importlib.util
import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.safe_read import FormatError
from tests.effort import effort
from tests.formats import test_acclaim as acclaim
from tests.formats import test_amass as amass
from tests.formats import test_arkit as arkit
from tests.formats import test_bodies_by_name as by_name
from tests.formats import test_c3d as c3d
from tests.formats import test_estimator_variants as variants
from tests.formats import test_estimators as estimators
from tests.formats import test_generators as generators
from tests.formats import test_images as images
from tests.formats import test_keypoint_tools as keypoint_tools
from tests.formats import test_keypoint_variants as keypoint_variants
from tests.formats import test_landmarks as landmarks
from tests.formats import test_marker_tables as marker_tables
from tests.formats import test_matlab as matlab
from tests.formats import test_newer_estimators as newer
from tests.formats import test_other_skeletons as other_skeletons
from tests.formats import test_sam3d as sam3d
from tests.formats import test_skeleton_files as skeletons
from tests.formats import test_suites as suites
from tests.formats import test_tables as tables
from tests.formats import test_theia as theia
from tests.formats import test_timing as timing
from tests.formats import test_trc as trc
from tests.formats import test_unlisted as unlisted
from tests.formats.bodies import walking

MOST_CALLS = 3_000_000
"""Ten times what the longest of the whole files takes."""
MUTATIONS = 30 if importlib.util.find_spec("bpy") is None else 10
"""Of each file; fewer where its only news is an older NumPy."""
MARKS = (b"\0", b"\xff", b"\xff\xff\xff\x7f", b"-1", b"1e308", b"nan", b"null", b"[]", b"{}", b"999999999")


def json_of_landmarks(folder: Path) -> Path:
    path = folder / "pose.json"
    path.write_text(json.dumps(landmarks.JSON_SHAPES["points by number"](landmarks.world())))
    return path


def open_keypoints(folder: Path) -> Path:
    path = folder / "points.npz"
    np.savez(path, keypoints=walking().layout("coco17"), layout="coco17", fps=30, frame_ids=np.arange(40),
             confidence=np.ones((40, 17)), up_axis="y", units="m")  # fmt: skip
    return path


def clip_trc(folder: Path) -> Path:
    return trc.written(folder, trc.trc(walking().layout("coco17")[:, trc.COLUMNS]))


BUILDERS: dict[str, Callable[[Path], Path]] = {
    **{name: build for name, (build, *_) in estimators.TOOLS.items()},
    **{f"{name} keypoints": build for name, (build, *_) in keypoint_tools.TOOLS.items()},
    **images.TOOLS,
    "EDGE": generators.edge,
    "EgoAllo": by_name.egoallo,
    "Kimodo": generators.kimodo,
    "VIBE": estimators.vibe,
    "OpenPose": images.openpose,
    "MediaPipe": json_of_landmarks,
    "MATLAB": matlab.fields_of_a_structure,
    "MATLAB, packed": matlab.qualisys,
    "table": lambda folder: landmarks.TABLES["long"](folder / "pose.csv"),
    "BVH": lambda folder: skeletons.bvh(folder / "clip.bvh", skeletons.MIXAMO),
    "NTU": lambda folder: skeletons.ntu(folder / "clip.skeleton"),
    "C3D": lambda folder: c3d.c3d(folder / "clip.c3d", c3d.joints() * 1000, c3d.NAMES),
    "HybrIK-X": variants.hybrik_x,
    "ROMP of old": variants.romp_of_old,
    "Meshcapade scene": variants.meshcapade_scene,
    "SMPL parameters": variants.smpl_parameters,
    "FreeMoCap": keypoint_variants.by_frame,
    "FreeMoCap JSON": keypoint_variants.by_frame_json,
    "FreeMoCap Parquet": tables.parquet,
    "ASF and AMC": acclaim.acclaim,
    **suites.SUITES,
    "Qualisys": lambda folder: marker_tables.qualisys(folder, 2, titles=True),
    "Nexus": marker_tables.nexus,
    "krajjat": lambda folder: marker_tables.krajjat(folder, "json"),
    "krajjat table": lambda folder: marker_tables.krajjat(folder, "tsv"),
    **{f"ARKit {name}": build for name, build in arkit.SHAPES.items()},
    "Vision": lambda folder: arkit.vision(folder, "raw"),
    "KIT-ML": keypoint_tools.kit,
    **newer.BUILDERS,
    **other_skeletons.BUILDERS,
    **sam3d.BUILDERS,
    "Azure Kinect": unlisted.kinect,
    "PHC": unlisted.library,
    "MDM rotations": keypoint_tools.rotations,
    "landmarks in rows": lambda folder: landmarks.several_in_a_row(folder / "pose_landmarks.csv"),
    "Theia": lambda folder: theia.theia(folder / "pose_0.c3d", theia.segments()),
    "AMASS": lambda folder: amass.saved(folder, **amass.amass_fields()),
    "TRC": clip_trc,
    "open keypoints": open_keypoints,
    "uneven times": lambda folder: timing.table(
        folder / "clip.csv", [n / 30 if n < 20 else n / 12 - 1 for n in range(40)]
    ),
}


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The data with a few bytes changed, inserted, removed or copied, or cut off."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at, kind = chance.randrange(len(changed) + 1), chance.randrange(5)
        if kind == 0 and at < len(changed):
            changed[at] = chance.randrange(256)
        elif kind == 1:
            mark = chance.choice(MARKS)
            changed[at : at + len(mark)] = mark
        elif kind == 2:
            changed[at : at + chance.choice((1, 4, 50))] = b""
        elif kind == 3:
            start = chance.randrange(len(changed) + 1)
            changed[at:at] = changed[start : start + 40]
        else:
            del changed[at:]
    return bytes(changed)


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("tool", list(BUILDERS))
def test_a_damaged_file_is_a_recording_or_one_sentence(tmp_path, tool):
    if tool in ("GVHMR", "TRAM") and importlib.util.find_spec("torch") is None:
        pytest.skip("torch writes this file")
    path = BUILDERS[tool](tmp_path)
    path = next(path.glob("*3.json")) if path.is_dir() else path
    whole, chance = path.read_bytes(), random.Random(tool)
    for _ in range(MUTATIONS):
        path.write_bytes(damaged(whole, chance))
        try:
            with effort(MOST_CALLS):
                formats.read(path).summary()
        except FormatError as refusal:
            assert str(refusal).isprintable()


def test_damaged_time_stamps_beside_a_recording_do_it_no_harm(tmp_path):
    clip = timing.freemocap(tmp_path, 30.0, "frame,timestamp.from_recording_start.sec", "{n},{t}")
    stamps = next(tmp_path.rglob("*timestamps.csv"))
    whole, chance = stamps.read_bytes(), random.Random(0)
    for _ in range(2 * MUTATIONS):
        stamps.write_bytes(damaged(whole, chance))
        assert 1.0 <= formats.read(clip).fps.value <= 1000.0
