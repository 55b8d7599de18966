"""Some of a body model's vertices, posed by linear blend skinning, and how they follow its joints and shape.

Places of vertices are kept with the coordinates first, (…, 3, N), which is how they are multiplied.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...body.posed_body import PosedBody


@dataclass(frozen=True)
class Skin:
    """N of a model's vertices for any shape numbers; all of them float64.

    rest (3, N), directions (B, 3, N), joints (J, 3) and joint_directions (B, J, 3): metres of the mean shape,
    and what a unit of each number adds. corrections (9 (J - 1), 3 N); weights (J, N); parents (J,) with -1
    for the root.
    """

    rest: np.ndarray
    directions: np.ndarray
    joints: np.ndarray
    joint_directions: np.ndarray
    corrections: np.ndarray
    weights: np.ndarray
    parents: tuple[int, ...]

    def posed(self, turns: np.ndarray, betas: np.ndarray) -> Posed:
        """For local turns (T, J, 3, 3) and shape numbers (B,)."""
        joints = self.joints + np.tensordot(betas, self.joint_directions, 1)
        rest = self.rest + np.tensordot(betas, self.directions, 1)
        bends = (turns[:, 1:] - np.eye(3)).reshape(len(turns), -1)
        shaped = rest + (bends @ self.corrections).reshape(len(turns), *rest.shape)
        world = self.world(turns)
        return Posed(self, shaped, joints, world, self._places(world, joints))

    def world(self, turns: np.ndarray) -> np.ndarray:
        """Global turns (T, J, 3, 3) of local ones."""
        world = turns.copy()
        for joint, parent in enumerate(self.parents[1:], start=1):
            world[:, joint] = world[:, parent] @ turns[:, joint]
        return world

    def _places(self, world: np.ndarray, joints: np.ndarray) -> np.ndarray:
        """(T, …, J, 3) of joints (…, J, 3) at rest, about a pelvis at the origin."""
        places = np.zeros((len(world), *joints.shape))
        for joint, parent in enumerate(self.parents[1:], start=1):
            arm = (joints[..., joint, :] - joints[..., parent, :]) @ np.swapaxes(world[:, parent], 1, 2)
            places[..., joint, :] = places[..., parent, :] + arm.reshape(places[..., joint, :].shape)
        return places

    def shape_rows(self, posed: Posed) -> np.ndarray:
        """(T, B, 3, N) metres that a unit of each number adds to posed vertices, which are linear in them."""
        frames, count = len(posed.world), len(self.directions)
        joints, world = self.joint_directions, posed.world
        places = self._places(world, joints)
        shifts = places - np.einsum("tjcd,bjd->tbjc", world, joints, optimize=True)
        moved = np.swapaxes(shifts, 2, 3).reshape(frames, 3 * count, -1) @ self.weights
        return moved.reshape(frames, count, 3, -1) + posed.turned(self.directions)


@dataclass(frozen=True)
class Posed:
    """A skin in some poses about a pelvis at the origin: vertices (T, 3, N) with the corrections of the pose
    but not turned, joints (J, 3) at rest, their global turns (T, J, 3, 3) and places (T, J, 3)."""

    skin: Skin
    shaped: np.ndarray
    joints: np.ndarray
    world: np.ndarray
    places: np.ndarray

    @property
    def shifts(self) -> np.ndarray:
        """(T, J, 3) what each joint adds to a vertex that it has turned."""
        return np.asarray(self.places - (self.world @ self.joints[:, :, None])[..., 0])

    def turned(self, vertices: np.ndarray) -> np.ndarray:
        """Vertices (B, 3, N) as the joints turn them together, (T, B, 3, N)."""
        frames, joints = self.world.shape[:2]
        blended = self.world.reshape(frames, joints, 9).transpose(0, 2, 1) @ self.skin.weights
        blended = blended.reshape(frames, 1, 3, 3, -1)
        found = blended[:, :, :, 0] * vertices[:, :1]
        for axis in (1, 2):
            found = found + blended[:, :, :, axis] * vertices[:, axis : axis + 1]
        return np.asarray(found)

    @property
    def vertices(self) -> np.ndarray:
        """(T, 3, N) metres."""
        return np.asarray(self.pulled.sum(1))

    @property
    def pulled(self) -> np.ndarray:
        """(T, J, 3, N) each vertex as each joint moves it, times its weight."""
        whole = np.zeros((*self.world.shape[:3], self.shaped.shape[-1]))
        shifts = self.shifts
        for joint, weights in enumerate(self.skin.weights):
            own = np.flatnonzero(weights)
            moved = self.world[:, joint] @ self.shaped[:, :, own] + shifts[:, joint, :, None]
            whole[:, joint, :, own] = np.moveaxis(moved * weights[own], 2, 0)
        return whole

    def arms(self) -> tuple[np.ndarray, np.ndarray]:
        """(T, J, 3, N) from each joint to what turns with it, times how much of it does; and the vertices
        (T, 3, N) in metres."""
        arms = self.pulled
        shares = self.skin.weights.copy()
        for joint in range(len(shares) - 1, 0, -1):
            parent = self.skin.parents[joint]
            arms[:, parent] += arms[:, joint]
            shares[parent] += shares[joint]
        vertices = arms[:, 0].copy()
        arms -= self.places[..., None] * shares[:, None]
        return arms, vertices


def skin_of(body: PosedBody, which: list[int], shapes: int) -> Skin:
    """These of the model's vertices, with its first shape numbers."""
    model = body.model
    directions = np.moveaxis(model.shape_directions[:, :, :shapes], -1, 0)
    columns = (np.array(which) * 3 + np.arange(3)[:, None]).reshape(-1)
    return Skin(
        rest=model.vertices[which].T,
        directions=np.ascontiguousarray(np.swapaxes(directions[:, which], 1, 2)),
        joints=body.regressor @ model.vertices,
        joint_directions=body.regressor @ directions,
        corrections=body.corrections[:, columns].astype(float),
        weights=np.ascontiguousarray(body.weights[which].T),
        parents=body.parents,
    )
