"""The processes that train one network together, each on examples of its own: those that torchrun starts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

_CPU = torch.device("cpu")


@dataclass(frozen=True)
class Team:
    """This process among all of them; alone without torchrun."""

    rank: int = 0
    size: int = 1
    device: torch.device = _CPU

    @property
    def leads(self) -> bool:
        """Whether it is the one that measures, prints and writes."""
        return self.rank == 0

    def seed(self, seed: int) -> int:
        """Of this process's examples: another one in each."""
        return seed * self.size + self.rank

    def joined(self, network: torch.nn.Module) -> torch.nn.Module:
        """The network, whose gradients are the mean of all processes'."""
        return network if self.size == 1 else DistributedDataParallel(network)

    def agreed(self, value: float) -> float:
        """The leader's value: clocks differ, and all must stop at the same step."""
        if self.size == 1:
            return value
        told = torch.tensor([value], dtype=torch.float64, device=self.device)
        distributed.broadcast(told, 0)
        return float(told)

    def wait(self) -> None:
        """Until all have come here."""
        if self.size > 1:
            distributed.barrier()


@contextmanager
def team() -> Iterator[Team]:
    """This process's team, as torchrun's variables say."""
    gpu = torch.cuda.is_available()
    device = torch.device(f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if gpu else "cpu")
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield Team(device=device)
        return
    if gpu:
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if gpu else "gloo")
    try:
        yield Team(distributed.get_rank(), distributed.get_world_size(), device)
    finally:
        distributed.destroy_process_group()
