"""Many recordings, refined one after the other, each into files of its own; nothing comes into the scene."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .. import batch, formats, refiner
from ..formats import UnknownContent, container, file_names, opened_files
from ..refiner import RefineError
from ..safe_read import FormatError
from ..scene import apart, character_copy
from ..scene.errors import SceneError
from ..steps import Progress, Steps, as_part
from ..writers.presets import PRESETS
from .job import Outcome, Task, refine_all
from .stepped_job import SteppedJob

NPZ = "npz"
"""The kind of result that needs no preset."""


@dataclass(frozen=True)
class Wanted:
    """What to make of every recording.

    kind: `NPZ`, or the name of a preset for export. settings: by which a result is known again. gender: of
    the open body, None as the recording says.
    """

    folder: Path
    kind: str
    settings: str
    hints: container.Hints
    controls: refiner.Controls = field(default_factory=lambda: refiner.Controls())
    engine: str = "auto"
    device: str = "auto"
    body: refiner.OwnBody | None = None
    gender: str | None = None
    in_place: bool = False
    mesh: bool = True
    gaps: str = "hold"
    character: character_copy.OnCharacter | None = None


Tell = Callable[["batch.Record"], None]


class BatchJob(SteppedJob):
    """A batch. tell: is given each record as soon as it is on the disk. records: all so far, those of earlier
    runs first; known: how many of them these are."""

    def __init__(self, clips: Sequence[batch.Clip], wanted: Wanted, again: bool, tell: Tell) -> None:
        super().__init__(self._work(clips, wanted, again, tell))
        self.records: list[batch.Record] = []
        self.known = 0
        self._pace = batch.Pace(len(clips))

    @property
    def seconds_left(self) -> float | None:
        """By the recordings that are done; None before the first one is."""
        return self._pace.seconds_left()

    def _work(self, clips: Sequence[batch.Clip], wanted: Wanted, again: bool, tell: Tell) -> Steps[None]:
        ledger = batch.Ledger(wanted.folder)
        batch.remove_leftovers(ledger.folder, [clip.name for clip in clips])
        yield None
        todo = []
        for clip in clips:
            record = None if again else ledger.done(clip, wanted.settings)
            if record is None:
                todo.append(clip)
            else:
                self._note(record, tell, worked=False)
                self.known += 1
            yield None
        for place, clip in enumerate(todo):
            who = f"{clip.name} ({place + 1} of {len(todo)}): "
            record = yield from as_part(refine_clip(clip, wanted), place / len(todo), 1 / len(todo), who)
            ledger.add(record)
            self._note(record, tell)
        yield Progress(1.0, "Done")

    def _note(self, record: batch.Record, tell: Tell, worked: bool = True) -> None:
        self.records.append(record)
        self._pace.add(worked)
        tell(record)


def refine_clip(clip: batch.Clip, wanted: Wanted) -> Steps[batch.Record]:
    """The record of one recording, whose files are written then; nothing is raised."""
    began = time.monotonic()
    facts: dict[str, Any] = {"name": clip.name, "source": str(clip.source)}
    try:
        facts |= yield from _refined(clip, wanted)
    except UnknownContent as error:
        facts |= {"status": batch.LEFT_OUT, "sentence": str(error)}
    except (FormatError, RefineError, SceneError) as error:
        facts |= {"status": batch.FAILED, "sentence": str(error)}
    except Exception as error:  # noqa: BLE001 - one bad file must not stop the others
        sentence = f"{clip.source.name} failed for an error in the add-on ({type(error).__name__})."
        facts |= {"status": batch.FAILED, "sentence": sentence, "details": traceback.format_exc()}
    return batch.Record(**facts, seconds=round(time.monotonic() - began, 3))


def _refined(clip: batch.Clip, wanted: Wanted) -> Steps[dict[str, Any]]:
    """Raises FormatError, RefineError, SceneError."""
    yield Progress(0.0, "Reading")
    with opened_files() as opened:
        recording = formats.read(clip.source, **asdict(wanted.hints))
    folder = clip.source.parent
    others = sorted(batch.relative(path, folder) for path in opened - set(clip.files))
    print_of_all = batch.clip_print(clip, others, wanted.settings)
    yield None
    task = Task(
        str(clip.source), recording.people, wanted.engine, wanted.device, origin=recording.start,
        body=wanted.body, controls=wanted.controls,
    )  # fmt: skip
    outcomes = yield from refine_all(task)
    yield Progress(1.0, "Writing")
    written, told = _write(clip, outcomes, wanted, recording.start)
    warnings = [*recording.warnings, *(each for one in outcomes for each in one.motion.warnings), *told]
    return {
        "status": batch.DONE,
        "outputs": tuple(batch.relative(path, wanted.folder) for path in written),
        "people": tuple(map(_figures, outcomes)),
        "warnings": tuple(dict.fromkeys(warnings)),
        "fingerprint": print_of_all,
        "also_opened": tuple(others),
    }


def _write(
    clip: batch.Clip, outcomes: Sequence[Outcome], wanted: Wanted, origin: float
) -> tuple[list[Path], list[str]]:
    """The files, and sentences about the character in them."""
    path = wanted.folder / clip.name
    path.parent.mkdir(parents=True, exist_ok=True)
    names = file_names.names_of_people(path.name, [one.person.id for one in outcomes], others=clip.others)
    if wanted.kind == NPZ:
        targets = [path.with_name(f"{name}.npz") for name in names]
        for one, target in zip(outcomes, targets, strict=True):
            formats.write_npz(one.motion, target)
        return targets, []
    people = [
        apart.Named(name, one.motion, one.body_model, wanted.gender)
        for name, one in zip(names, outcomes, strict=True)
    ]
    exported = apart.export_apart(
        path.with_name(f"{path.name}{PRESETS[wanted.kind].suffix}"), people, preset=wanted.kind,
        in_place=wanted.in_place, mesh=wanted.mesh, gaps=wanted.gaps, origin=origin,
        character=wanted.character,
    )  # fmt: skip
    return exported.paths, exported.told


def _figures(one: Outcome) -> batch.Figures:
    before, after = one.shake or (None, None)
    figures = (batch.finite(value) for value in (one.before_mm, one.after_mm, before, after))
    return batch.Figures(one.person.id, one.motion.frames, *figures)
