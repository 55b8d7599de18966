"""Named keypoint layouts: the order of their keypoints, and the canonical point each one is.

Orders are the tools' own: OpenPose (BODY_25), COCO and its WholeBody, Halpe, Human3.6M as VideoPose3D and
MMPose write it and as HybrIK does (left first), MediaPipe Pose, HumanML3D, CMU Panoptic, EasyMocap,
Kinect (v1's 20, v2's 25, Azure's 32), KIT-ML and MHR; Human3.6M without its neck (SemGCN) and with all its
32, OpenPose's 15 and 18 and rtmlib's 134 (to_openpose); PoseTrack, LSP, MPII, MPI-INF-3DHP; ZED's 34 and 38
(its 18 are OpenPose's), NVIDIA Maxine's 34.
A keypoint without a counterpart on SMPL's skeleton maps to None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .hands import SIDES
from .points import POINT_INDEX
from .skeleton import JOINT_NAMES, mirror_name


@dataclass(frozen=True)
class Layout:
    """An ordered set of K keypoints; canonical[k] is a name of `points.POINT_NAMES` or None, hand_points[k]
    one of `hands.HAND_POINTS` or None, empty where there are none."""

    name: str
    keypoints: tuple[str, ...]
    canonical: tuple[str | None, ...]
    hand_points: tuple[str | None, ...] = ()

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Indices of left and right keypoints that mirror each other."""
        index = {name: k for k, name in enumerate(self.keypoints)}
        lefts = (name for name in self.keypoints if "left" in name)
        return tuple((index[n], index[mirror_name(n)]) for n in lefts if mirror_name(n) in index)


# COCO's, OpenPose's and MediaPipe's hips and shoulders are not SMPL's joints.
_COCO = {
    "left_shoulder": "coco_left_shoulder",
    "right_shoulder": "coco_right_shoulder",
    "left_hip": "coco_left_hip",
    "right_hip": "coco_right_hip",
    "mid_hip": "coco_mid_hip",
    "neck": "coco_neck",
}
_H36M = {
    "left_shoulder": "coco_left_shoulder",
    "right_shoulder": "coco_right_shoulder",
    "left_hip": "h36m_left_hip",
    "right_hip": "h36m_right_hip",
    "mid_hip": "h36m_mid_hip",
    "spine": "h36m_spine",
    "thorax": "h36m_thorax",
    "neck_nose": "h36m_neck_nose",
}

_FINGER_ORDER = ("thumb", "index", "middle", "ring", "pinky")
"""In which detectors count the fingers."""


def _layout(name: str, keypoints: str, definitions: dict[str, str], unused: str = "") -> Layout:
    """unused: groups of keypoints behind the named ones that are no body's, as "face 68 left_hand 21"."""
    groups = zip(unused.split()[::2], map(int, unused.split()[1::2]), strict=True)
    names = tuple(keypoints.split())
    names += tuple(f"{group}_{number}" for group, count in groups for number in range(count))
    hands = tuple(_HAND_NAMES[name.startswith("mhr")].get(keypoint) for keypoint in names)
    wanted = [definitions.get(k, k) for k in names]
    # The ends of the palm tell how forearm and wrist are turned.
    wanted = [PALM.get(hand or "", point) for hand, point in zip(hands, wanted, strict=True)]
    canonical = tuple(point if point in POINT_INDEX else None for point in wanted)
    return Layout(name, names, canonical, hands if any(hands) else ())


def _hand_names(order: Sequence[str]) -> dict[str, str]:
    return {
        f"{side}_hand_{number}": f"{side}_hand_{point}"
        for side in SIDES
        for number, point in enumerate(order)
    }


_CHAINS = [[f"{finger}{end}" for end in ("1", "2", "3", "_tip")] for finger in _FINGER_ORDER]
_HAND_NAMES = (
    _hand_names(["wrist", *(point for chain in _CHAINS for point in chain)]),
    _hand_names([point for chain in _CHAINS for point in chain[::-1]]),
)
"""What the numbers of a hand's keypoints are: from the wrist outwards as OpenPose, COCO and MediaPipe have
them, and tips first without the wrist as MHR does."""
PALM = {
    f"{side}_hand_{finger}1": f"{side}_{finger}_knuckle" for side in SIDES for finger in ("index", "pinky")
}


def _mmm(name: str, first: str, second: str) -> Layout:
    """The Master Motor Map's 21 joints, which KIT-ML has; HumanML3D's tools count the right side first."""
    arms, legs = zip(*(_MMM_SIDES[side] for side in (first, second)), strict=True)
    return _layout(name, " ".join(["pelvis belly chest neck head", *arms, *legs]), {})


