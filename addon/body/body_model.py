"""The user's own body model: SMPL, SMPL-H and SMPL-X files, on our 24 joints.

Fields that all of them have: v_template (V, 3) metres, Y up, facing +Z; shapedirs (V, 3, B);
J_regressor (J, V); weights (V, J); f (F, 3); kintree_table (2, J). J is 24 for SMPL, 52 for SMPL-H (22 body
joints, then 15 of each hand) and 55 for SMPL-X (jaw and eyes before the hands). `posed_body` adds
what this leaves out: the pose-dependent corrections (posedirs), and its own joints one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..safe_read import FormatError
from .body_warp import warped
from .hands import FINGER_COUNT, FINGER_PARENTS, SIDES, WRISTS
from .skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS, rest_joints

_FIELDS = ("v_template", "shapedirs", "J_regressor", "weights", "f")
_KINDS = {24: "SMPL", 52: "SMPL-H", 55: "SMPL-X"}
_FIRST_FINGER = {"SMPL-H": 22, "SMPL-X": 25}
_FINGER_JOINTS = 15
_KNUCKLES = (0, 3, 6, 9)
"""Index, middle, little and ring finger among the 15 joints of a hand; the thumb comes last."""

_MEAN_HANDS = ("hands_meanl", "hands_meanr")
_HAND_COMPONENTS = ("hands_componentsl", "hands_componentsr")
_GENDERS = {"f": "female", "m": "male"}
_SMPLX_SHAPES, _FEW_SMPLX_SHAPES = 300, 10
"""shapedirs of SMPL-X hold the shape first and the facial expression after it: 300 + 100, or 10 + 10."""

_WANTED = "give the SMPL, SMPL-H or SMPL-X file (.npz or .pkl) that you downloaded"


@dataclass(frozen=True)
class BodyModel:
    """A body of any shape in SMPL's rest pose: metres, Y up, facing +Z, left arm along +X.

    SMPL-H and SMPL-X have no joints 22 and 23: there the hand joint is the mean of the four finger
    knuckles (index to little finger), as SMPL's lies in the palm's end. In `weights` all finger joints' skin
    follows the hand joint, that of jaw and eyes the head.
    """

    kind: str
    """SMPL, SMPL-H or SMPL-X"""
    vertices: np.ndarray
    """(V, 3) float64, the mean shape, where the file has it (not moved to the pelvis)"""
    shape_directions: np.ndarray
    """(V, 3, B) float64 metres for each unit of a shape number"""
    joint_regressor: np.ndarray
    """(24, V) float64: joints = joint_regressor @ vertices"""
    weights: np.ndarray
    """(V, 24) float64 skin weights, rows sum to 1"""
    faces: np.ndarray
    """(F, 3) int64 vertex indices"""
    gender: str = ""
    """female, male or neutral as the file's name tells, empty where it does not"""
    hands: np.ndarray = field(default_factory=lambda: np.zeros((2, _FINGER_JOINTS, 3)))
    """(2, 15, 3) rotation vectors of the file's mean hands from flat ones, left hand first"""
    hand_components: np.ndarray = field(default_factory=lambda: np.zeros((2, 0, 3 * _FINGER_JOINTS)))
    """(2, N, 45) directions in which hand poses vary, the most common first; N = 0 where the file has none"""

    finger_regressor: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    """(30, V) float64 of the fingers' joints, left hand first; without rows where the model has none"""
    finger_weights: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    """(V, 30) skin weights of these joints, whose share `weights` gives to the hands"""
    source: str = ""
    """path of the file, for what is read of it only where it is needed"""

    @property
    def has_fingers(self) -> bool:
        """Whether the model's fingers bend."""
        return len(self.finger_regressor) > 0

    @property
    def weights_with_fingers(self) -> np.ndarray:
        """(V, 54) skin weights of our joints, of which the hands then move nothing, and of the fingers'."""
        body = self.weights.copy()
        body[:, -len(SIDES) :] = 0.0
        return np.concatenate([body, self.finger_weights], axis=1)

    def finger_offsets(self, betas: np.ndarray) -> np.ndarray:
        """(2, 15, 3) metres: each finger joint relative to its parent, the wrist for the first. Raises
        FormatError."""
        vertices = self.rest_vertices(betas)
        joints = (self.finger_regressor @ vertices).reshape(len(SIDES), FINGER_COUNT, 3)
        wrists = (self.joint_regressor @ vertices)[list(WRISTS)]
        first = np.array(FINGER_PARENTS) < 0
        return joints - np.where(first[:, None], wrists[:, None], joints[:, list(FINGER_PARENTS)])

    @property
    def shapes(self) -> int:
        """Number of shape numbers (betas) that the model knows."""
        return self.shape_directions.shape[2]

    def rest_vertices(self, betas: np.ndarray) -> np.ndarray:
        """(V, 3) metres for shape numbers of any count: missing ones are zero, those beyond B are left out.

        Raises FormatError when the shape is no standing human.
        """
        vertices = self._shaped(betas)
        _check_standing(
            self.joint_regressor @ vertices,
            "The recording's shape numbers make no standing human with this body model;"
            " give the model that the recording was made with.",
        )
        return vertices

    def rest_joints(self, betas: np.ndarray) -> np.ndarray:
        """(24, 3) metres: this shape's exact rest joints, where the file has them. Raises FormatError."""
        return self.joint_regressor @ self.rest_vertices(betas)

    def bone_offsets(self, betas: np.ndarray) -> np.ndarray:
        """(24, 3) metres: each rest joint relative to its parent, row 0 zero. Raises FormatError."""
        joints = self.rest_joints(betas)
        offsets = joints - joints[list(PARENTS)]
        offsets[0] = 0.0
        return offsets

    def fitted_vertices(self, betas: np.ndarray, bone_offsets: np.ndarray) -> np.ndarray:
        """(V, 3) rest vertices of this shape stretched to bones (24, 3), pelvis at the origin.

        With this shape's own `bone_offsets` they are its rest vertices. Raises FormatError.
        """
        vertices = self.rest_vertices(betas)
        joints = self.joint_regressor @ vertices
        targets = rest_joints(np.asarray(bone_offsets, float))
        return warped(vertices - joints[0], self.weights, joints - joints[0], targets)

    def unused(self, betas: np.ndarray) -> int:
        """How many of the shape numbers (B,) the model does not know, up to the last that is not zero."""
        beyond = np.flatnonzero(np.asarray(betas).reshape(-1)[self.shapes :])
        return int(beyond[-1]) + 1 if len(beyond) else 0

    def _shaped(self, betas: np.ndarray) -> np.ndarray:
        known = np.asarray(betas, float).reshape(-1)[: self.shapes]
        return self.vertices + self.shape_directions[:, :, : len(known)] @ known


