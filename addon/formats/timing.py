"""The frame rate of a recording whose frames carry times."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

_NAME = re.compile(r"(?:timestamp|time|offset|elapsed|ts|t)?(?:s|ms|us|ns|sec|seconds|millis|milliseconds)?")
_UNITS = (1.0, 1e-3, 1e-6, 1e-9)
_SLOWEST, _FASTEST = 4.0, 1000.0


def is_time(name: str) -> bool:
    """Whether a column or field of this name holds times of frames, as `Time (ms)` or `timestampMs`."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    return bool(plain) and _NAME.fullmatch(plain) is not None


def rate_from_times(times: Any) -> float | None:
    """Frames per second from the times of frames in seconds or smaller units; None where they do not tell."""
    try:
        values = np.asarray(times, dtype=np.float64).reshape(-1)
    except (ValueError, TypeError):
        return None
    steps = np.diff(np.unique(values[np.isfinite(values)]))
    step = float(np.median(steps)) if len(steps) else 0.0
    rates = [1.0 / (step * unit) for unit in _UNITS] if step > 0 else []
    return next((round(rate, 3) for rate in rates if _SLOWEST < rate < _FASTEST), None)


def rate_of_frames(frames: list[Any]) -> float | None:
    """Frames per second from the times that a list of mappings carries; None where it has none."""
    mappings = [frame for frame in frames if isinstance(frame, Mapping)]
    name = next((name for name in (mappings[0] if mappings else ()) if is_time(str(name))), None)
    return None if name is None else rate_from_times([frame.get(name) for frame in mappings])