_COCO_BODY = (
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow "
    "left_wrist right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle"
)
_FEET = "left_big_toe left_small_toe left_heel right_big_toe right_small_toe right_heel"
_BODY_25 = (
    "nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist mid_hip right_hip "
    "right_knee right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear left_ear "
    f"{_FEET}"
)
_HALPE_26 = (
    f"{_COCO_BODY} head_top neck mid_hip left_big_toe right_big_toe left_small_toe right_small_toe left_heel "
    "right_heel"
)
_OPENPOSE_18 = (
    "nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist right_hip "
    "right_knee right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear left_ear"
)
_OPENPOSE_15 = (
    "nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist mid_hip right_hip "
    "right_knee right_ankle left_hip left_knee left_ankle"
)
_PANOPTIC_15 = (
    "neck nose mid_hip left_shoulder left_elbow left_wrist left_hip left_knee left_ankle right_shoulder "
    "right_elbow right_wrist right_hip right_knee right_ankle"
)
_MMM_SIDES = {
    side: (
        f"{side}_shoulder {side}_elbow {side}_wrist",
        f"{side}_hip {side}_knee {side}_ankle {side}_foot {side}_big_toe",
    )
    for side in ("left", "right")
}
_TWO_HANDS = "left_hand 21 right_hand 21"
_MHR_HANDS = [" ".join(f"{side}_hand_{number}" for number in range(20)) for side in ("right", "left")]
_MEDIAPIPE_33 = (
    "nose left_eye_inner left_eye left_eye_outer right_eye_inner right_eye right_eye_outer left_ear "
    "right_ear "
    "left_mouth right_mouth left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist "
    "left_pinky_knuckle right_pinky_knuckle left_index_knuckle right_index_knuckle left_thumb_knuckle "
    "right_thumb_knuckle left_hip right_hip left_knee right_knee left_ankle right_ankle left_heel "
    "right_heel "
    "left_big_toe right_big_toe"
)

_LSP_12 = (
    "right_ankle right_knee right_hip left_hip left_knee left_ankle right_wrist right_elbow right_shoulder "
    "left_shoulder left_elbow left_wrist"
)
_KINECT_LEGS = " ".join(
    f"{side}_hip {side}_knee {side}_ankle {side}_foot_kinect" for side in ("left", "right")
)
_KINECT_20 = " ".join([
    "mid_hip spine_middle spine_shoulder head_kinect",
    *(f"{side}_shoulder {side}_elbow {side}_wrist {side}_hand_kinect" for side in ("left", "right")),
    _KINECT_LEGS,
])  # fmt: skip
_KINECT_32 = " ".join([
    "pelvis spine_navel spine_chest neck",
    *(f"{side}_clavicle {side}_shoulder {side}_elbow {side}_wrist {side}_hand_kinect {side}_hand_tip"
      f" {side}_thumb_tip_kinect" for side in ("left", "right")),
    _KINECT_LEGS,
    "head_kinect nose left_eye left_ear right_eye right_ear",
])  # fmt: skip
_ZED_38 = " ".join([
    "pelvis spine_1 spine_2 spine_3 neck nose",
    *(f"left_{part} right_{part}" for part in (
        "eye", "ear", "clavicle", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "big_toe",
        "small_toe", "heel", "thumb_end", "index_knuckle", "middle_end", "pinky_knuckle",
    )),
])  # fmt: skip
_MAXINE_34 = " ".join([
    "mid_hip left_hip right_hip torso left_knee right_knee neck",
    *(f"left_{part} right_{part}" for part in ("ankle", "big_toe", "small_toe", "heel")),
    "nose",
    *(f"left_{part} right_{part}" for part in (
        "eye", "ear", "shoulder", "elbow", "wrist", "pinky_knuckle", "middle_end", "index_knuckle",
        "thumb_end",
    )),
])  # fmt: skip


def _h36m_32() -> str:
    """Human3.6M's own 32 joints, among them those of its 17; the others are ends of feet and hands."""
    names = [f"h36m_{number}" for number in range(32)]
    for first, places in {
        "mid_hip right_hip right_knee right_ankle": (0, 1, 2, 3),
        "left_hip left_knee left_ankle": (6, 7, 8),
        "spine thorax neck_nose head_top": (12, 13, 14, 15),
        "left_shoulder left_elbow left_wrist": (17, 18, 19),
        "right_shoulder right_elbow right_wrist": (25, 26, 27),
    }.items():
        for name, place in zip(first.split(), places, strict=True):
            names[place] = name
    return " ".join(names)