def load_body_model(path: str | Path) -> BodyModel:
    """The model of an SMPL, SMPL-H or SMPL-X file. Raises FormatError for anything else."""
    path = Path(path)
    if not path.is_file():
        raise FormatError(f"There is no body model {path.name}; check the path.")
    from ..safe_read.model_file import read_model_fields  # few have such a file

    fields = read_model_fields(path, (*_FIELDS, "kintree_table", *_MEAN_HANDS, *_HAND_COMPONENTS))
    missing = [name for name in _FIELDS if name not in fields]
    if missing:
        raise FormatError(f"{path.name} is no body model (it has no {', '.join(missing)}); {_WANTED}.")
    template = _numbers(fields, "v_template", path)
    directions = _numbers(fields, "shapedirs", path)
    regressor = _numbers(fields, "J_regressor", path)
    weights = _numbers(fields, "weights", path)
    count, joints = len(template), len(regressor)
    fitting = {
        "v_template": template.shape == (count, 3) and count >= JOINT_COUNT,
        "shapedirs": directions.ndim == 3 and directions.shape[:2] == (count, 3),
        "J_regressor": regressor.shape == (joints, count),
        "weights": weights.shape == (count, joints),
    }
    wrong = [name for name, fits in fitting.items() if not fits]
    if wrong:
        raise FormatError(f"{path.name} has {', '.join(wrong)} of a shape that does not fit; {_WANTED}.")
    kind = _kind(joints, fields.get("kintree_table"), path)
    model = BodyModel(
        kind=kind,
        vertices=template,
        shape_directions=_shapes_only(directions, kind),
        joint_regressor=_on_our_joints(regressor, kind),
        weights=_merged(weights, kind, path),
        finger_regressor=regressor[_FIRST_FINGER[kind] :] if kind in _FIRST_FINGER else regressor[:0],
        finger_weights=_shares(weights, path)[:, _FIRST_FINGER.get(kind, joints) :],
        faces=_faces(fields["f"], count, path),
        gender=gender_of(path),
        hands=_mean_hands(fields),
        hand_components=_hand_components(fields),
        source=str(path),
    )
    _check_standing(
        model.joint_regressor @ template,
        f"The body in {path.name} is no standing human in metres with Y up; {_WANTED}.",
    )
    return model


def gender_of(path: Path) -> str:
    """What a model file's name says, or else its folder's, as in SMPL_FEMALE.pkl,
    basicmodel_m_lbs_10_207_0_v1.1.0.pkl and smplh/male/model.npz; empty where neither does."""
    for name in (path.stem, path.parent.name):
        found = re.search(r"(?<![a-z])(female|male|neutral|f|m)(?![a-z])", name.lower())
        if found:
            return _GENDERS.get(found[1], found[1])
    return ""


def _mean_hands(fields: dict[str, Any]) -> np.ndarray:
    hands = [np.asarray(fields.get(name, np.zeros(0))) for name in _MEAN_HANDS]
    if any(hand.dtype.kind != "f" or hand.size != _FINGER_JOINTS * 3 for hand in hands):
        return np.zeros((2, _FINGER_JOINTS, 3))
    return np.nan_to_num(np.stack(hands).reshape(2, _FINGER_JOINTS, 3).astype(float))


