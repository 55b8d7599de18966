"""What else people do to a refined person in Blender: nothing of theirs is lost, or a sentence says it."""

from __future__ import annotations

import bpy
import pytest

from addon.scene.curves import find_curves

from .conftest import write_wave


def _people() -> list[bpy.types.Object]:
    return [ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE"]


@pytest.fixture
def person(start_scene, scenes):
    """A refined person at 60 frames per second."""

    def make():
        bpy.ops.spr.open_recording(filepath=str(write_wave(scenes / "wave.npz")))
        bpy.ops.spr.refine_pose()

    start_scene("wave", make)
    return _people()[0]


def _again() -> str:
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    return str(bpy.context.scene.spr.result)


def _last_key(person: bpy.types.Object) -> float:
    return float(person.animation_data.action.curve_frame_range[1])


def test_a_scenes_rate_that_was_changed_since_is_the_users(person):
    assert bpy.context.scene.render.fps == 60
    bpy.context.scene.render.fps = 24
    assert "runs at 24 frames per second since you changed that" in _again()
    assert bpy.context.scene.render.fps == 24
    assert _last_key(person) == 24.0
    assert "since you changed" not in _again()


def test_another_scene_with_the_person_is_named_when_it_plays_at_another_speed(person):
    other = bpy.data.scenes.new("Trailer")
    other.collection.objects.link(person)
    other.render.fps = 24
    assert "wave is in the scene Trailer, too, which runs at 24 frames per second" in _again()
    other.render.fps = 60
    assert "Trailer" not in _again()


@pytest.mark.parametrize("bone", ["L_Hand", "Pelvis"])
@pytest.mark.parametrize("tool", ["reduce_keys", "blend_edit", "hold_feet_again"])
def test_tools_that_need_a_deleted_bone_say_so(person, tool, bone):
    bpy.context.view_layer.objects.active = person
    bpy.ops.object.mode_set(mode="EDIT")
    person.data.edit_bones.remove(person.data.edit_bones[bone])
    bpy.ops.object.mode_set(mode="OBJECT")
    with pytest.raises(RuntimeError, match="wave lacks bones that it was refined with; refine it again"):
        getattr(bpy.ops.spr, tool)()


def test_a_body_that_was_joined_to_another_rig_is_named(person):
    rig = bpy.data.objects.new("rig", bpy.data.armatures.new("rig"))
    bpy.context.scene.collection.objects.link(rig)
    rig.select_set(True)
    person.select_set(True)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.join()
    told = _again()
    assert "wave body moves with rig now, so it stays as it was and a new person was made" in told


def test_an_armature_that_was_joined_to_the_person_stays(person):
    prop = bpy.data.objects.new("prop", bpy.data.armatures.new("prop"))
    bpy.context.scene.collection.objects.link(prop)
    bpy.context.view_layer.objects.active = prop
    bpy.ops.object.mode_set(mode="EDIT")
    prop.data.edit_bones.new("sword").tail = (0.0, 0.0, 1.0)
    bpy.ops.object.mode_set(mode="OBJECT")
    prop.select_set(True)
    person.select_set(True)
    bpy.context.view_layer.objects.active = person
    bpy.ops.object.join()
    _again()
    assert "sword" in person.data.bones and len(find_curves(person)) > 90


def test_a_person_of_another_file_is_not_moved_for_a_session_only(person, tmp_path):
    path = str(tmp_path / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(path, link=True) as (_, into):
        into.objects = ["wave"]
    bpy.context.scene.collection.objects.link(into.objects[0])
    bpy.context.view_layer.objects.active = into.objects[0]
    with pytest.raises(RuntimeError, match="wave belongs to another file"):
        bpy.ops.spr.put_on_floor()


def test_nobody_is_moved_where_one_of_the_chosen_can_not_be(person):
    bpy.ops.object.select_all(action="SELECT")
    bpy.ops.object.duplicate()
    (copy,) = (ob for ob in _people() if ob != person)
    copy.keyframe_insert("location", frame=1)
    for one in (person, copy):
        one.location.z = 1.0
        one.select_set(True)
    with pytest.raises(RuntimeError, match="moved by keys"):
        bpy.ops.spr.put_on_floor()
    assert person.location.z == 1.0


@pytest.mark.parametrize("state", ["shown", "hidden", "excluded", "a copy"])
def test_who_is_edited_beside_the_active_object_is_refined_again(person, state):
    edited = _edited_beside(person, state)
    _again()
    assert edited.mode == "OBJECT"
    assert bpy.data.objects["wave"] == person and len(person.data.bones) == 24


def _edited_beside(person: bpy.types.Object, state: str) -> bpy.types.Object:
    """The object in Edit Mode that has the person's bones, while a cube is the active one."""
    scene, layer, edited = bpy.context.scene, bpy.context.view_layer, person
    if state == "a copy":
        edited = bpy.data.objects.new("copy", person.data)
        scene.collection.objects.link(edited)
    layer.objects.active = edited
    bpy.ops.object.mode_set(mode="EDIT")
    cube = bpy.data.objects.new("cube", bpy.data.meshes.new("cube"))
    scene.collection.objects.link(cube)
    layer.objects.active = cube
    person.hide_viewport = state == "hidden"
    if state == "excluded":
        (home,) = person.users_collection
        layer.layer_collection.children[home.name].exclude = True
    assert edited.mode == "EDIT" and bpy.context.mode == "OBJECT"
    return edited


@pytest.mark.parametrize(
    "tool", ["bake_to_fk", "blend_edit", "reduce_keys", "hold_feet_again", "put_on_floor", "level", "measure"]
)
def test_who_is_scaled_to_nothing_is_told_so(person, tool):
    bpy.ops.spr.add_ik_controls()
    bpy.context.scene.spr.quality.measure = "JITTER"
    person.scale = (0.0, 0.0, 0.0)
    bpy.context.view_layer.update()
    with pytest.raises(RuntimeError, match="wave is scaled to nothing at this frame; give it a size again"):
        getattr(bpy.ops.spr, tool)()
    assert len(bpy.data.scenes) == 1


@pytest.mark.parametrize("tool", ["blend_edit", "forget_edits", "reduce_keys", "put_on_floor", "refine_pose"])
def test_a_person_on_controls_whose_strip_is_tweaked_is_looked_at_like_any(person, tool):
    bpy.ops.spr.add_ik_controls()
    animation = person.animation_data
    track = animation.nla_tracks.new()
    track.strips.new("wave", 1, animation.action)
    animation.action = None
    track.select = track.strips[0].select = True
    animation.use_tweak_mode = True
    try:
        assert getattr(bpy.ops.spr, tool)() == {"FINISHED"}
    except RuntimeError as error:
        assert "error in the add-on" not in str(error) and "Traceback" not in str(error)
    assert len(bpy.data.scenes) == 1
