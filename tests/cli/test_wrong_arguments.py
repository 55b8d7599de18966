"""Wrong arguments are told in a line that a person understands, and none is left aside in silence."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from addon.cli import main
from tests.wave import joints_of_a_wave

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def words(tmp_path) -> list[str]:
    np.savez(tmp_path / "wave.npz", keypoints=joints_of_a_wave(8, 30.0), layout="smpl24", fps=30.0)
    return ["refine", str(tmp_path / "wave.npz"), "--output", str(tmp_path / "out.npz")]


@pytest.mark.parametrize(
    "option",
    [
        "--jobs", "--part", "--file-start", "--fps", "--strength", "--smoothing", "--hands", "--feet",
        "--floor", "--keypoints-offset", "--betas", "--height", "--weight", "--frames", "--swap", "--limb",
        "--up", "--units", "--mode",
    ],
)  # fmt: skip
def test_a_word_that_is_no_value_is_told_in_one_line(words, option, capsys):
    assert main([*words, option, "rubbish"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"Argument {option}: ") and told.count("\n") == 1
    assert "value: " not in told, "the name of a function says nothing"


@pytest.mark.parametrize(
    ("more", "needed"),
    [
        (["--height", "1.8"], "--smpl-model"),
        (["--weight", "70"], "--smpl-model"),
        (["--betas", "5"], "--smpl-model"),
        (["--retarget-root", "root"], "--retarget with"),
        (["--again"], "a folder as --output"),
        (["--part", "1/2"], "a folder as --output"),
        (["--jobs", "2"], "a folder as --output"),
        (["--file-start", "3"], ".fbx, .glb or .usd"),
        (["--in-place"], "no effect in .npz"),
        (["--gaps", "hide"], "but in .blend"),
        (["--fbx-preset", "unity"], "no effect in .npz"),
        (["--keep-bone-names"], "no effect in .npz"),
        (["--keypoints-offset", "0.5"], "without --keypoints"),
        (["--keypoints-offset", "auto"], "without --keypoints"),
        (["--path", "steps"], "--feet 1"),
    ],
)
def test_what_has_no_effect_is_refused(words, more, needed, capsys):
    assert main([*words, *more]) == 2
    told = capsys.readouterr().err
    assert more[0] in told and needed in told and told.count("\n") == 1


@pytest.mark.parametrize("option", [["--in-place"], ["--fbx-preset", "unity"], ["--keep-bone-names"]])
def test_what_a_blend_file_has_no_use_for_is_refused(words, option, capsys):
    assert main([*words[:-1], words[-1].replace(".npz", ".blend"), *option]) == 2
    assert f"{option[0]} has no effect in .blend, but in .fbx" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--swap", "7:1:2"], ["--person", "7"]])
def test_a_person_who_is_not_there_is_told(words, option, capsys):
    assert main([*words, *option]) == 1
    assert capsys.readouterr().err == "There is no person 7; this file has 0.\n"


def test_the_version_is_the_manifests(capsys):
    assert main(["--version"]) == 0
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text("utf-8"))
    assert capsys.readouterr().out.strip() == manifest["version"]


@pytest.mark.parametrize("command", ["inspect", "refine"])
def test_help_calls_the_program_as_it_was_called_and_explains_every_option(command, capsys):
    assert main([command, "--help"], program="python3 build.py") == 0
    told = capsys.readouterr().out
    assert told.startswith(f"usage: python3 build.py {command} ")
    lines = told[told.index("options:") :].splitlines()
    bare = [
        line
        for line, below in zip(lines, [*lines[1:], ""], strict=True)
        if line.startswith("  -") and not line[24:].strip() and not below.startswith(" " * 24)
    ]
    assert not bare


@pytest.mark.parametrize("option", [["--gaps", "hold"], ["--fbx-preset", "plain"]])
def test_the_usual_value_may_be_said_of_any_file(words, option):
    assert main([*words, *option]) == 0


def test_a_folder_gets_files_of_a_kind_too(words, tmp_path, capsys):
    assert main([*words[:-1], str(tmp_path / "folder"), "--to", "bvh", "--file-start", "3"]) == 2
    assert "--file-start has no effect in .bvh" in capsys.readouterr().err


def test_a_character_has_names_of_its_own(words, tmp_path, capsys):
    (tmp_path / "rig.fbx").write_bytes(b"")
    rig = ["--retarget", str(tmp_path / "rig.fbx"), "--keep-bone-names"]
    assert main([*words[:-1], str(tmp_path / "out.fbx"), *rig]) == 2
    assert "--keep-bone-names has no effect with --retarget" in capsys.readouterr().err