def _hand_components(fields: dict[str, Any]) -> np.ndarray:
    width = 3 * _FINGER_JOINTS
    hands = [np.asarray(fields.get(name, np.zeros(0))) for name in _HAND_COMPONENTS]
    shaped = all(hand.dtype.kind == "f" and hand.ndim == 2 and hand.shape[1] == width for hand in hands)
    if not shaped or hands[0].shape != hands[1].shape or not np.isfinite(hands).all():
        return np.zeros((len(hands), 0, width))
    return np.stack(hands).astype(float)


def _numbers(fields: dict[str, Any], name: str, path: Path) -> np.ndarray:
    value = fields[name]
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu" or value.ndim == 0:
        raise FormatError(f"{name} in {path.name} is no array of numbers; {_WANTED}.")
    if not np.isfinite(value).all():
        raise FormatError(f"{name} in {path.name} has numbers that are not finite; download it again.")
    return np.asarray(value, np.float64)


def _kind(joints: int, tree: Any, path: Path) -> str:
    kind = _KINDS.get(joints)
    body = JOINT_COUNT if kind == "SMPL" else _FIRST_FINGER["SMPL-H"]
    known = isinstance(tree, np.ndarray) and tree.shape == (2, joints) and tree.dtype.kind in "iuf"
    parents = tuple(tree[0, 1:body].astype(np.int64).tolist()) if known else PARENTS[1:body]
    if kind is None or parents != PARENTS[1:body]:
        raise FormatError(f"{path.name} is a model of another body ({joints} joints); {_WANTED}.")
    return kind


def _shapes_only(directions: np.ndarray, kind: str) -> np.ndarray:
    if kind != "SMPL-X":
        return directions
    count = _SMPLX_SHAPES if directions.shape[2] >= _SMPLX_SHAPES else _FEW_SMPLX_SHAPES
    return np.ascontiguousarray(directions[:, :, :count])


def _on_our_joints(regressor: np.ndarray, kind: str) -> np.ndarray:
    if kind == "SMPL":
        return regressor
    first = _FIRST_FINGER[kind]
    hands = [
        regressor[[first + side * _FINGER_JOINTS + knuckle for knuckle in _KNUCKLES]].mean(axis=0)
        for side in (0, 1)
    ]
    return np.concatenate([regressor[: JOINT_COUNT - 2], np.stack(hands)])


def _shares(weights: np.ndarray, path: Path) -> np.ndarray:
    """(V, J) the file's weights, whose rows sum to 1."""
    sums = weights.sum(axis=1, keepdims=True)
    if weights.min() < -1e-6 or np.abs(sums - 1.0).max() > 0.01:
        raise FormatError(f"The skin weights in {path.name} do not add up; download it again.")
    shares = np.clip(weights, 0.0, None)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _merged(weights: np.ndarray, kind: str, path: Path) -> np.ndarray:
    """(V, 24): the fingers' share goes to the hands, that of jaw and eyes to the head."""
    shares = _shares(weights, path)
    if kind == "SMPL":
        return shares
    body, first = JOINT_COUNT - 2, _FIRST_FINGER[kind]
    merged = np.zeros((len(weights), JOINT_COUNT))
    merged[:, :body] = shares[:, :body]
    merged[:, JOINT_NAMES.index("head")] += shares[:, body:first].sum(axis=1)
    merged[:, body] = shares[:, first : first + _FINGER_JOINTS].sum(axis=1)
    merged[:, body + 1] = shares[:, first + _FINGER_JOINTS :].sum(axis=1)
    return merged


def _faces(value: Any, count: int, path: Path) -> np.ndarray:
    sound = isinstance(value, np.ndarray) and value.ndim == 2 and value.shape[1] == 3 and len(value) > 0
    if sound and value.dtype.kind in "iuf":
        faces = value.astype(np.int64)
        a, b, c = faces.T
        if faces.min() >= 0 and faces.max() < count and not ((a == b) | (b == c) | (a == c)).any():
            return faces
    raise FormatError(f"The faces in {path.name} do not fit its vertices; {_WANTED}.")


def _check_standing(joints: np.ndarray, refusal: str) -> None:
    """Refuses a rest skeleton (24, 3) that does not stand along +Y in metres with its left arm along +X."""
    place = dict(zip(JOINT_NAMES, joints, strict=True))
    hips = (place["left_hip"] + place["right_hip"]) / 2
    column = np.array([hips, *(place[name] for name in ("pelvis", "spine2", "neck", "head"))])[:, 1]
    legs = [place[f"{side}_hip"][1] - place[f"{side}_ankle"][1] for side in ("left", "right")]
    arms = place["left_wrist"][0] - place["right_wrist"][0]
    bones = np.linalg.norm(joints - joints[list(PARENTS)], axis=1)[1:]
    sound = np.diff(column).min() > 0 and min(legs) > 0.2 and max(legs) < 2 and 0.3 < arms < 4
    if not (sound and bones.min() > 1e-3):
        raise FormatError(refusal)
