"""Which arrays carry the computation: torch where it finds a GPU or was asked for, else NumPy. Same weights,
same mathematics."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ...steps import Steps
from ..errors import RefineError
from ..start.solver import Prior
from . import layers as network
from .accelerator import torch_finds_gpu, torch_installed
from .features import Inputs
from .model import Model, load_model

ENGINES = ("auto", "numpy", "torch")
DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True)
class Engine:
    """Arrays of one library on one device; `run` is the network."""

    name: str
    device: str
    model: Model

    @property
    def on_gpu(self) -> bool:
        """Whether all arrays are torch's. On the CPU only the layers are: for the small matrices of
        everything else NumPy is quicker, for a frame alone more than twice."""
        return self.device != "cpu"

    def layers_by_numpy(self, frames: int) -> bool:
        """Whether NumPy computes the layers for so many frames: also a frame alone on the CPU, for which
        torch takes half as long again."""
        return self.name == "numpy" or (frames == 1 and not self.on_gpu)

    @property
    def prior(self) -> Prior:
        """What poses are likely at all."""
        prior = self.model.prior
        if not self.on_gpu:
            return prior
        return Prior(self.array(prior.reference), self.array(prior.precision))

    def array(self, values: Any) -> Any:
        """Values as this engine's arrays, single precision."""
        if not self.on_gpu:
            return np.asarray(values, np.float32)
        import torch

        return torch.as_tensor(np.ascontiguousarray(values, np.float32), device=self.device)

    def run(self, inputs: Inputs) -> Steps[network.Refinement]:
        """The network's outputs (T, …) for what it sees of one clip, on this engine, a layer a step."""
        if self.layers_by_numpy(len(inputs.features)):
            raw = yield from network.forward.steps(self.model.layers, self.model.shape, inputs.features)
            return network.split(raw, inputs.proposals)
        import torch

        values = torch.as_tensor(inputs.features, device=self.device)[None]
        for layer in _torch_network(self.device).layers():
            with torch.inference_mode():
                values = layer(values)
            yield None
        raw = values[0] if self.on_gpu else to_numpy(values[0])
        return network.split(raw, inputs.proposals)


def choose_engine(engine: str = "auto", device: str = "auto") -> Engine:
    """The engine asked for. Raises RefineError when it is not there."""
    if _engine_wanted(engine, device) == "numpy":
        return Engine("numpy", "cpu", load_model())
    try:
        found = _torch_device(device)
        if engine == "auto" and found == "cpu":
            return Engine("numpy", "cpu", load_model())
        return Engine("torch", found, load_model())
    except (ImportError, OSError) as problem:
        if engine == "torch" or device != "auto":
            raise RefineError(
                f"torch is installed but does not load ({problem}); choose the engine numpy."
            ) from None
        return Engine("numpy", "cpu", load_model())


@contextmanager
def one_thread(engine: Engine) -> Iterator[None]:
    """Keep torch on the CPU to one thread meanwhile.

    What is computed here is small: more threads gain little, and on a busy processor they wait for each
    other many times as long as the work takes.
    """
    if engine.name != "torch" or engine.device != "cpu":
        yield
        return
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def engine_name(engine: str = "auto", device: str = "auto") -> str:
    """What will do the work, for people: "NumPy", "torch on cuda"; does not import torch.

    Until torch is imported, the device that "auto" stands for is not known: "torch".
    """
    if _engine_wanted(engine, device) == "numpy":
        return "NumPy"
    if device == "auto":
        return f"torch on {_torch_device(device)}" if "torch" in sys.modules else "torch"
    return f"torch on {device}"


def loads_torch(engine: str = "auto", device: str = "auto") -> bool:
    """Whether a run would import torch, which takes seconds. Raises RefineError as `choose_engine`."""
    return _engine_wanted(engine, device) == "torch" and "torch" not in sys.modules


def _engine_wanted(engine: str, device: str) -> str:
    """ "numpy" or "torch", by what was asked for and what is installed."""
    if engine not in ENGINES or device not in DEVICES:
        choices = f"engines are {', '.join(ENGINES)}, devices {', '.join(DEVICES)}"
        raise RefineError(f"There is no engine {engine!r} on the device {device!r}; {choices}.")
    if engine == "numpy" and device not in ("auto", "cpu"):
        raise RefineError("The NumPy engine runs on the CPU only; choose the torch engine or the device cpu.")
    if engine == "numpy":
        return "numpy"
    asked = engine == "torch" or device not in ("auto", "cpu")
    if torch_installed() and (asked or (device == "auto" and torch_finds_gpu())):
        return "torch"
    if asked:
        raise RefineError(
            "torch is not installed in this Python; choose the engine auto or numpy, device auto."
        )
    return "numpy"


def to_numpy(values: Any) -> np.ndarray:
    """An engine's array as a NumPy array."""
    return values if isinstance(values, np.ndarray) else values.detach().cpu().numpy()


def _torch_device(device: str) -> str:
    import torch

    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if device == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if there[name])
    if not there[device]:
        raise RefineError(f"This machine has no {device} device for torch; choose the device auto or cpu.")
    return device


@lru_cache(maxsize=2)
def _torch_network(device: str) -> Any:
    import torch

    from .torch_layers import Network

    model = load_model()
    module = Network(model.shape)
    module.load_state_dict({name: torch.as_tensor(value) for name, value in model.weights.items()})
    return module.to(device).train(False)
