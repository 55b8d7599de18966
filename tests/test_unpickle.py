"""Pickles, joblib dumps and torch archives: data comes out, code never runs."""

from __future__ import annotations

import bz2
import collections
import gzip
import io
import lzma
import os
import pickle
import subprocess
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addon import formats
from addon.formats.container import Container
from addon.safe_read import FormatError, read_object, stream
from addon.safe_read.lazy import LazyArray
from tests.effort import effort

MARKER = Path("/tmp/smpl_pose_refiner_was_here")


def loaded(path: Path) -> Any:
    return Container(path).tree


def motion() -> dict:
    return {
        np.int64(3): {
            "pose": np.random.default_rng(0).random((10, 72)).astype(np.float32),
            "fortran": np.asfortranarray(np.arange(20.0).reshape(4, 5)),
            "big_endian": np.arange(3, dtype=">i4"),
            "words": np.array(["a", "bc"]),
            "objects": np.array([{"a": 1}, None, "x"], object),
            "scalar": np.float32(3.5),
            "list": [1, 2.5, "x", None, True, (1, 2), -7, 2**70, b"bytes"],
            "ordered": collections.OrderedDict(a=1),
            "default": collections.defaultdict(list, {"k": [1]}),
            "empty": np.zeros((0, 3)),
            "verts": np.zeros((2, 6890, 3), np.float32),
        }
    }


def check_motion(read: Any) -> None:
    wanted, got = motion()[3], read[3]
    assert set(wanted) == set(got)
    for name in ("pose", "fortran", "big_endian", "words", "empty"):
        np.testing.assert_array_equal(np.asarray(got[name]), wanted[name])
    assert got["objects"].tolist() == [{"a": 1}, None, "x"]
    for name in ("scalar", "list", "ordered", "default"):
        assert got[name] == wanted[name]
    assert isinstance(got["verts"], LazyArray) and got["verts"].shape == (2, 6890, 3)


@pytest.mark.parametrize("protocol", range(6))
def test_every_pickle_protocol(tmp_path, protocol):
    path = tmp_path / "clip.pkl"
    path.write_bytes(pickle.dumps(motion(), protocol))
    check_motion(loaded(path))


def joblib_bytes(array: np.ndarray) -> bytes:
    """A joblib dump of {"pose": array} as joblib >= 1.1 writes it: wrapper, BUILD, padding, raw bytes."""
    out = io.BytesIO()
    out.write(
        b"\x80\x04}\x94\x8c\x04pose\x94\x8c\x13joblib.numpy_pickle\x94\x8c\x11NumpyArrayWrapper\x94\x93\x94"
    )
    out.write(
        b")\x81\x94}\x94(\x8c\x08subclass\x94\x8c\x05numpy\x94\x8c\x07ndarray\x94\x93\x94\x8c\x05shape\x94"
    )
    out.write(pickle.dumps(array.shape, 2)[2:-1] + b"\x8c\x05order\x94\x8c\x01C\x94\x8c\x05dtype\x94")
    out.write(
        b"\x8c\x05numpy\x8c\x05dtype\x93\x8c\x02f4\x89\x88\x87R(K\x03\x8c\x01<NNNJ\xff\xff\xff\xff"
        b"J\xff\xff\xff\xffK\x00tb"
    )
    out.write(b"\x8c\nallow_mmap\x88\x8c\x1bnumpy_array_alignment_bytesK\x10ub")
    padding = 16 - (out.tell() + 1) % 16
    out.write(bytes([padding]) + b"\xff" * padding + array.tobytes() + b"s.")
    return out.getvalue()


@pytest.mark.parametrize(
    "squeeze", [bytes, zlib.compress, gzip.compress, bz2.compress, lzma.compress,
                lambda data: lzma.compress(data, lzma.FORMAT_ALONE)],
    ids=["raw", "zlib", "gzip", "bz2", "xz", "lzma"],
)  # fmt: skip
def test_joblib_dumps_in_every_compression(tmp_path, squeeze):
    array = np.random.default_rng(1).random((50, 72)).astype(np.float32)
    path = tmp_path / "clip.pkl"
    path.write_bytes(squeeze(joblib_bytes(array)))
    np.testing.assert_array_equal(loaded(path)["pose"], array)


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)])
def test_what_joblib_itself_writes(tmp_path, compress):
    joblib = pytest.importorskip("joblib")
    joblib.dump(motion(), tmp_path / "clip.pkl", compress=compress)
    check_motion(loaded(tmp_path / "clip.pkl"))