_ALL = (
    Layout("smpl24", JOINT_NAMES, JOINT_NAMES),
    Layout("humanml22", JOINT_NAMES[:22], JOINT_NAMES[:22]),
    _layout("coco17", _COCO_BODY, _COCO),
    _layout("coco23", f"{_COCO_BODY} {_FEET}", _COCO),
    _layout("body25", _BODY_25, _COCO),
    _layout("halpe26", _HALPE_26, _COCO),
    _layout(
        "h36m17",
        "mid_hip right_hip right_knee right_ankle left_hip left_knee left_ankle spine thorax neck_nose "
        "head_top "
        "left_shoulder left_elbow left_wrist right_shoulder right_elbow right_wrist",
        _H36M,
    ),
    _layout(
        "mediapipe33",
        _MEDIAPIPE_33,
        _COCO,
    ),
    _layout(
        "mediapipe75",
        _MEDIAPIPE_33,
        _COCO,
        "right_hand 21 left_hand 21",
    ),
    _layout("panoptic19", f"{_PANOPTIC_15} left_eye left_ear right_eye right_ear", _COCO),
    _layout("panoptic15", _PANOPTIC_15, _COCO),
    _layout("coco_wholebody133", f"{_COCO_BODY} {_FEET}", _COCO, f"face 68 {_TWO_HANDS}"),
    _layout("halpe136", _HALPE_26, _COCO, f"face 68 {_TWO_HANDS}"),
    _layout("easymocap67", _BODY_25, _COCO, _TWO_HANDS),
    _layout("easymocap137", _BODY_25, _COCO, f"{_TWO_HANDS} face 70"),
    _layout(
        "hybrik17",
        "mid_hip left_hip left_knee left_ankle right_hip right_knee right_ankle spine thorax neck_nose "
        "head_top left_shoulder left_elbow left_wrist right_shoulder right_elbow right_wrist",
        _H36M,
    ),
    _layout(
        "hybrik29",
        f"{' '.join(JOINT_NAMES)} head_top left_middle_tip right_middle_tip left_big_toe right_big_toe",
        {},
    ),
    _layout(
        "kinect25",
        "pelvis spine_middle neck_kinect head_kinect left_shoulder left_elbow left_wrist left_hand_kinect "
        "right_shoulder right_elbow right_wrist right_hand_kinect left_hip left_knee left_ankle "
        "left_foot_kinect right_hip right_knee right_ankle right_foot_kinect spine_shoulder left_hand_tip "
        "left_thumb_tip_kinect right_hand_tip right_thumb_tip_kinect",
        _COCO,
    ),
    _layout(
        "mhr70",
        "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow "
        "left_hip right_hip left_knee right_knee left_ankle right_ankle "
        f"{_FEET} {_MHR_HANDS[0]} right_wrist {_MHR_HANDS[1]} left_wrist "
        f"{' '.join(f'arm_{number}' for number in range(6))} neck",
        _COCO,
    ),
    _mmm("kit21", "right", "left"),
    _mmm("mmm21", "left", "right"),
    _layout(
        "h36m16",
        "mid_hip right_hip right_knee right_ankle left_hip left_knee left_ankle spine thorax head_top "
        "left_shoulder left_elbow left_wrist right_shoulder right_elbow right_wrist",
        _H36M,
    ),
    _layout("openpose18", _OPENPOSE_18, _COCO),
    _layout("openpose15", _OPENPOSE_15, _COCO),
    _layout("posetrack17", f"nose neck head_top {_COCO_BODY.split(' ', 3)[3]}", _COCO),
    _layout("lsp14", f"{_LSP_12} neck head_top", _COCO),
    _layout(
        "mpii16",
        "right_ankle right_knee right_hip left_hip left_knee left_ankle mid_hip thorax neck head_top"
        " right_wrist right_elbow right_shoulder left_shoulder left_elbow left_wrist",
        _COCO | {"thorax": "h36m_thorax", "neck": "h36m_neck_nose"},
    ),
    _layout(
        "mpi_inf_17",
        "head_top neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist right_hip"
        " right_knee right_ankle left_hip left_knee left_ankle mid_hip spine head_centre",
        _H36M | {"neck": "coco_neck"},
    ),
    _layout(
        "mpi_inf_28",
        "back_3 back_4 back_2 spine mid_hip neck head_centre head_top left_collarbone left_shoulder"
        " left_elbow left_wrist left_palm right_collarbone right_shoulder right_elbow right_wrist right_palm"
        " left_hip left_knee left_ankle left_sole left_big_toe right_hip right_knee right_ankle right_sole"
        " right_big_toe",
        _H36M | {"neck": "coco_neck"},
    ),
    _layout("h36m32", _h36m_32(), _H36M),
    _layout("kinect20", _KINECT_20, _COCO),
    _layout("kinect32", _KINECT_32, {}),
    _layout("zed34", f"{_KINECT_32} left_heel right_heel", {}),
    _layout("zed38", _ZED_38, {}),
    _layout("maxine34", _MAXINE_34, _COCO | {"torso": "h36m_spine"}),
    _layout("openpose134", f"{_OPENPOSE_18} {_FEET}", _COCO, f"face 68 {_TWO_HANDS}"),
)

LAYOUTS: dict[str, Layout] = {layout.name: layout for layout in _ALL}


def find_layout(name: str) -> Layout:
    """The layout of this name. Raises KeyError with a sentence that lists the known names."""
    if name not in LAYOUTS:
        raise KeyError(f"There is no keypoint layout {name!r}; known layouts are {', '.join(LAYOUTS)}.")
    return LAYOUTS[name]
