"""The live preview: the skeleton as the controls would refine it, found in steps on a timer of its own.

What a clip tells as a whole is read once; a control that moves then costs a few frames around the one that
is shown. The newest wish wins, and while nothing is wanted the rest of the clip is found, for playing.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator

import bpy
import numpy as np
from bpy.app.handlers import load_post, persistent

from .. import refiner
from ..body import links
from ..recording import Person
from ..safe_read import FormatError
from ..scene import own_space
from ..scene.colours import display_colour
from ..scene.drawing import Colour, Shapes, skeleton, together
from ..scene.units import from_metres
from ..steps import Steps, one_step
from . import live_panel, runner
from .controls import controls_of
from .live_clip import LiveClip, Wish
from .log import keep_details
from .moments import moment_shown
from .own_body import own_body
from .people import chosen_people
from .preview import shown_recording
from .redraw import redraw_views
from .results import refined_people

TICK, SLICE, IDLE = 0.005, 0.02, 0.02
"""Seconds between two slices of work, how long one may be before its last step begins, and seconds between
two looks at the controls while there is nothing to do."""
ENGINE = "numpy"
"""For a second of frames as fast as any, and nothing has to be loaded first."""
KEPT = 4
"""People who are kept although nobody looks at them."""
PALE, STRENGTH = 0.6, 0.9
"""How far the figure's colour is on the way to white, and how strongly it is drawn."""

_prepared: list[tuple[Person, refiner.Prepared | str | None]] = []
"""What was read of people, or why that can't be done, the latest last."""
_trusts: dict[str, float] = {}
"""The trust in body parts with which they were read."""
_bodies: list[refiner.OwnBody] = []
"""The user's own body with which they were read, if any."""
_clips: dict[str, LiveClip] = {}
"""What is found so far, by the people's ids."""


class _Work:
    """The steps that are on, and for which wish."""

    steps: Steps[None] | None = None
    wish: Wish | None = None
    reading = False
    waited = False

    @classmethod
    def stop(cls) -> None:
        """Leave it."""
        if cls.steps is not None:
            cls.steps.close()
        cls.steps = cls.wish = None


def start() -> None:
    """Look at the controls from now on."""
    if not bpy.app.background and not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, persistent=True)
    redraw_views()


def _tick() -> float | None:
    scene = bpy.context.scene
    if not any(one.spr.live.show for one in bpy.data.scenes):
        forget_live()
        redraw_views()
        return None
    if scene is None or not scene.spr.live.show or runner.current() is not None:
        _Work.stop()
        return IDLE
    return TICK if advance(scene, SLICE) else IDLE


def advance(scene: bpy.types.Scene, seconds: float) -> bool:
    """Work for so long, and one step at least; whether anything is left to do."""
    says: list[str] = []
    wishes = wishes_of(scene, says)
    _follow(wishes)
    end, left = time.monotonic() + seconds, False
    while not left and (_Work.steps is not None or _begin(wishes)):
        _step()
        left = time.monotonic() >= end
    _say(says + [told for person, told in _prepared if isinstance(told, str) and _wished(person, wishes)])
    return left


def _say(says: list[str]) -> None:
    if says != live_panel.SAYS:
        live_panel.SAYS[:] = says
        redraw_views()


def _wished(person: Person, wishes: list[Wish]) -> bool:
    return any(wish.person is person for wish in wishes)


def wishes_of(scene: bpy.types.Scene, says: list[str]) -> list[Wish]:
    """Who is to be shown, how, and when; what keeps everybody from it is added to `says`."""
    settings, recording = scene.spr, shown_recording(scene.spr)
    if recording is None:
        return []
    if settings.controls.start_from != "ORIGINAL":
        says.append("No preview from the current animation.")
        return []
    controls, refined = controls_of(settings), refined_people(scene, settings.source)
    try:
        controls.check()
        body = own_body(settings.body)
    except (refiner.RefineError, FormatError) as error:
        says.append(str(error))
        return []
    wishes = []
    playing = any(window.screen.is_animation_playing for window in bpy.context.window_manager.windows)
    for person in chosen_people(settings, recording):
        moment = moment_shown(scene, recording, refined.get(person.id))
        wishes.append(Wish(person, controls, moment, playing, body))
    return wishes


def _follow(wishes: list[Wish]) -> None:
    """Leave what is no longer wished for."""
    trusts = {part: limb.trust for wish in wishes for part, limb in wish.controls.limbs.items()}
    bodies = [wish.body for wish in wishes[:1] if wish.body is not None]
    # What is read depends on these alone of all settings.
    if wishes and (trusts != _trusts or not _same_bodies(bodies)):
        _Work.stop()
        _prepared.clear()
        _trusts.clear()
        _trusts.update(trusts)
        _bodies[:] = bodies
    wished = {wish.person.id: wish for wish in wishes}
    for name, clip in list(_clips.items()):
        wish = wished.get(name)
        if wish is None or clip.person is not wish.person:
            del _clips[name]
    work = _Work.wish
    if work is None:
        return
    now = wished.get(work.person.id)
    if now is None or now.person is not work.person:
        _Work.stop()
    elif not _Work.reading:
        # A block that nobody waits for gives way to a moment that somebody looks at.
        found = _clips.get(work.person.id)
        waits = found is not None and found.waits_at(now.moment) and not now.playing
        moved = _Work.waited and now.moment != work.moment
        if not now.same_clip(work) or (waits and (moved or not _Work.waited)):
            _Work.stop()