@pytest.mark.parametrize("new", [True, False], ids=["zip", "legacy"])
def test_torch_archives_without_torch(tmp_path, new):
    torch = pytest.importorskip("torch")
    base = torch.rand(6, 4)
    held = {
        "plain": base, "turned": base.t(), "view": base[1:3], "half": torch.rand(3).half(),
        "whole": torch.arange(4), "truth": torch.tensor([True, False]), "none": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(torch.rand(2)), "size": torch.Size([1, 2]), "array": np.arange(3),
    }  # fmt: skip
    path = tmp_path / "clip.pt"
    torch.save(held | {"verts": torch.zeros(2, 6890, 3), "brain": torch.rand(3).bfloat16()}, path,
               _use_new_zipfile_serialization=new)  # fmt: skip
    read = loaded(path)
    for name, value in held.items():
        expected = value.detach().numpy() if torch.is_tensor(value) else value
        np.testing.assert_array_equal(np.asarray(read[name]), expected)
    assert read["verts"].shape == (2, 6890, 3) and np.asarray(read["brain"]).dtype == np.float32


def test_tensors_inside_an_object_array(tmp_path):
    torch = pytest.importorskip("torch")
    held: Any = {"pred_trans": torch.ones(3, 1, 3)}
    np.save(tmp_path / "hps.npy", held, allow_pickle=True)
    np.testing.assert_array_equal(np.asarray(loaded(tmp_path / "hps.npy")["pred_trans"]), np.ones((3, 1, 3)))


def test_a_pickle_of_python_2(tmp_path):
    """As cPickle of Python 2 writes {'poses': array}: byte strings, numpy data as latin1 text."""
    data = np.arange(6.0).tobytes()
    path = tmp_path / "old.pkl"
    path.write_bytes(
        b"\x80\x02}q\x00U\x05posesq\x01cnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03K\x00\x85q\x04"
        b"U\x01bq\x05\x87q\x06Rq\x07(K\x01K\x02K\x03\x86q\x08cnumpy\ndtype\nq\tU\x02f8q\nK\x00K\x01\x87q\x0bRq\x0c"
        b"(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U" + bytes([len(data)]) + data + b"tbs."
    )
    np.testing.assert_array_equal(loaded(path)["poses"], np.arange(6.0).reshape(2, 3))


class Gadget:
    """Pickles to a call of whatever it is given."""

    def __init__(self, function, *args, state=None):
        self.parts = (function, args) if state is None else (function, args, state)

    def __reduce__(self):
        return self.parts


COMMAND = f"touch {MARKER}"


class WithState:
    def __setstate__(self, state):
        os.system(state)

    def __getstate__(self):
        return COMMAND


def named(module: str, name: str, argument: bytes) -> bytes:
    return f"c{module}\n{name}\n".encode() + b"(" + argument + b"tR."


def hostile() -> dict[str, bytes]:
    word = b"S'" + COMMAND.encode() + b"'\n"
    legacy = (
        b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}.\x80\x02cos\nsystem\n"
        + word
        + b"\x85R."
    )
    return {
        "reduce": pickle.dumps(Gadget(os.system, COMMAND)),
        "eval": pickle.dumps(Gadget(eval, f"__import__('os').system({COMMAND!r})")),
        "exec": pickle.dumps(Gadget(exec, f"import os; os.system({COMMAND!r})")),
        "getattr": named("builtins", "getattr", word),
        "popen": pickle.dumps(Gadget(subprocess.Popen, ["touch", str(MARKER)])),
        "nested in a motion": pickle.dumps({"pose": np.zeros(3), "x": [Gadget(os.system, COMMAND)]}),
        "build": pickle.dumps(WithState()),
        "state of a call": pickle.dumps(Gadget(dict, state=Gadget(os.system, COMMAND))),
        "instance opcode": b"\x80\x02(" + word + b"ios\nsystem\n.",
        "object opcode": b"\x80\x02(cos\nsystem\n" + word + b"o.",
        "stack global": b"\x80\x04\x8c\x02os\x8c\x06system\x93" + word + b"\x85R.",
        "extension": b"\x80\x02\x82\x01" + word + b"\x85R.",
        "persistent id": b"\x80\x02" + word + b"Q.",
        "torch nested": b"\x80\x02ctorch.storage\n_load_from_bytes\nB" + len(legacy).to_bytes(4, "little")
        + legacy + b"\x85R.",
        "torch legacy": legacy,
        "numpy dtype": b"\x80\x02cnumpy\ndtype\n(cos\nsystem\n" + word + b"\x85RtR.",
        "numpy loader": b"\x80\x02" + named("numpy", "load", word),
        "numpy runstring": b"\x80\x02" + named("numpy.testing._private.utils", "runstring", word),
        "copyreg": b"\x80\x02ccopyreg\n_reconstructor\n(cos\nsystem\n" + word + b"NtR.",
        "joblib": b"\x80\x02" + named("joblib.numpy_pickle_utils", "_detect_compressor", word),
    }  # fmt: skip


