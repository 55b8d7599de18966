"""The mesh of the user's own SMPL-H or SMPL-X file bends with the fingers as the model does."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.body.body_model import load_body_model
from addon.body.posed_body import load_posed_body
from addon.formats.writer import npz_fields
from addon.recording import Person, Poses
from addon.refiner import OwnBody, refine
from addon.scene.person import write_motion
from tests.body.model_files import save_npz
from tests.body.synthetic_models import synthetic_fields

from .hands import with_hands

ROW = 17


@pytest.fixture(scope="module", params=["SMPL-H", "SMPL-X"])
def file(request, tmp_path_factory):
    fields = dict(synthetic_fields(request.param))
    fields["posedirs"] = np.zeros_like(fields["posedirs"])  # what no armature can do
    return save_npz(tmp_path_factory.mktemp("model") / "SMPLX_NEUTRAL.npz", fields)


def test_it_is_the_models_own_skinning(file, make_motion):
    made = with_hands(make_motion())
    poses = Poses(made.rotations, made.pelvis, np.array([0.8, -0.5]), hands=made.hands.rotations)
    person = Person("0", made.frame_ids, made.fps, None, poses)
    model = load_body_model(file)
    motion = refine(person, mode="none", body=OwnBody(model))
    np.testing.assert_allclose(motion.hands.offsets, model.finger_offsets(motion.betas))
    armature = write_motion(motion, body_model=model)
    bpy.context.scene.frame_set(1 + ROW)
    graph = bpy.context.evaluated_depsgraph_get()
    body = armature.children[0].evaluated_get(graph)
    places = np.array([body.matrix_world @ vertex.co for vertex in body.to_mesh().vertices])
    fields = npz_fields(motion)
    wanted, _ = load_posed_body(file).posed(
        motion.betas,
        fields["poses"][ROW : ROW + 1].astype(float),
        fields["trans"][ROW : ROW + 1].astype(float),
    )
    hands = model.finger_weights.sum(1) > 0.5
    assert hands.sum() > 200
    np.testing.assert_allclose(_about(places)[hands], _about(wanted[0])[hands], atol=2e-3)


def _about(places):
    """Relative to their mean: the scene stands on its floor."""
    return places - places.mean(0)
