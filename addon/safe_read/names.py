"""The names that a pickle may use, each with our own harmless constructor; every other name is refused.

No module is imported and no attribute looked up because of what a file says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .errors import FormatError
from .lazy import LazyArray, is_mesh
from .npy import check_shape, check_text, plain_dtype

Constructor = Callable[..., Any]


@dataclass
class Pending:
    """An object whose content follows in a BUILD opcode.

    build(state) gives the value that takes its place, in the memo too.
    """

    build: Callable[[Any], Any]
    memo: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Token:
    """A class that is only passed along, such as numpy.ndarray or torch.FloatStorage."""

    name: str


@dataclass
class Inert:
    """An object of a class that we only know by name (chumpy, SciPy): its arguments and state."""

    name: str
    args: tuple[Any, ...] = ()
    state: Any = None


@dataclass(frozen=True)
class JoblibArray:
    """joblib's wrapper: an array whose bytes follow the BUILD opcode in the stream."""


_JOBLIB_ARRAY = JoblibArray()

SKIPPED_BYTES = object()
"""Stands for the bytes of a mesh that the unpickler passed over."""


def new_dtype(description: Any, *_: Any) -> Pending:
    """numpy.dtype(description) with its byte order in the state; None for Python objects.
    Raises FormatError."""
    name = description.decode("latin1") if isinstance(description, bytes) else description
    if not isinstance(name, str):
        raise FormatError("An array of the file has no usable type; export it again.")

    def build(state: Any) -> np.dtype | None:
        order = state[1] if isinstance(state, tuple) and len(state) > 1 and isinstance(state[1], str) else "="
        if name.startswith("O"):
            return None
        return plain_dtype((order if order in "<>=|" else "=") + name.lstrip("<>=|"))

    return Pending(build)


def dtype_of(value: Any) -> np.dtype | None:
    """The type that a pickle gives an array; None for Python objects. Raises FormatError."""
    value = value.build(()) if isinstance(value, Pending) else value
    if value is not None and not isinstance(value, np.dtype):
        raise FormatError("An array of the file has no usable type; export it again.")
    return value


def array_of(data: Any, dtype: np.dtype | None, shape: Any, order: Any = "C") -> Any:
    """An array from bytes (or from a list, for Python objects). Raises FormatError."""
    shape = tuple(int(size) for size in (shape if isinstance(shape, (tuple, list)) else (shape,)))
    check_shape(shape, dtype.itemsize if dtype else 8)
    if data is SKIPPED_BYTES or (is_mesh(shape) and dtype is not None):
        return LazyArray(shape, None)
    if dtype is None:
        return _object_array(data, shape, order)
    raw = data.encode("latin1") if isinstance(data, str) else bytes(data)
    if len(raw) != int(np.prod(shape, dtype=np.int64)) * dtype.itemsize:
        raise FormatError("An array of the file does not have the size it claims; export it again.")
    if len(raw) == 0:
        return np.zeros(shape, dtype.newbyteorder("="))
    check_text(raw, dtype)
    return np.frombuffer(raw, dtype).reshape(shape, order="F" if order == "F" else "C")


def _object_array(items: Any, shape: tuple[int, ...], order: Any) -> np.ndarray:
    if not isinstance(items, list) or len(items) != int(np.prod(shape, dtype=np.int64)):
        raise FormatError("A list of objects does not have the size it claims; export the file again.")
    flat = np.empty(len(items), object)
    for place, item in enumerate(items):
        flat[place] = item
    return flat.reshape(shape, order="F" if order == "F" else "C")


def _scalar(dtype: Any, data: Any = b"") -> Any:
    kind = dtype_of(dtype)
    return data if kind is None else array_of(data, kind, ()).item()


def _encode(text: Any, encoding: Any = "latin1") -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1", "utf-8", "ascii"):
        raise FormatError("The file encodes text in an unknown way; export it again.")
    return text.encode(str(encoding))


def _mapping(*args: Any) -> dict[Any, Any]:
    """dict, OrderedDict, defaultdict and their like; a default factory is dropped."""
    content = args[0] if args and isinstance(args[0], (dict, list, tuple)) else ()
    return checked_dict(content.items() if isinstance(content, dict) else content)


