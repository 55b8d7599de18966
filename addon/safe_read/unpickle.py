"""A pickle machine that can build data and nothing else.

It follows the opcodes of the standard library's pickletools, protocols 0 to 5. Names are looked up in an
allow-list of our own constructors; no import, no attribute access and no call of foreign code exists here.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .errors import FormatError
from .lazy import LEFT_OUT, LazyArray, is_mesh
from .names import SKIPPED_BYTES, Inert, JoblibArray, Pending, Token, array_of, checked_dict, checked_key
from .npy import check_shape
from .stream import ByteSource
from .words import one_line

_MAX_INTEGER_BYTES = 4096
_SKIP_FROM = 1 << 16
_STOP = ord(".")
_FORMS = {layout: struct.Struct(layout) for layout in ("<B", "<H", "<i", "<I", "<Q", ">d")}

Storage = Callable[[Any], Any]


class Unpickler:
    """Builds the object of one pickle.

    names: allow-list, qualified name -> Token or constructor. storage: what a persistent id stands for.
    """

    left_out = LEFT_OUT

    def __init__(self, source: ByteSource, names: Mapping[str, Any], storage: Storage | None = None) -> None:
        self._source = source
        self._names = names
        self._storage = storage
        self._stack: list[Any] = []
        self._marks: list[list[Any]] = []
        # Nearly all pickles number their memo without gaps, and a list takes a tenth of a dict's memory.
        self._memo: list[Any] = []
        self._far_memo: dict[int, Any] = {}

    def load(self) -> Any:
        """The object; the stream stands behind the pickle afterwards. Raises FormatError."""
        source, next_byte, handlers = self._source, self._source.byte, _HANDLERS
        while source.operations > 0:
            source.operations -= 1
            opcode = next_byte()
            if opcode == _STOP:
                return _finished(self._stack.pop())
            handler = handlers.get(opcode)
            if handler is None:
                raise FormatError("The file is no complete pickle; export it or copy it again.")
            handler(self)
        raise FormatError("The file holds far more objects than a motion; it is not usable.")

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    def _number(self, layout: str) -> int:
        form = _FORMS[layout]
        return form.unpack(self._source.read(form.size))[0]

    def _pop_mark(self) -> list[Any]:
        items = self._stack
        self._stack = self._marks.pop()
        return items

    # Plain values

    def _integer_line(self) -> None:
        line = self._source.readline().rstrip(b"L")
        self._push({b"00": False, b"01": True}.get(line) if line in (b"00", b"01") else int(line))

    def _long(self, layout: str) -> None:
        count = self._number(layout)
        if not 0 <= count <= _MAX_INTEGER_BYTES:
            raise FormatError("The file holds a number of absurd length; it is not usable.")
        self._push(int.from_bytes(self._source.read(count), "little", signed=True))

    def _text(self, layout: str) -> None:
        self._push(self._source.read(self._number(layout)).decode("utf-8", "surrogatepass"))

    def _old_text(self, layout: str) -> None:
        self._push(self._source.read(self._number(layout)).decode("latin1"))

    def _old_text_line(self) -> None:
        line = self._source.readline()
        if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in b"\"'":
            raise FormatError("The file holds damaged text; export it again.")
        self._push(line[1:-1].decode("unicode_escape"))

    def _bytes(self, layout: str) -> None:
        """Bytes; those of a mesh are passed over (its shape lies on the stack two places below)."""
        count = self._number(layout)
        shape = self._stack[-3] if len(self._stack) >= 3 else None
        if count >= _SKIP_FROM and isinstance(shape, tuple) and is_mesh(shape):
            self._source.skip(count)
            self._push(SKIPPED_BYTES)
        else:
            self._push(self._source.read(count))

    # Containers

    def _append(self) -> None:
        item = self._stack.pop()
        self._list(self._stack[-1]).append(item)

    def _appends(self) -> None:
        items = self._pop_mark()
        self._list(self._stack[-1]).extend(items)

    def _add_items(self) -> None:
        items = self._pop_mark()
        self._list(self._stack[-1]).extend(checked_key(item) for item in items)

    @staticmethod
    def _list(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise FormatError("The file fills a list that is none; export it again.")
        return value

    def _set_item(self) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._dict(self._stack[-1]).update(self._kept([key, value]))

    def _set_items(self) -> None:
        items = self._pop_mark()
        self._dict(self._stack[-1]).update(self._kept(items))

    def _kept(self, items: list[Any]) -> dict[Any, Any]:
        """The dict of keys and values in turn, without the content that is left out."""
        pairs = checked_dict(zip(items[::2], items[1::2], strict=True))
        for name in self.left_out.intersection(pairs):
            # The memo holds lists until the end, so their content is let go here.
            if isinstance(pairs[name], list):
                pairs[name].clear()
            pairs[name] = None
        return pairs

    @staticmethod
    def _dict(value: Any) -> dict[Any, Any]:
        if not isinstance(value, dict):
            raise FormatError("The file fills a dictionary that is none; export it again.")
        return value

    def _mark(self) -> None:
        self._marks.append(self._stack)
        self._stack = []

    def _pop(self) -> None:
        if self._stack:
            self._stack.pop()
        else:
            self._pop_mark()

    def _tuple(self, count: int) -> None:
        items = tuple(self._stack[-count:])
        if len(items) != count:
            raise FormatError("The file is no complete pickle; export it or copy it again.")
        self._stack[-count:] = [items]

    # Memo

    def _put(self, index: int) -> None:
        value = self._stack[-1]
        self._remember(index, value)
        if isinstance(value, Pending):
            value.memo.append(index)

    def _remember(self, index: int, value: Any) -> None:
        if index == len(self._memo):
            self._memo.append(value)
        elif 0 <= index < len(self._memo):
            self._memo[index] = value
        else:
            self._far_memo[index] = value

    def _get(self, index: int) -> None:
        self._push(self._memo[index] if 0 <= index < len(self._memo) else self._far_memo[index])

    # Names, calls and state

    def _name(self, module: str, name: str) -> None:
        found = self._names.get(f"{module}.{name}")
        if found is None:
            raise FormatError(self._refusal(one_line(f"{module}.{name}")))
        self._push(found)

    def _refusal(self, wanted: str) -> str:
        reads_bodies = any(known.startswith("chumpy.") for known in self._names)
        if wanted.startswith(("chumpy.", "scipy.sparse")) and not reads_bodies:
            return "The file is made as body models are; give it as your SMPL file, and open a motion here."
        if wanted.startswith("pandas."):
            return "The file holds a table of pandas; save that as .csv (DataFrame.to_csv) and open the same."
        return f"The file wants to run {wanted}, which no motion file needs; it was refused."

    def _stack_name(self) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        if not isinstance(module, str) or not isinstance(name, str):
            raise FormatError("The file names a class by something that is no text; export it again.")
        self._name(module, name)

    def _call(self) -> None:
        args, function = self._stack.pop(), self._stack.pop()
        if isinstance(function, Token):
            self._push(Pending(lambda state: state))
        elif callable(function) and isinstance(args, tuple):
            self._push(function(*args))
        else:
            raise FormatError("The file calls something that can't be called; export it again.")

    def _call_with_keywords(self) -> None:
        self._stack.pop()
        self._call()

    def _instance(self) -> None:
        module, name = (self._source.readline().decode("latin1") for _ in range(2))
        args = tuple(self._pop_mark())
        self._name(module, name)
        self._push(args)
        self._call()

    def _object(self) -> None:
        function, *args = self._pop_mark()
        self._stack += [function, tuple(args)]
        self._call()

    def _build(self) -> None:
        state = self._stack.pop()
        target = self._stack.pop()
        if isinstance(target, JoblibArray):
            self._push(self._joblib_array(state))
        elif isinstance(target, Pending):
            value = target.build(state)
            for index in target.memo:
                self._remember(index, value)
            self._push(value)
        else:
            if isinstance(target, Inert):
                target.state = state
            elif isinstance(target, dict) and isinstance(state, dict):
                target.update(checked_dict(state.items()))
            self._push(target)

    def _joblib_array(self, state: Any) -> Any:
        """The array behind joblib's wrapper (joblib/numpy_pickle.py, NumpyArrayWrapper.read_array)."""
        if not isinstance(state, dict):
            raise FormatError("An array of the file is damaged; export it again.")
        shape = tuple(int(size) for size in state["shape"])
        dtype = state["dtype"].build(()) if isinstance(state["dtype"], Pending) else state["dtype"]
        if dtype is None:
            return Unpickler(self._source, self._names, self._storage).load()
        check_shape(shape, dtype.itemsize)
        if state.get("numpy_array_alignment_bytes") is not None:
            self._source.skip(self._number("<B"))
        count = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        if is_mesh(shape):
            self._source.skip(count)
            return LazyArray(shape, None)
        return array_of(self._source.read(count), dtype, shape, state.get("order", "C"))

    def _persistent(self, identity: Any) -> None:
        if self._storage is None:
            raise FormatError("The file refers to data outside itself; export it again.")
        self._push(self._storage(identity))