@pytest.mark.parametrize("kind", list(hostile()))
@pytest.mark.parametrize("squeeze", [bytes, zlib.compress], ids=["raw", "zlib"])
def test_hostile_pickles_end_in_one_sentence(tmp_path, kind, squeeze):
    path = tmp_path / "hostile.pkl"
    path.write_bytes(squeeze(hostile()[kind]))
    with pytest.raises(FormatError) as refusal:
        formats.read(path)
    assert not MARKER.exists() and str(refusal.value).isprintable()


def test_a_hostile_torch_zip_is_refused(tmp_path):
    path = tmp_path / "hostile.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Gadget(os.system, COMMAND)))
    with pytest.raises(FormatError, match="refused"):
        loaded(path)
    assert not MARKER.exists()


def bombs() -> dict[str, bytes]:
    doubling = b"\x80\x02]q\x00" + b"".join(b"h%c\x86q%c" % (n, n + 1) for n in range(60)) + b"."
    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85C\x01btR"
    dtype = b"cnumpy\ndtype\n(X\x02\x00\x00\x00f8K\x00K\x01tR(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xff"
    dtype += b"J\xff\xff\xff\xffK\x00tb"
    shape = b"(J\xff\xff\xff\x7fJ\xff\xff\xff\x7ft"
    return {
        "claims 8 EB of bytes": b"\x80\x04\x8e" + b"\xff" * 7 + b"\x7f" + b"x",
        "claims 4 GB of text": b"\x80\x04X\xff\xff\xff\xff" + b"x",
        "a huge number": b"\x80\x02\x8b\xff\xff\xff\x7f" + b"x",
        "a number of many digits": b"\x80\x02L" + b"9" * 100_000 + b"L\n.",
        "memo far away": b"\x80\x02Nr\xff\xff\xff\xffj\xfe\xff\xff\xff.",
        "an absurd array": b"\x80\x03" + array + b"(K\x01" + shape + dtype + b"\x89C\x01xtb.",
        "colliding keys": b"\x80\x02}(" + b"".join(
            b"\x8a\x09" + (n * (2**61 - 1)).to_bytes(9, "little") + b"N" for n in range(2, 9)) + b"u.",
        "a name that doubles": doubling[:-1] + b"cos\n\n\x86\x93.",
        "a key that doubles": b"\x80\x02}" + doubling[2:-1] + b"Ns.",
        "a list that doubles": doubling,
        "an array of many dimensions": b"\x80\x03\x8a\xff" + b"\x7f" * 255 + b"q\x000"
        + array + b"(K\x01(" + b"h\x00" * 200_000 + b"t" + dtype + b"\x89C\x01xtb.",
        "empty stack": b"\x80\x02t.",
        "only marks": b"\x80\x02" + b"(" * 1000,
        "unfinished": doubling[:-1],
        "zlib of small objects": zlib.compress(b"\x80\x04" + b"}" * 25_000_000),
        "zlib of zeros": zlib.compress(b"\x80\x04\x8e" + (1 << 27).to_bytes(8, "little") + bytes(1 << 24)),
    }  # fmt: skip


LONGEST_FUSE = {"an array of many dimensions": 4_000_000, "zlib of small objects": 3_000_000}
"""Calls until a bomb is refused, where it first looks like a long list of numbers or objects."""