def _same_bodies(bodies: list[refiner.OwnBody]) -> bool:
    pairs = zip(bodies, _bodies, strict=False)
    alike = all(one.model is other.model and one.wishes == other.wishes for one, other in pairs)
    return alike and len(bodies) == len(_bodies)


def _begin(wishes: list[Wish]) -> bool:
    """Take up what is most wanted; whether there is anything."""
    clips: list[tuple[bool, int, Wish, LiveClip]] = []
    for wish in wishes:
        known = next((one for one in _prepared if one[0] is wish.person), None)
        if known is None:
            _let_go(wishes)
            _take_up(wish, _read(wish), reading=True)
            return True
        if isinstance(known[1], refiner.Prepared):
            clip = _clip_of(wish, known[1])
            clips.append((not clip.waits_at(wish.moment), len(clips), wish, clip))
    for _, _, wish, clip in sorted(clips, key=lambda one: one[:2]):
        rows = clip.next_rows(wish.moment, wish.playing)
        if rows is not None:
            waited = clip.waits_at(wish.moment) and not wish.playing
            _take_up(wish, _refine(clip, rows), waited=waited)
            return True
    return False


def _let_go(wishes: list[Wish]) -> None:
    """Forget the people whom nobody has looked at for long."""
    others = [person for person, _ in _prepared if not _wished(person, wishes)][:-KEPT]
    _prepared[:] = [one for one in _prepared if not any(one[0] is other for other in others)]


def _clip_of(wish: Wish, prepared: refiner.Prepared) -> LiveClip:
    """The clip under these controls; what was found under others is let go."""
    clip = _clips.get(wish.person.id)
    if clip is None or clip.prepared is not prepared or clip.controls != wish.controls:
        clip = _clips[wish.person.id] = LiveClip(prepared, wish.person, wish.controls)
    return clip


def _take_up(wish: Wish, steps: Steps[None], reading: bool = False, waited: bool = False) -> None:
    _Work.steps, _Work.wish, _Work.reading, _Work.waited = steps, wish, reading, waited


def _step() -> None:
    assert _Work.steps is not None and _Work.wish is not None
    try:
        one_step(_Work.steps)
    except StopIteration:
        _Work.steps = _Work.wish = None
    except FormatError as error:  # shape numbers that the user's own body makes no human of
        _give_up(str(error))
    except Exception as error:  # noqa: BLE001 - a timer has nobody to raise to: panel and log have it
        sentence = f"No preview: an error in the add-on ({type(error).__name__})."
        keep_details(sentence, traceback.format_exc())
        _give_up(sentence)


def _give_up(sentence: str) -> None:
    assert _Work.wish is not None
    person = _Work.wish.person
    _keep(person, sentence)
    _clips.pop(person.id, None)
    _Work.steps = _Work.wish = None


def _read(wish: Wish) -> Steps[None]:
    found: refiner.Prepared | str | None
    limbs, body = wish.controls.limbs, wish.body
    try:
        found = yield from refiner.prepare(wish.person, engine=ENGINE, limbs=limbs, body=body)
    except refiner.RefineError as error:
        found = str(error)
    _keep(wish.person, found)


def _keep(person: Person, found: refiner.Prepared | str | None) -> None:
    _prepared[:] = [one for one in _prepared if one[0] is not person]
    _prepared.append((person, found))


def _refine(clip: LiveClip, rows: np.ndarray) -> Steps[None]:
    yield from clip.refine(rows)
    redraw_views()


def live_shapes(scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> Shapes:
    """The pale figures of the scene's current frame."""
    return together(_figures(scene, depsgraph) if scene.spr.live.show else ())


def _figures(scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> Iterator[Shapes]:
    recording = shown_recording(scene.spr)
    people = [] if recording is None else [person.id for person in recording.people]
    refined = refined_people(scene, scene.spr.source)
    for wish in wishes_of(scene, []):
        clip, result = _clips.get(wish.person.id), refined.get(wish.person.id)
        joints = None if clip is None or clip.person is not wish.person else clip.at(wish.moment)
        if joints is None:
            continue
        if result is not None and not result.armature.visible_get(view_layer=depsgraph.view_layer):
            continue
        colour = _pale(display_colour(people.index(wish.person.id)))
        figure = skeleton(joints, np.full(len(joints), STRENGTH), links.of_joints(), colour)
        if result is None:
            yield figure.moved(from_metres(scene))
        else:  # a person who is moved takes the preview along
            yield figure.moved(own_space.placed(result.armature, result.armature.evaluated_get(depsgraph)))


def _pale(colour: Colour) -> Colour:
    red, green, blue = (channel + PALE * (1.0 - channel) for channel in colour[:3])
    return red, green, blue, 1.0


def forget_live() -> None:
    """Let everything go."""
    _Work.stop()
    _bodies.clear()
    _prepared.clear()
    _clips.clear()


@persistent
def _after_loading(*_args: object) -> None:
    """The switch may be on in a file that was opened."""
    start()


def attach() -> None:
    """Follow the switch."""
    live_panel.start_with(start)
    load_post.append(_after_loading)


def detach() -> None:
    """End it."""
    load_post.remove(_after_loading)
    live_panel.start_no_more()
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    forget_live()
