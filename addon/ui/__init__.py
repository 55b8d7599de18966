"""What a person sees in Blender: properties, operators, panels, preferences."""

from __future__ import annotations

from . import (
    controls,
    export_fbx,
    fix_targets,
    fixes,
    icons,
    live,
    live_panel,
    log,
    measures,
    open_recording,
    open_targets,
    own_body,
    panels,
    panels_fixes,
    panels_quality,
    panels_targets,
    people,
    preferences,
    presets,
    properties,
    quality,
    refine_pose,
    runner,
    targets,
    viewport,
)

CLASSES = (
    *own_body.CLASSES,
    *controls.CLASSES,
    *presets.CLASSES,
    *live_panel.CLASSES,
    *people.CLASSES,
    *measures.CLASSES,
    *fixes.CLASSES,
    *targets.CLASSES,
    *properties.CLASSES,
    *preferences.CLASSES,
    *open_recording.CLASSES,
    *open_targets.CLASSES,
    *refine_pose.CLASSES,
    *export_fbx.CLASSES,
    *fix_targets.CLASSES,
    *log.CLASSES,
    *quality.CLASSES,
    *panels.CLASSES,
    *panels_fixes.CLASSES,
    *panels_targets.CLASSES,
    *panels_quality.CLASSES,
)
_ATTACHED = (properties, open_recording, icons, viewport, runner, live, measures)


def attach() -> None:
    """After the classes are registered: scene settings and menu entries."""
    for module in _ATTACHED:
        module.attach()


def detach() -> None:
    """Before the classes are unregistered: end what is running, take settings and entries away."""
    for module in reversed(_ATTACHED):
        module.detach()
