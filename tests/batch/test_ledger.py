"""What is done is known again by its content and settings, whatever happened to the process that did it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from addon.batch import DONE, FAILED, Clip, Figures, Ledger, Record, clip_print, settings_print
from addon.refiner.feet.contacts import WEIGHTS
from addon.refiner.network.model import MODEL_PATH
from addon.safe_read import FormatError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "in" / "walk.npz"
    path.parent.mkdir()
    path.write_bytes(b"content")
    return Clip((path,), "walk")


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "out")


@pytest.fixture
def record(clip, ledger):
    """Done, with its file there."""
    (ledger.folder / "walk.npz").write_bytes(b"result")
    figures = Figures("0", 100, 12.0, 3.0)
    known = clip_print(clip, [], "settings")
    return Record(
        "walk", str(clip.source), DONE, ("walk.npz",), (figures,), ("It hardly moves.",), 0.5, known
    )


def again(ledger: Ledger) -> Ledger:
    return Ledger(ledger.folder)


def test_a_record_is_the_same_after_a_restart(ledger, clip, record):
    ledger.add(record)
    assert again(ledger).records == {"walk": record}
    assert again(ledger).done(clip, "settings") == record


def test_other_settings_other_content_or_a_missing_result_are_not_done(ledger, clip, record):
    ledger.add(record)
    assert ledger.done(clip, "others") is None
    (ledger.folder / "walk.npz").unlink()
    assert ledger.done(clip, "settings") is None
    (ledger.folder / "walk.npz").write_bytes(b"result")
    assert ledger.done(clip, "settings") == record
    clip.source.write_bytes(b"CONTENT")
    assert ledger.done(clip, "settings") is None


def test_a_changed_file_that_was_read_besides_is_not_done(ledger, clip, record):
    skeleton = clip.source.with_name("bones.asf")
    skeleton.write_text("long")
    record = replace(
        record, also_opened=("bones.asf",), fingerprint=clip_print(clip, ["bones.asf"], "settings")
    )
    ledger.add(record)
    assert ledger.done(clip, "settings") == record
    skeleton.write_text("longer")
    assert ledger.done(clip, "settings") is None
    skeleton.unlink()
    assert ledger.done(clip, "settings") is None


def test_a_frame_more_in_the_series_is_not_done(ledger, clip, record):
    ledger.add(record)
    more = clip.source.with_name("walk_2.npz")
    more.write_bytes(b"frame")
    assert ledger.done(replace(clip, files=(clip.source, more)), "settings") is None


def test_what_failed_is_tried_again(ledger, clip, record):
    ledger.add(replace(record, status=FAILED))
    assert again(ledger).done(clip, "settings") is None


@pytest.mark.parametrize("cut", range(1, 40, 6))
def test_a_line_that_was_cut_off_costs_that_line_alone(ledger, record, cut):
    other = replace(record, name="jump")
    ledger.add(record)
    ledger.add(other)
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole[:-cut])
    assert set(again(ledger).records) == ({"walk", "jump"} if cut == 1 else {"walk"})
    again(ledger).add(other)
    assert again(ledger).records == {"walk": record, "jump": other}


@pytest.mark.parametrize("line", [
    "[" * 100_000, "null", "[]", '"walk"', "{}",
    '{"name": 1, "source": "", "status": "done", "people": [], "outputs": [], "warnings": [],'
    ' "also_opened": []}',
    '{"name": "a", "source": "", "status": "done", "people": [], "outputs": [1], "warnings": [],'
    ' "also_opened": []}',
    '{"name": "a", "source": "", "status": "done", "people": [{}], "outputs": [], "warnings": [],'
    ' "also_opened": []}',
])  # fmt: skip
def test_a_line_that_is_no_record_costs_itself_alone(ledger, record, line):
    ledger.add(record)
    with ledger.path.open("a") as stream:
        stream.write(f"{line}\n")
    assert again(ledger).records == {"walk": record}
    assert again(ledger).results() == [ledger.folder / "walk.npz"]


def test_the_last_line_of_a_name_counts(ledger, record):
    ledger.add(replace(record, status=FAILED))
    ledger.add(record)
    assert again(ledger).records == {"walk": record}


def test_what_a_share_did_comes_into_the_file_of_all_once(ledger, record):
    Ledger(ledger.folder, part=(1, 2)).add(record)
    assert again(ledger).records == {"walk": record} and not ledger.path.exists()
    again(ledger).keep(record)
    again(ledger).keep(record)
    assert len(ledger.path.read_text("utf-8").splitlines()) == 1


def test_what_is_no_record_is_passed_over(ledger, record):
    ledger.path.write_text('[]\n{"name": "walk"}\nnull\n7\n\n')
    ledger.add(record)
    assert again(ledger).records == {"walk": record}


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FormatError, match="choose another"):
        Ledger(tmp_path / "file" / "out")


def test_settings_are_the_same_in_another_order_and_not_with_another_value_or_model(tmp_path):
    first = settings_print({"a": 1, "b": frozenset("xyz")})
    assert settings_print({"b": frozenset("zyx"), "a": 1}) == first
    assert settings_print({"a": 2, "b": frozenset("xyz")}) != first
    model = tmp_path / "model.npz"
    model.write_bytes(b"1")
    with_model = settings_print({"a": 1}, [model])
    model.write_bytes(b"22")
    assert settings_print({"a": 1}, [model]) != with_model


@pytest.mark.parametrize("weights", [MODEL_PATH, WEIGHTS], ids=lambda path: path.name)
def test_other_weights_make_other_results(tmp_path, monkeypatch, weights):
    monkeypatch.setattr("addon.batch.fingerprint._ROOT", tmp_path)
    copy = tmp_path / weights.relative_to(ROOT)
    copy.parent.mkdir()
    copy.write_bytes(b"1")
    first = settings_print({})
    copy.write_bytes(b"22")
    assert settings_print({}) != first


def test_settings_are_the_same_in_another_process():
    program = (
        "from addon.batch import settings_print; from addon.refiner import Controls, Limb;"
        "print(settings_print({'controls': Controls(limbs={'head': Limb(trust=0.5)})}))"
    )
    prints = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(prints) == 1


def test_a_setting_that_is_not_the_same_in_another_process_is_refused():
    with pytest.raises(TypeError, match="can't be kept"):
        settings_print({"model": object()})