def checked_dict(pairs: Any) -> dict[Any, Any]:
    """A dict whose keys cannot be chosen to collide."""
    return {checked_key(key): value for key, value in pairs}


def checked_key(key: Any, depth: int = 0) -> Any:
    """Text, bytes, None, a moderate number or a small tuple of these; FormatError for every other key."""
    if isinstance(key, (str, bytes, bool)) or key is None:
        return key
    if isinstance(key, (int, float)) and abs(key) < 1 << 53:
        return key
    if isinstance(key, tuple) and len(key) <= 4 and depth < 2:
        return tuple(checked_key(part, depth + 1) for part in key)
    raise FormatError("A dictionary of the file has keys that no motion file has.")


def _members(*args: Any) -> list[Any]:
    return [checked_key(item) for item in args[0]] if args else []


def _sequence(*args: Any) -> list[Any]:
    return list(args[0]) if args and isinstance(args[0], (list, tuple)) else []


def _path(*parts: Any) -> str:
    return "/".join(str(part) for part in parts if isinstance(part, str))[:4096]


def _plain(*args: Any) -> Any:
    """int, float, str … of a value that is already one of them."""
    if len(args) > 1 or (args and not isinstance(args[0], (int, float, str, bytes, bool))):
        raise FormatError("The file builds a number in an unusual way; export it again.")
    return args[0] if args else 0


def _reconstructor(cls: Any, *_: Any) -> Any:
    return cls() if callable(cls) else Pending(lambda state: state)


def _namespace(*_: Any) -> Pending:
    return Pending(lambda state: state if isinstance(state, dict) else {})


def inert(name: str) -> Constructor:
    """A constructor of Inert objects with this name."""

    def build(*args: Any) -> Inert:
        return Inert(name, args)

    return build


def array_names(make: Callable[[Any, np.dtype | None, Any, Any], Any]) -> dict[str, Constructor]:
    """NumPy's names for arrays; each is made by make(data, dtype, shape, order)."""

    def reconstruct(*_: Any) -> Pending:
        def build(state: Any) -> Any:
            _, shape, dtype, fortran, data = state if len(state) == 5 else (1, *state)
            return make(data, dtype_of(dtype), shape, "F" if fortran else "C")

        return Pending(build)

    def from_buffer(data: Any, dtype: Any, shape: Any, order: Any = "C") -> Any:
        return make(data, dtype_of(dtype), shape, order)

    names = {"multiarray._reconstruct": reconstruct, "numeric._frombuffer": from_buffer}
    return {f"numpy.{core}.{name}": build for core in ("core", "_core") for name, build in names.items()}


def _numpy_names() -> dict[str, Any]:
    names: dict[str, Any] = {"numpy.dtype": new_dtype}
    names |= {f"numpy.{name}": Token(f"numpy.{name}") for name in ("ndarray", "memmap", "matrix")}
    for core in ("numpy.core", "numpy._core"):
        names[f"{core}.multiarray.scalar"] = _scalar
        names[f"{core}.memmap.memmap"] = Token("numpy.memmap")
    return names | array_names(array_of)


def _builtin_names() -> dict[str, Any]:
    kinds: dict[str, Any] = {"dict": _mapping, "list": _sequence, "tuple": lambda *a: tuple(_sequence(*a))}
    kinds |= {"set": _members, "frozenset": _members, "object": Token("object")}
    kinds |= dict.fromkeys(("int", "long", "float", "bool", "str", "unicode", "bytes"), _plain)
    return {
        f"{module}.{name}": build for module in ("builtins", "__builtin__") for name, build in kinds.items()
    }


NAMES: Mapping[str, Any] = {
    **_numpy_names(),
    **_builtin_names(),
    "collections.OrderedDict": _mapping,
    "collections.defaultdict": _mapping,
    "easydict.EasyDict": _mapping,
    "argparse.Namespace": _namespace,
    "_codecs.encode": _encode,
    "copyreg._reconstructor": _reconstructor,
    "copy_reg._reconstructor": _reconstructor,
    "joblib.numpy_pickle.NumpyArrayWrapper": lambda *_: _JOBLIB_ARRAY,
    **{
        f"{module}.{name}": _path
        for module in ("pathlib", "pathlib._local")
        for name in ("Path", "PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath")
    },
}
"""Qualified name -> Token or constructor."""