def _finished(value: Any) -> Any:
    return value.build(()) if isinstance(value, Pending) else value


def _constant(value: Any) -> Callable[[Unpickler], None]:
    return lambda self: self._push(value)


def _fixed(layout: str) -> Callable[[Unpickler], None]:
    return lambda self: self._push(self._number(layout))


_HANDLERS: dict[int, Callable[[Any], None]] = {
    ord(opcode): handler
    for opcode, handler in {
        "\x80": lambda self: self._source.skip(1),
        "\x95": lambda self: self._source.skip(8),
        "(": Unpickler._mark,
        "0": Unpickler._pop,
        "1": lambda self: self._pop_mark(),
        "2": lambda self: self._push(self._stack[-1]),
        "N": _constant(None),
        "\x88": _constant(True),
        "\x89": _constant(False),
        "I": Unpickler._integer_line,
        "L": Unpickler._integer_line,
        "J": _fixed("<i"),
        "K": lambda self: self._push(self._source.byte()),
        "M": _fixed("<H"),
        "\x8a": lambda self: self._long("<B"),
        "\x8b": lambda self: self._long("<i"),
        "F": lambda self: self._push(float(self._source.readline())),
        "G": _fixed(">d"),
        "S": Unpickler._old_text_line,
        "T": lambda self: self._old_text("<I"),
        "U": lambda self: self._old_text("<B"),
        "V": lambda self: self._push(self._source.readline().decode("raw_unicode_escape")),
        "X": lambda self: self._text("<I"),
        "\x8c": lambda self: self._text("<B"),
        "\x8d": lambda self: self._text("<Q"),
        "B": lambda self: self._bytes("<I"),
        "C": lambda self: self._bytes("<B"),
        "\x8e": lambda self: self._bytes("<Q"),
        "\x96": lambda self: self._bytes("<Q"),
        "]": lambda self: self._push([]),
        "}": lambda self: self._push({}),
        ")": _constant(()),
        "\x8f": lambda self: self._push([]),
        "l": lambda self: self._push(self._pop_mark()),
        "t": lambda self: self._push(tuple(self._pop_mark())),
        "d": lambda self: self._push(self._kept(self._pop_mark())),
        "\x91": lambda self: self._push([checked_key(item) for item in self._pop_mark()]),
        "a": Unpickler._append,
        "e": Unpickler._appends,
        "s": Unpickler._set_item,
        "u": Unpickler._set_items,
        "\x90": Unpickler._add_items,
        "\x85": lambda self: self._tuple(1),
        "\x86": lambda self: self._tuple(2),
        "\x87": lambda self: self._tuple(3),
        "p": lambda self: self._put(int(self._source.readline())),
        "q": lambda self: self._put(self._source.byte()),
        "r": lambda self: self._put(self._number("<I")),
        "\x94": lambda self: self._put(len(self._memo) + len(self._far_memo)),
        "g": lambda self: self._get(int(self._source.readline())),
        "h": lambda self: self._get(self._source.byte()),
        "j": lambda self: self._get(self._number("<I")),
        "c": lambda self: self._name(
            self._source.readline().decode("latin1"), self._source.readline().decode("latin1")
        ),
        "\x93": Unpickler._stack_name,
        "R": Unpickler._call,
        "\x81": Unpickler._call,
        "\x92": Unpickler._call_with_keywords,
        "i": Unpickler._instance,
        "o": Unpickler._object,
        "b": Unpickler._build,
        "P": lambda self: self._persistent(self._source.readline().decode("latin1")),
        "Q": lambda self: self._persistent(self._stack.pop()),
    }.items()
}
