"""Vertices of SMPL's and SMPL-X's meshes as keypoints: which of them are kept, and what some of them show.

A mesh of 6,890 vertices is SMPL's or SMPL-H's, one of 10,475 SMPL-X's. The numbers of those on nose, ears,
toes and heels are public (smplx's vertex_ids; also in hongsukchoi/3DCrowdNet_RELEASE and others); they
tell which way is up before any model file is there.
"""

from __future__ import annotations

from collections.abc import Sequence

_POINTS = (
    "nose", "right_eye", "left_eye", "right_ear", "left_ear", "left_big_toe", "left_small_toe", "left_heel",
    "right_big_toe", "right_small_toe", "right_heel",
)  # fmt: skip
_PLACES = {
    6890: (332, 6260, 2800, 4071, 583, 3216, 3226, 3387, 6617, 6624, 6787),
    10475: (9120, 9929, 9448, 616, 6, 5770, 5780, 8846, 8463, 8474, 8635),
}
MESHES = {6890: "SMPL", 10475: "SMPL-X"}
"""Vertices of a whole mesh -> whose it is; SMPL-H has SMPL's."""
EVERY = 8
"""One vertex out of so many tells as much of a pose as all of them."""
_LAYOUT, _NAME = "vertices", "vertex_"


def kept_vertices(count: int) -> list[int]:
    """The numbers of the vertices that are kept of a mesh of so many, in increasing order."""
    return sorted({*range(0, count, EVERY), *_PLACES[count]})


def vertex_names(numbers: Sequence[int]) -> tuple[str, ...]:
    """What they are called as keypoints."""
    return tuple(f"{_NAME}{number}" for number in numbers)


def canonical_vertices(count: int, numbers: Sequence[int]) -> tuple[str | None, ...]:
    """The canonical points that lie at these vertices of a mesh of so many, None for most."""
    at = dict(zip(_PLACES[count], _POINTS, strict=True))
    return tuple(at.get(number) for number in numbers)


def layout_of_mesh(count: int) -> str:
    """The name under which keypoints are vertices of a mesh of so many."""
    return f"{_LAYOUT}{count}"


def mesh_of_layout(layout: str | None) -> int | None:
    """How many vertices the mesh has of which keypoints of this layout are some; None for others."""
    return next((count for count in MESHES if layout == layout_of_mesh(count)), None)


def vertex_numbers(names: Sequence[str]) -> list[int]:
    """The numbers of vertices that are called so."""
    return [int(name.removeprefix(_NAME)) for name in names]
