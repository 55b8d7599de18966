"""What a person may state in place of a file, and how a sentence asks for it.

A sentence is written once, with `give`, in the words of the command line. `in_panel` says the same in the
words of Blender's panel, and `asked` names the controls that the panel has for it.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Override(NamedTuple):
    """One option. control: its name in the panel; verb: what is done to it; value: its values."""

    control: str
    verb: str
    value: str = ""

    def panel_words(self, value: str, where: str) -> str:
        """'choose +Z as Up Axis below'."""
        if not value:
            return f"{self.verb} {self.control} {where}"
        if self.verb == "set":
            return f"set {self.control} to {value} {where}"
        return f"{self.verb} {value.upper() if value[0] in '+-' else value} as {self.control} {where}"


OVERRIDES = {
    "layout": Override("Layout", "choose", r"[a-z_]+\d+"),
    "fps": Override("Frame Rate", "set", r"\d+(?:\.\d+)?"),
    "up": Override("Up Axis", "choose", r"[+-][xyz]"),
    "units": Override("Units", "choose", r"mm|cm|m"),
    "mirror": Override("Mirror", "tick"),
    "keep_height": Override("Keep Height", "tick"),
    "join_tracks": Override("Join Tracks", "tick"),
    "take": Override("Take", "choose"),
}
"""By the name that Hints, scene settings and options of the command line share."""
_BESIDE = {"smpl_model": Override("SMPL File", "choose")}
"""What is given beside a file, by its option of the command line; the panel has it where it always is."""
_ALL = OVERRIDES | _BESIDE


def give(name: str, value: str = "") -> str:
    """'give --up +z': the end of a sentence that asks for an override, and for which value. ValueError for
    one that the option does not take."""
    if value and not re.fullmatch(_ALL[name].value, value):
        raise ValueError(f"{value!r} is no value of {name}")
    return f"give {_option(name)}{' ' * bool(value)}{value}"


def in_panel(sentence: str, where: str = "below") -> str:
    """The sentence in Blender's words; where: how the panel's controls are found from there."""
    return _GIVEN.sub(lambda found: _ALL[_name(found)].panel_words(_value(found), where), sentence)


def asked(sentence: str) -> tuple[str, ...]:
    """The names of the overrides that a sentence asks for."""
    names = dict.fromkeys(_name(found) for found in _GIVEN.finditer(sentence))
    return tuple(name for name in names if name in OVERRIDES)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _pattern(name: str, override: Override) -> str:
    value = rf"(?: (?P<{name}_value>{override.value})(?![\w+-]))?" if override.value else ""
    return rf"(?P<{name}>{_option(name)})(?![\w-]){value}"


_GIVEN = re.compile(f"give (?:{'|'.join(_pattern(*each) for each in _ALL.items())})")


def _name(found: re.Match[str]) -> str:
    return next(name for name in _ALL if found[name])


def _value(found: re.Match[str]) -> str:
    return found.groupdict().get(f"{_name(found)}_value") or ""
