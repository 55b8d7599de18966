"""The refining network as a torch module. Imported on demand, for training and for the torch engine."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .layers import Shape


class Block(nn.Module):
    """Mixes time per channel (depthwise convolution), then channels per frame (two linear layers)."""

    def __init__(self, width: int, hidden: int, taps: int, dilation: int) -> None:
        super().__init__()
        self.before_time = nn.LayerNorm(width)
        reach = (taps - 1) // 2 * dilation
        self.time = nn.Conv1d(width, width, taps, padding=reach, dilation=dilation, groups=width)
        self.before_mix = nn.LayerNorm(width)
        self.mix_in = nn.Linear(width, hidden)
        self.mix_out = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, width) to the same."""
        x = x + self._over_time(self.before_time(x))
        return x + self.mix_out(nn.functional.silu(self.mix_in(self.before_mix(x))))

    def _over_time(self, x: Tensor) -> Tensor:
        if x.shape[1] > 1:
            return self.time(x.mT).mT
        # A frame alone meets the middle tap only; a convolution over each of many takes seven times as long.
        return x * self.time.weight[:, 0, self.time.kernel_size[0] // 2] + self.time.bias


class Network(nn.Module):
    """Features (B, T, F) to raw outputs (B, T, O); `network.split` names the outputs."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.enter = nn.Linear(shape.features, shape.width)
        self.blocks = nn.ModuleList(
            Block(shape.width, shape.hidden, shape.taps, dilation) for dilation in shape.dilations
        )
        self.before_leave = nn.LayerNorm(shape.width)
        self.leave = nn.Linear(shape.width, shape.outputs)
        nn.init.zeros_(self.leave.weight)  # an untrained network leaves the start as it is
        nn.init.zeros_(self.leave.bias)
        self.register_buffer("feature_mean", torch.zeros(shape.features))
        self.register_buffer("feature_scale", torch.ones(shape.features))

    def forward(self, features: Tensor) -> Tensor:
        """(B, T, F) to (B, T, O)."""
        x = features
        for layer in self.layers():
            x = layer(x)
        return x

    def layers(self) -> list[Callable[[Tensor], Tensor]]:
        """What works on the features one after the other."""
        return [self._enter, *self.blocks, self._leave]

    def _enter(self, features: Tensor) -> Tensor:
        return self.enter((features - self.feature_mean) * self.feature_scale)

    def _leave(self, x: Tensor) -> Tensor:
        return self.leave(self.before_leave(x))
