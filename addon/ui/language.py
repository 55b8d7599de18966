"""The extension's words are English in every language.

Blender translates what its own catalogue happens to know, out of place: the panel *Feet* becomes the unit. So
classes and properties are of a context of ours, which no catalogue has, and texts that a layout is given
without an operator or a property are not translated.
"""

from __future__ import annotations

from functools import partial

import bpy

CONTEXT = "SMPL Pose Refiner"
"""Of every registered class and property."""

BoolProperty = partial(bpy.props.BoolProperty, translation_context=CONTEXT)
CollectionProperty = partial(bpy.props.CollectionProperty, translation_context=CONTEXT)
EnumProperty = partial(bpy.props.EnumProperty, translation_context=CONTEXT)
FloatProperty = partial(bpy.props.FloatProperty, translation_context=CONTEXT)
FloatVectorProperty = partial(bpy.props.FloatVectorProperty, translation_context=CONTEXT)
IntProperty = partial(bpy.props.IntProperty, translation_context=CONTEXT)
PointerProperty = partial(bpy.props.PointerProperty, translation_context=CONTEXT)
StringProperty = partial(bpy.props.StringProperty, translation_context=CONTEXT)
