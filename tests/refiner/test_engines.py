"""Two engines, one mathematics."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.refiner import refine
from addon.refiner.network import accelerator
from addon.refiner.network.engine import Engine, choose_engine, engine_name, loads_torch, to_numpy
from addon.refiner.network.features import Inputs
from addon.refiner.network.layers import Refinement, forward, split
from addon.refiner.network.model import load_model
from addon.refiner.network.proposals import PROPOSALS
from addon.steps import Steps, finish

from .motion import Truth

torch = pytest.importorskip("torch")
ROOT = Path(__file__).parents[2]


def test_the_networks_agree_within_a_ten_thousandth_of_a_radian() -> None:
    model = load_model()
    rng = np.random.default_rng(0)
    inputs = (
        model.weights["feature_mean"]
        + rng.normal(size=(70, model.shape.features)) / model.weights["feature_scale"]
    )
    inputs = inputs.astype(np.float32)
    offered = rng.normal(size=(70, PROPOSALS, 24, 3)).astype(np.float32) * 0.1
    ours = split(forward(model.layers, model.shape, inputs), offered)
    engine = choose_engine("torch", "cpu")
    theirs = finish(engine.run(Inputs(engine.array(inputs), engine.array(offered))))
    turns = [matrix_from_axis_angle(to_numpy(result.turns).astype(float)) for result in (ours, theirs)]
    assert geodesic_angle(*turns).max() < 1e-4
    np.testing.assert_allclose(ours.deviation, to_numpy(theirs.deviation), rtol=1e-3)
    np.testing.assert_allclose(ours.point_deviation, to_numpy(theirs.point_deviation), rtol=1e-3)


def test_a_frame_alone_on_the_cpu_needs_no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes torch half as long again as NumPy, which has the same weights."""
    person = Truth(0, 1).person("coco17", 0.01)
    ours = refine(person, engine="numpy")
    monkeypatch.setattr("addon.refiner.network.engine._torch_network", None)
    theirs = refine(person, engine="torch", device="cpu")
    np.testing.assert_array_equal(ours.rotations, theirs.rotations)
    np.testing.assert_array_equal(ours.pelvis, theirs.pelvis)


@pytest.mark.parametrize("as_on_gpu", [False, True])
@pytest.mark.parametrize("layout", ["smpl24", "body25"])
def test_a_refined_clip_is_the_same_with_either_engine(
    layout: str, as_on_gpu: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a GPU torch computes all there is; here on the CPU, with the same arrays."""
    monkeypatch.setattr(Engine, "on_gpu", as_on_gpu)
    person = Truth(0, 40).person(layout, 0.005)
    theirs = refine(person, engine="torch", device="cpu")
    monkeypatch.undo()
    ours = refine(person, engine="numpy")
    assert np.degrees(geodesic_angle(ours.rotations, theirs.rotations)).max() < 0.5
    np.testing.assert_allclose(ours.pelvis, theirs.pelvis, atol=1e-3)


def test_names_say_what_will_do_the_work() -> None:
    assert engine_name("numpy") == "NumPy"
    assert engine_name("torch", "cpu") == "torch on cpu"


def test_chunks_of_a_long_clip_leave_no_seams() -> None:
    """The network runs over the whole clip at once; frame-wise steps do not know their chunk."""
    person = Truth(0, 300).person("smpl24")
    from addon.refiner import piece

    whole = refine(person, engine="numpy")
    before = piece.CHUNK
    try:
        piece.CHUNK = 77
        cut = refine(person, engine="numpy")
    finally:
        piece.CHUNK = before
    assert np.degrees(geodesic_angle(whole.rotations, cut.rotations)).max() < 0.05


def test_parts_that_the_network_sees_one_by_one_leave_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    from addon.refiner import piece
    from addon.refiner.network.proposals import WIDTHS

    reach = load_model().shape.reach + 3 * (WIDTHS[-1] // 2)
    assert reach <= piece.CONTEXT
    person = Truth(0, 300).person("body25", 0.01)
    whole = refine(person, engine="numpy")
    monkeypatch.setattr(piece, "NETWORK_CHUNK", 60)
    cut = refine(person, engine="numpy")
    assert np.degrees(geodesic_angle(whole.rotations, cut.rotations)).max() < 0.05


def test_torch_keeps_to_one_thread_and_leaves_the_number_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    before, during = torch.get_num_threads(), []
    run = Engine.run

    def watched(self: Engine, inputs: Inputs) -> Steps[Refinement]:
        during.append(torch.get_num_threads())
        return run(self, inputs)

    monkeypatch.setattr(Engine, "run", watched)
    try:
        torch.set_num_threads(3)
        refine(Truth(8, 40).person("smpl24"), engine="torch", device="cpu")
        assert during and set(during) == {1}
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def installed(monkeypatch: pytest.MonkeyPatch, folder: Path, toolkit: str, driver: bool) -> None:
    """Let torch look installed but not imported, as built for a toolkit, with a driver or without."""
    monkeypatch.delitem(sys.modules, "torch")
    (folder / "version.py").write_text(f"from typing import Optional\ncuda: Optional[str] = {toolkit}\n")
    spec = SimpleNamespace(origin=str(folder / "__init__.py"))
    monkeypatch.setattr("addon.refiner.network.accelerator.util.find_spec", lambda _name: spec)
    monkeypatch.setattr("addon.refiner.network.accelerator.sys.platform", "linux")
    (folder / "driver").touch()
    monkeypatch.setattr(accelerator, "_LINUX_DRIVERS", (str(folder / "driver"),) if driver else ())
    accelerator._is_likely.cache_clear()


@pytest.mark.parametrize(
    ("toolkit", "driver", "expected"),
    [("None", True, "NumPy"), ("'12.8'", False, "NumPy"), ("'12.8'", True, "torch")],
)
def test_auto_takes_torch_only_where_it_finds_a_gpu(monkeypatch, tmp_path, toolkit, driver, expected) -> None:
    """It is no faster on the CPU, and takes a second or more to import."""
    with monkeypatch.context() as patched:
        installed(patched, tmp_path, toolkit, driver)
        assert engine_name() == expected
        assert loads_torch() == (expected == "torch")
        assert engine_name("auto", "cpu") == "NumPy"
        assert engine_name("torch", "cpu") == "torch on cpu" and loads_torch("torch")
        assert "torch" not in sys.modules
    accelerator._is_likely.cache_clear()


def test_auto_asks_torch_where_it_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    for there, engine in ((False, "numpy"), (True, "torch")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
        assert choose_engine().name == engine


def test_the_command_line_refines_without_torch_where_there_is_no_gpu() -> None:
    """The whole way of `refine` in a fresh Python."""
    if accelerator.torch_finds_gpu():
        pytest.skip("there is a GPU here")
    lines = (
        "import sys",
        "from addon.refiner import refine",
        "from tests.refiner.motion import Truth",
        "refine(Truth(0, 10).person())",
        "print('torch' in sys.modules)",
    )
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
