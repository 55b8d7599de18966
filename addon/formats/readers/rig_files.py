"""FBX, glTF with VRM and VRM Animation, and USD, which Blender opens."""

from __future__ import annotations

from ..container import Container
from ..draft import Draft, Reader
from ..rig_files import RIG_ENDINGS, sampled_of

_BINARY = (b"Kaydara FBX Binary", b"glTF", b"PXR-USDC")
_TEXT = (b"; FBX", b"#usda")


def recognises(container: Container) -> bool:
    """By how the file begins; glTF in JSON and packed USD by their ending, too."""
    if container.path.suffix.lower() not in RIG_ENDINGS:
        return False
    head = container.head.lstrip()
    if head.startswith(b"{"):
        return container.has("asset", "nodes") and "smpl_bodies" not in container.text
    return head.startswith((*_BINARY, *_TEXT, b"PK\x03\x04"))


def read(container: Container) -> Draft:
    """Every armature that moves. Raises FormatError."""
    from ..sampled_people import draft_of

    return draft_of(sampled_of(container.path, container.hints.take))


READER = Reader(
    "rig", "Mixamo, Rokoko, Move, DeepMotion, VRM and all that write these",
    "any humanoid armature, a person each; where Blender is, which opens the file",
    ".fbx .glb .gltf .vrm .vrma .usd .usda .usdc .usdz", recognises, read, "real file (VRM Animation)",
)  # fmt: skip
