"""Writes the seeds of the corpus from the fixtures of the format tests: `python -m tests.fuzz.make_corpus`.

Needs torch and pytest, for the fixtures. Recordings are a few frames long, meshes are left out.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import numpy as np
from scipy.io import savemat

from tests import test_unpickle as objects
from tests.formats import (
    bodies,
    test_acclaim,
    test_amass,
    test_estimators,
    test_hdf5,
    test_mutations,
    test_tables,
)
from tests.fuzz.run import CORPUS

_FRAMES = 4
_MOST_BYTES = 40_000
_MOST_NUMBERS = 5000


def main() -> None:
    """Replace all seeds."""
    shorten()
    seeds = {f"formats/{name}": data for name, data in recordings()} | dict(containers())
    for folder in {Path(name).parent.name for name in seeds}:
        for old in (CORPUS / folder).glob("*"):
            old.unlink()
    for name, data in seeds.items():
        path = CORPUS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    print(f"{len(seeds)} seeds, {sum(map(len, seeds.values())) >> 10} KB")


def shorten() -> None:
    """Let the fixtures write short recordings."""
    bodies.walking.__wrapped__.__defaults__ = (_FRAMES, 30.0, 0.4)
    bodies.walking.cache_clear()
    test_amass.amass_fields.__defaults__ = ("+z", 156, _FRAMES)
    for module in vars(test_mutations).values():
        if isinstance(module, ModuleType) and hasattr(module, "FRAMES"):
            vars(module)["FRAMES"] = _FRAMES


def recordings() -> Iterator[tuple[str, bytes]]:
    """A small file of every tool: (name, content)."""
    for tool, build in test_mutations.BUILDERS.items():
        with tempfile.TemporaryDirectory() as folder:
            try:
                path = build(Path(folder))
            except (ValueError, IndexError) as error:
                print(f"{tool}: left out, it cannot be made short ({error})")
                continue
            path = next(path.glob("*3.json")) if path.is_dir() else path
            data = lean(path.read_bytes())
        if len(data) <= _MOST_BYTES:
            yield tool.replace(" ", "_").replace("*", ""), data
        else:
            print(f"{tool}: left out, it has {len(data)} bytes")


def lean(data: bytes) -> bytes:
    """The same file without large arrays, where it is a pickle or an archive of arrays; compact JSON."""
    if data[:1] == b"\x78":
        data = zlib.decompress(data)
    if data[:1] == b"\x80":
        return pickle.dumps(_without_large(pickle.loads(data)))  # noqa: S301 - our own fixture
    if data[:2] != b"PK" or b".npy" not in data:
        return data
    with np.load(io.BytesIO(data), allow_pickle=True) as archive:
        held = {name: _without_large(archive[name]) for name in archive.files}
    stream = io.BytesIO()
    cast(Any, np.savez)(stream, **held)
    return stream.getvalue()


def _without_large(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.shape == () and value.dtype == object:
        return np.array(_without_large(value.item()), object)
    if isinstance(value, dict):
        kept = {name: _without_large(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if np.size(each) <= _MOST_NUMBERS}
    return value


def containers() -> Iterator[tuple[str, bytes]]:
    """Every container and every opcode that a tool writes: (folder/name, content)."""
    held = objects.motion()
    del held[3]["verts"]
    for protocol in range(6):
        yield f"pickle/protocol_{protocol}", pickle.dumps(held, protocol)
        yield f"torch/protocol_{protocol}", pickle.dumps(held, protocol)
    joblib = objects.joblib_bytes(np.ones((2, 3), np.float32))
    yield "pickle/joblib", joblib
    for name, data in objects.hostile().items():
        yield f"pickle/hostile_{name.replace(' ', '_')}", data
    squeezers: dict[str, Callable[[bytes], bytes]]
    squeezers = {
        "zlib": zlib.compress,
        "gzip": lambda data: gzip.compress(data, mtime=0),
        "bz2": bz2.compress,
        "xz": lzma.compress,
    }
    yield from ((f"file/{name}", squeeze(joblib)) for name, squeeze in squeezers.items())
    yield "file/lzma", lzma.compress(joblib, lzma.FORMAT_ALONE)
    for dtype in ("<f4", ">f8", "|b1", "<U3", "|S2", "object"):
        stream = io.BytesIO()
        np.save(stream, np.arange(6).reshape(2, 3).astype(dtype))
        yield f"npz/{dtype.strip('<>|')}", stream.getvalue()
        yield f"file/npy_{dtype.strip('<>|')}", stream.getvalue()
    yield "json/points", b'{"keypoints": [[[1, 2.5, null], [NaN, -1e3, true]]], "layout": "coco17"}'
    yield "json/marked", b'\xef\xbb\xbf[{"x": "\\u00e9\\ud83d"}]'
    yield "xml/entities", b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    yield (
        "xml/marked",
        '\ufeff<?xml version="1.0"?><m:a x="&lt;&#228;"><b/><![CDATA[<]]><!-- c --></m:a>'.encode(),
    )
    yield "xml/deep", b"<a>" * 300
    yield "xml/encoding", b'<?xml version="1.0" encoding="iso-8859-1"?><a>\xe4</a>'
    yield "parquet/freemocap", test_tables.TABLE.read_bytes()
    yield from (
        (f"variables/{name}", (test_hdf5.DATA / name).read_bytes())
        for name in (*test_hdf5.FILES, test_hdf5.CHUNKS)
    )
    yield "variables/level_5.mat", _small_matlab()
    yield "acclaim/clip", _small_acclaim()
    yield "c3d/clip", _small_c3d()
    yield "c3d/segments", _small_theia()
    yield from _torch_files()


def _small_c3d() -> bytes:
    from tests.formats import test_c3d as c3d

    with tempfile.TemporaryDirectory() as folder:
        return c3d.c3d(Path(folder, "clip.c3d"), c3d.joints() * 1000, c3d.NAMES).read_bytes()


def _small_matlab() -> bytes:
    """All kinds of variables, with and without compression."""
    held = {
        "names": np.array(["LHip", "RHip"]), "cells": np.array([["a", np.eye(3)]], object),
        "marker": {"LHip": np.ones((2, 3)), "fs": np.uint8(120)}, "complex": np.array([1j]),
    }  # fmt: skip
    stream = io.BytesIO()
    savemat(stream, held)
    packed = io.BytesIO()
    savemat(packed, {"packed": held}, do_compression=True)
    return stream.getvalue() + packed.getvalue()[128:]


def _small_acclaim() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        motion = test_acclaim.acclaim(Path(folder))
        return (Path(folder) / "01.asf").read_bytes() + motion.read_bytes()


def _small_theia() -> bytes:
    from tests.formats import test_theia as theia

    with tempfile.TemporaryDirectory() as folder:
        return theia.theia(Path(folder, "clip.c3d"), theia.segments()).read_bytes()


def _torch_files() -> Iterator[tuple[str, bytes]]:
    import torch

    held = {"a": torch.ones(2, 3).t(), "b": torch.zeros(2).half(), "c": torch.nn.Parameter(torch.ones(1))}
    for name, as_zip in (("torch_zip", True), ("torch_legacy", False)):
        stream = io.BytesIO()
        torch.save(held, stream, _use_new_zipfile_serialization=as_zip)
        yield f"file/{name}", stream.getvalue()
        if as_zip:
            with zipfile.ZipFile(stream) as archive:
                main_name = next(each for each in archive.namelist() if each.endswith("data.pkl"))
                yield "torch/tensors", archive.read(main_name)
    with tempfile.TemporaryDirectory() as folder:
        yield "torch/gvhmr", _pickle_of(test_estimators.gvhmr(Path(folder)))


def _pickle_of(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith("data.pkl")))


if __name__ == "__main__":
    main()
