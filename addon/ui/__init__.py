"""What a person sees in Blender: properties, operators, panels, preferences."""

from __future__ import annotations

from . import (
    camera,
    contacts,
    controls,
    earlier_files,
    edit_settings,
    edits,
    example,
    export_fbx,
    feet,
    fix_targets,
    fixes,
    grounding,
    hand_tracks,
    hold_feet,
    icons,
    keypoint_empties,
    leading,
    limbs,
    live,
    live_panel,
    log,
    manual,
    measures,
    open_recording,
    open_targets,
    opened_files,
    own_body,
    panels,
    panels_camera,
    panels_edits,
    panels_feet,
    panels_fixes,
    panels_quality,
    panels_rig,
    panels_targets,
    people,
    preferences,
    presets,
    properties,
    quality,
    refine_pose,
    rig,
    runner,
    swap_group,
    swaps,
    targets,
    viewport,
)

CLASSES = (
    *own_body.CLASSES,
    *limbs.CLASSES,
    *feet.CLASSES,
    *controls.CLASSES,
    *edit_settings.CLASSES,
    *presets.CLASSES,
    *live_panel.CLASSES,
    *people.CLASSES,
    *measures.CLASSES,
    *fixes.CLASSES,
    *targets.CLASSES,
    *swap_group.CLASSES,
    *opened_files.CLASSES,
    *properties.CLASSES,
    *preferences.CLASSES,
    *open_recording.CLASSES,
    *open_targets.CLASSES,
    *example.CLASSES,
    *manual.CLASSES,
    *hand_tracks.CLASSES,
    *refine_pose.CLASSES,
    *export_fbx.CLASSES,
    *fix_targets.CLASSES,
    *log.CLASSES,
    *quality.CLASSES,
    *camera.CLASSES,
    *keypoint_empties.CLASSES,
    *rig.CLASSES,
    *grounding.CLASSES,
    *contacts.CLASSES,
    *hold_feet.CLASSES,
    *edits.CLASSES,
    *panels.CLASSES,
    *panels_feet.CLASSES,
    *panels_edits.CLASSES,
    *swaps.CLASSES,
    *panels_fixes.CLASSES,
    *panels_targets.CLASSES,
    *panels_camera.CLASSES,
    *panels_quality.CLASSES,
    *panels_rig.CLASSES,
)
_ATTACHED = (properties, earlier_files, open_recording, icons, viewport, leading, runner, live, measures)


def attach() -> None:
    """After the classes are registered: scene settings and menu entries."""
    for module in _ATTACHED:
        module.attach()


def detach() -> None:
    """Before the classes are unregistered: end what is running, take settings and entries away."""
    for module in reversed(_ATTACHED):
        module.detach()
