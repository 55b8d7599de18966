"""All readers, in the order in which they are asked, and what kinds of files each is asked about.

A reader's module is imported when it is asked for the first time: most commands need one or two of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from ..safe_read import FormatError

if TYPE_CHECKING:
    from .draft import Reader

TREES = "npz npy torch pickle matlab hdf5 json"
ANY = f"{TREES} text binary"


class UnknownContent(FormatError):
    """No reader knows what the file holds."""


class Entry(NamedTuple):
    """One reader. place: its module in `readers` and its name there. kinds: of files that it may recognise,
    as `Container.kind` has them."""

    place: str
    kinds: str = TREES

    def reader(self) -> Reader:
        """Imports its module."""
        module, name = self.place.split(".")
        found: Reader = getattr(import_module(f".readers.{module}", __package__), name)
        return found


ENTRIES = (
    Entry("open_keypoints.DOCUMENTED", "npz"),
    Entry("rig_files.READER", "binary text json"),
    Entry("scene_clip.READER", "npz"),
    Entry("strangers.READER", ANY),
    Entry("matlab.READER", "matlab"),
    Entry("gem.READER", "torch pickle"),
    Entry("gvhmr.READER"),
    Entry("wham.READER"),
    Entry("phalp.READER"),
    Entry("tram.READER"),
    Entry("prompthmr.READER"),
    Entry("romp.READER", "npz"),
    Entry("trace.READER", "npz"),
    Entry("vibe.READER"),
    Entry("hybrik.READER"),
    Entry("kimodo.READER"),
    Entry("edge.READER"),
    Entry("aist.READER", "pickle"),
    Entry("meshcapade.READER"),
    Entry("sam3d.READER"),
    Entry("sam3d.CSV", "text"),
    Entry("fast_sam.READER", "npz"),
    Entry("egoallo.READER", "npz"),
    Entry("datasets.THREE_DPW"),
    Entry("datasets.EMDB"),
    Entry("datasets.GLAMR"),
    Entry("datasets.SLAHMR"),
    Entry("datasets.BEDLAM"),
    Entry("interhuman.READER"),
    Entry("images.CLIFF"),
    Entry("images.HUMAN_DATA"),
    Entry("frankmocap.READER"),
    Entry("smpler_x.READER", "npz"),
    Entry("images.MHFORMER"),
    Entry("images.MULTI_HMR"),
    Entry("human3r.READER"),
    Entry("hsmr.READER", "npz npy pickle"),
    Entry("images.OPENPOSE"),
    Entry("hymotion.READER"),
    Entry("nlf.READER"),
    Entry("one_frame.READER", "npz npy pickle torch"),
    Entry("other_forms.READER", "npz npy pickle torch"),
    Entry("stacked_people.READER"),
    Entry("comotion.READER"),
    Entry("libraries.READER", "pickle"),
    Entry("amass.READER"),
    Entry("smpl_parameters.READER"),
    Entry("humanml.READER"),
    Entry("feature_rows.READER", "npy"),
    Entry("easymocap.READER"),
    Entry("panoptic.READER"),
    Entry("mmpose.READER"),
    Entry("trc.READER", "text"),
    Entry("bvh.READER", "text"),
    Entry("acclaim.READER", "text"),
    Entry("mvnx.READER", "text"),
    Entry("mvnx.ARRAYS", "npz"),
    Entry("motive.READER", "text"),
    Entry("qualisys.READER", "text"),
    Entry("nexus.READER", "text"),
    Entry("theia.READER", "binary"),
    Entry("c3d.READER", "binary"),
    Entry("bodypose.READER", "text"),
    Entry("ntu.READER", "text"),
    Entry("arkit.READER", "json"),
    Entry("freemocap.READER", "json"),
    Entry("freemocap_table.READER", "binary text"),
    Entry("krajjat.READER", "json text"),
    Entry("mediapipe.READER", "json text"),
    Entry("matlab.ANY", "matlab hdf5"),
    Entry("named_points.READER"),
    Entry("tables.READER", "text json"),
    Entry("number_table.READER", "text"),
    Entry("smpl_arrays.READER", "npy npz pickle torch"),
    Entry("xrmocap.READER", "npz"),
    Entry("vertices.READER", "npz npy pickle torch"),
    Entry("open_keypoints.READER"),
    Entry("bodies.READER"),
    Entry("json_arrays.READER", "json"),
)
"""The documented file, then those that ask for more."""

ENDINGS = (
    ".npz", ".npy", ".pkl", ".json", ".csv", ".trc", ".bvh", ".c3d", ".pt", ".smpl", ".mcs", ".p", ".pk",
    ".mat", ".h5", ".amc", ".mvnx", ".tsv", ".skeleton", ".parquet", ".dat", ".fbx", ".glb", ".gltf", ".vrm",
    ".vrma", ".usd", ".usda", ".usdc", ".usdz", ".jsonl",
)  # fmt: skip
"""Of the files that readers open, for file browsers; the content decides what a file is."""
PACKED = (".gz", ".bz2", ".xz")
"""Behind these, where such a file is compressed."""


def may_be_recording(name: str) -> bool:
    """Whether a file's name ends as those that readers open."""
    path = PurePath(name.lower())
    return (path.with_suffix("") if path.suffix in PACKED else path).suffix in ENDINGS


def readers_for(kind: str) -> Iterator[Reader]:
    """Those that may recognise a file of this kind, in their order, each imported when it is its turn."""
    return (entry.reader() for entry in ENTRIES if kind in entry.kinds.split())


def all_readers() -> list[Reader]:
    """All of them; imports them."""
    return [entry.reader() for entry in ENTRIES]
