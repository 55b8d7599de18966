"""A Blender with a window, seen and touched from outside: pictures, a real mouse, real keys."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from dev.environments.chroot import Chroot

ROOT = Path(__file__).parents[2]
TAB = "SMPL Refiner"
SLOW = 180.0
"""Seconds to wait for what has to come: a busy machine takes long to show a window or to load torch."""
PATIENCE = 30.0
"""Seconds to look for a button again and again: the sidebar may be about to change."""
GLANCE = 0.1
"""Seconds between two looks at what is awaited."""
MOMENT = 2.0
"""Seconds in which something that should not happen would show."""
STILL = 50
"""Pictures to take at most until two are alike."""
MOVE = ("mousemove", "--sync")
STEP = 15
"""Pixels at interface scale 1 between two looks for a button: less than the height of one."""


class Failed(AssertionError):
    """Blender did not do what was asked of it."""


class Blender:
    """One Blender with one window, in a screen of its own; everything it started ends with `close`.

    pictures is the folder that screenshots go to. Files in `exchange` are seen by Blender as /exchange/….
    """

    def __init__(self, chroot: Chroot, archive: Path, pictures: Path, size: tuple[int, int]) -> None:
        self.pictures = pictures
        self._folder = tempfile.TemporaryDirectory(prefix="smpl_pose_refiner_", ignore_cleanup_errors=True)
        self.exchange = Path(self._folder.name)
        self._number = 0
        self._log_read = 0
        self._places: dict[str, list[tuple[float, float]]] = {}
        binds = {
            self.exchange: "/exchange",
            Path(__file__).parent: "/driver",
            archive.parent: "/archive",
            ROOT / "bundled_model" / "samples": "/samples",
        }
        blender = ["blender", "--window-geometry", "0", "0", *map(str, size), "--python", "/driver/inside.py"]
        session = ["python3", "-P", "/driver/session.py", "{}x{}".format(*size), *blender]
        self._process = subprocess.Popen(
            chroot.entering(session, binds), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        status, output = self.tell("install", f"/archive/{archive.name}")
        if status != 0:
            raise Failed(f"The extension could not be installed: {output}")

    def start(self, scale: float = 1.0, panels: Sequence[str] = (), every_panel: bool = False) -> None:
        """Start Blender and wait for its sidebar, with exactly these panels open, or every one, if asked."""
        self.tell("start")
        self.wait(lambda: self.ask("layout")["window"], "Blender's window")
        if panels or every_panel:
            self.ask("open_panels", names=panels or self.ask("panels"))
        if scale != 1.0:
            self.ask("put", path="preferences.view.ui_scale", value=scale)
        self.show()

    def show(self, tab: str = TAB) -> None:
        """Open the sidebar of the 3D View on this tab."""
        self.wait(lambda: self.ask("show", tab=tab), f"the tab {tab}")
        self.settle()

    def close(self) -> None:
        """End Blender and all that was started with it."""
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    # What goes in.

    def tell(self, *words: str) -> Any:
        """Let the session do something; its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise Failed("The session in the chroot has ended.")
        return json.loads(line)

    def ask(self, name: str, /, **arguments: Any) -> Any:
        """Call a function of inside.py in Blender."""
        self._number += 1
        request, answer = self.exchange / "request.json", self.exchange / "answer.json"
        waiting = request.with_suffix(".tmp")
        waiting.write_text(json.dumps([self._number, name, arguments]), "utf-8")
        waiting.replace(request)
        end = time.monotonic() + SLOW
        while time.monotonic() < end:
            if answer.exists():
                number, value, error = json.loads(answer.read_text("utf-8"))
                if number == self._number:
                    if error:
                        raise Failed(f"{name} failed in Blender: {error}")
                    return value
            if self.ended is not None:
                raise Failed(f"Blender ended with {self.ended}: {self.log()[-2000:]}")
            time.sleep(0.01)
        raise Failed(f"Blender gave no answer to {name} within {SLOW:.0f} s.")

    def mouse(self, x: float, y: float) -> None:
        """Move the mouse to a point counted from the upper left, with a last little step that is felt."""
        there = str(round(x)), str(round(y))
        self.tell("run", "xdotool", *MOVE, *there, "mousemove_relative", "--sync", "1", "0")

    def rest(self) -> None:
        """Move the mouse into the view, where no tooltip opens."""
        x, y, width, height = self.layout["view"]
        self.mouse(x + width / 3, self._from_top(y + height / 3))
        self.wait(lambda: not self.ask("pointed"), "a mouse over nothing")

    def settle(self) -> None:
        """Wait until Blender has drawn all that has happened so far."""
        before = self.ask("redraw")
        self.wait(lambda: self.ask("drawn") > before, "a redraw")

    def keys(self, *names: str) -> float:
        """Press keys over the view, such as `ctrl+z` or `Escape`; when that was."""
        self.rest()
        self.tell("run", "xdotool", "key", *names)
        return time.time()

    def click(self, button: str) -> float:
        """Click a button of the sidebar, named as `pointed` names it; when that was."""
        self.find(button)
        self.tell("run", "xdotool", "click", "1")
        return time.time()

    def find(self, button: str) -> tuple[float, float]:
        """Put the mouse on a button or field of the sidebar: where that is, from the upper left."""
        seen: set[str] = set()
        end = time.monotonic() + PATIENCE
        while not seen or time.monotonic() < end:
            self.settle()
            for point in [*self._places.get(button, []), *self._points()]:
                name = self._pointed(point)
                if name.startswith(button):
                    self._places[button] = [point]
                    return point
                seen.add(name)
        raise Failed(f"There is no {button} in the sidebar; there are {sorted(seen)}.")

    def all_pointed(self) -> set[str]:
        """The names of the buttons and fields down the middle of the sidebar."""
        return {self._pointed(point) for point in self._points(shares=(0.5,))}

    def _pointed(self, point: tuple[float, float]) -> str:
        self.mouse(*point)
        name: str = self.ask("pointed")
        return name

    def _points(self, shares: Sequence[float] = (0.5, 0.25, 0.75)) -> Iterator[tuple[float, float]]:
        """Places in the sidebar, column by column: down its middle, then nearer to its edges."""
        place = self.layout
        x, y, width, height = place["sidebar"]
        top, step = place["window"][1] - y - height, round(STEP * place["scale"])
        for share in shares:
            for row in range(step, height, step):
                yield x + width * share, top + row

    def scroll(self, clicks: int) -> None:
        """Turn the wheel over the sidebar, down when positive."""
        x, y, width, height = self.layout["sidebar"]
        self.mouse(x + width / 2, self._from_top(y + height / 2))
        for _ in range(abs(clicks)):
            self.tell("run", "xdotool", "click", "5" if clicks > 0 else "4")
        self.settle()

    def turn_page(self, turns: int) -> None:
        """Turn the wheel over the left margin of the sidebar, where no list scrolls instead; down when
        positive."""
        place = self.layout
        x, y, _, height = place["sidebar"]
        self.mouse(x + 12 * place["scale"], self._from_top(y + height / 2))
        wheel = "5" if turns > 0 else "4"
        self.tell("run", "xdotool", "click", "--repeat", str(abs(turns)), "--delay", "20", wheel)
        self.settle()

    def call(self, operator: str, /, way: str = "INVOKE_DEFAULT", **arguments: Any) -> list[str]:
        """Call an operator as a click would, or as a script does with EXEC_DEFAULT."""
        found: list[str] = self.ask("call", operator=operator, arguments=arguments, way=way)
        return found

    def open(self, path: str) -> None:
        """Open a recording as drag and drop does."""
        assert self.call("spr.open_recording", filepath=path) == ["FINISHED"]

    # What comes out.

    @property
    def layout(self) -> dict[str, Any]:
        """inside.layout."""
        found: dict[str, Any] = self.ask("layout")
        return found

    def _from_top(self, y: float) -> float:
        height: float = self.layout["window"][1]
        return height - y

    @property
    def state(self) -> dict[str, Any]:
        """inside.state."""
        found: dict[str, Any] = self.ask("state")
        return found

    @property
    def running(self) -> bool:
        """Whether a run is going on."""
        return self.state["fraction"] is not None

    def wait_for_progress(self) -> None:
        """Wait until the run that was started gets ahead."""
        self.wait(lambda: self.state["fraction"], "progress")

    def wait_for_calm(self) -> None:
        """Wait until no run is going on."""
        self.wait(lambda: not self.running, "the end of the run")

    @property
    def ended(self) -> int | None:
        """The status that Blender ended with, None while it runs."""
        status: int | None = self.tell("status")
        return status

    def linger(self) -> None:
        """Let Blender live on for a moment, in which nothing must happen to it."""
        time.sleep(MOMENT)
        self.settle()

    def wait_for_end(self) -> int | None:
        """Wait until Blender has ended; its status, None when it goes on."""
        end = time.monotonic() + SLOW
        while self.ended is None and time.monotonic() < end:
            time.sleep(GLANCE)
        return self.ended

    def log(self) -> str:
        """All that Blender has printed."""
        path = self.exchange / "blender.log"
        return path.read_text("utf-8", errors="replace") if path.exists() else ""

    def new_in_log(self) -> str:
        """What it has printed since the last call."""
        text = self.log()
        new, self._log_read = text[self._log_read :], len(text)
        return new

    def picture(self, name: str, part: str = "") -> Path:
        """A screenshot, or of the part `sidebar` or `view` only."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        crop: list[str] = []
        if part:
            x, y, width, height = self.layout[part]
            crop = ["-crop", f"{width}x{height}+{x}+{round(self._from_top(y + height))}", "+repage"]
        self.tell("run", "import", "-window", "root", *crop, "/exchange/picture.png")
        target = self.pictures / f"{name}.png"
        target.write_bytes((self.exchange / "picture.png").read_bytes())
        return target

    def still(self, name: str, part: str = "") -> Path:
        """A screenshot of a moment in which nothing moves any more."""
        before = b""
        for _ in range(STILL):
            self.settle()
            path = self.picture(name, part)
            if (now := path.read_bytes()) == before:
                return path
            before = now
            time.sleep(GLANCE)
        raise Failed(f"Blender's window does not come to rest: see {path}.")

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        """Look again and again until it is true; what it was."""
        end = time.monotonic() + SLOW
        while time.monotonic() < end:
            if found := condition():
                return found
            if self.tell("status") is not None:
                raise Failed(f"Blender ended while {what} was awaited: {self.log()[-2000:]}")
            time.sleep(GLANCE)
        self.picture("awaited in vain")
        raise Failed(f"{what} did not come within {SLOW:.0f} s.")