@pytest.mark.parametrize("kind", list(bombs()))
def test_bombs_are_refused_at_once(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(stream, "_LEAST_OPERATIONS", 100_000)
    path = tmp_path / "bomb.pkl"
    path.write_bytes(bombs()[kind])
    with effort(LONGEST_FUSE.get(kind, 10_000)), pytest.raises(FormatError):
        read_object(path, path.read_bytes()[:4096])


def shared(count: int) -> list:
    """A list that is written once and stands at `count` places."""
    return [[1.0] * 100_000] * count


def test_content_may_be_shared_but_not_without_measure(tmp_path):
    path = tmp_path / "shared.pkl"
    path.write_bytes(pickle.dumps({"betas": shared(100)}))
    assert len(loaded(path)["betas"]) == 100
    path.write_bytes(pickle.dumps({"betas": shared(100_000)}))
    with pytest.raises(FormatError, match="repeats"):
        loaded(path)


def test_a_tensor_that_repeats_one_number_without_end_is_refused(tmp_path):
    torch = pytest.importorskip("torch")
    torch.save({"pose": torch.zeros(1).expand(1 << 26)}, tmp_path / "long.pt")
    with pytest.raises(FormatError, match="repeats"):
        loaded(tmp_path / "long.pt")


@pytest.mark.parametrize("wanted", ["os\u2028x", "o\x1b[31ms", "o\rs", "o\u202es", "o" * 5000])
def test_a_refusal_repeats_a_name_on_one_short_line(tmp_path, wanted):
    path = tmp_path / "named.pkl"
    name = wanted.encode()
    path.write_bytes(b"\x80\x04X" + len(name).to_bytes(4, "little") + name + b"\x8c\x06system\x93.")
    with pytest.raises(FormatError, match="The file wants to run o") as refusal:
        loaded(path)
    assert str(refusal.value).isprintable() and len(str(refusal.value)) < 200


@pytest.mark.parametrize("module", ["pandas", "pandas.core.frame"])
def test_a_table_of_pandas_is_told_as_what_else_to_save_it(tmp_path, module):
    path = tmp_path / "table.pkl"
    path.write_bytes(b"\x80\x04" + named(module, "DataFrame", b""))
    with pytest.raises(FormatError, match=r"a table of pandas; save that as \.csv"):
        formats.read(path)


def test_an_object_that_holds_itself_does_no_harm(tmp_path):
    held: list = []
    held.append(held)
    path = tmp_path / "self.pkl"
    path.write_bytes(pickle.dumps({"poses": held, "trans": held, "keypoints": held}))
    with pytest.raises(FormatError):
        formats.read(path)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), min_size=1, max_size=5),
    protocol=st.integers(2, 5),
)
def test_flipped_pickles_give_data_or_a_refusal(tmp_path, flips, protocol):
    data = bytearray(
        pickle.dumps({"a": {"pose": np.arange(30.0).reshape(10, 3), "id": 4, "x": [1, "b"]}}, protocol)
    )
    for place, mask in flips:
        data[place % len(data)] ^= mask
    path = tmp_path / "flipped.pkl"
    path.write_bytes(bytes(data))
    try:
        read_object(path, bytes(data[:64]))
    except FormatError as refusal:
        assert str(refusal).isprintable()


def tracking_result(frames: int) -> bytes:
    numbers = np.random.default_rng(2)
    held = {
        f"_DEMO/{n:06d}.jpg": {
            "tid": [1, 2],
            "smpl": [{"global_orient": numbers.random((1, 3, 3)), "body_pose": numbers.random((23, 3, 3))}]
            * 2,
            "3d_joints": [numbers.random((45, 3)) for _ in range(2)],
            "mask": [{"counts": numbers.bytes(20_000)}],
        }
        for n in range(frames)
    }
    return zlib.compress(pickle.dumps(held), 1)


def test_a_tracking_result_twice_as_long_is_twice_the_work(tmp_path):
    path, calls = tmp_path / "demo.pkl", []
    for frames in (250, 500):
        path.write_bytes(tracking_result(frames))
        with effort() as work:
            assert len(loaded(path)) == frames
        calls.append(work.calls)
    assert calls[1] < 2.1 * calls[0] and calls[1] < 500 * 2000
