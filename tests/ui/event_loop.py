"""Blender's event loop, which background mode does not run."""

from __future__ import annotations

import time
from types import SimpleNamespace

import bpy


class EventLoop:
    """The operator as Blender's event loop calls it, which background mode never does."""

    def __init__(self, ui, operator: type[bpy.types.Operator] | None = None) -> None:
        self.operator = operator or ui("refine_pose").SPR_OT_refine_pose
        self.runner = ui("runner")
        self.reports: list[tuple[set[str], str]] = []
        names = [name for name in ("_finish", "_refuse") if hasattr(self.operator, name)]
        methods = {name: getattr(self.operator, name) for name in names}
        self.self = SimpleNamespace(
            report=lambda kind, text: self.reports.append((kind, text)),
            job_kind=self.operator.job_kind,
            stopped=self.operator.stopped,
        )
        for name, method in methods.items():
            setattr(self.self, name, method.__get__(self.self))

    def start(self, ui, person, engine="numpy") -> None:
        self.runner.begin(bpy.context, ui("job").Task(bpy.context.scene.spr.source, (person,), engine, "cpu"))

    def event(self, kind: str, value: str = "NOTHING") -> set[str]:
        return self.operator.modal(self.self, bpy.context, SimpleNamespace(type=kind, value=value))

    def single_steps(self) -> None:
        """From here on an event takes one step, however slow the machine is."""
        self.runner.SLICE = self.runner.LONGEST = 0.0

    def run_until_writing(self) -> None:
        """In slices of one step each."""
        self.single_steps()
        while not self.runner.current().job.writing:
            assert self.event("TIMER") == {"PASS_THROUGH"}

    def run(self, seconds: float = 60.0) -> set[str]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            state = self.event("TIMER")
            if state != {"PASS_THROUGH"}:
                return state
        raise AssertionError("the run did not end")
