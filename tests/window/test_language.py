"""In a Blender of another language nothing of the extension is translated by chance."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(("language", "scene"), [("ja_JP", "シーン"), ("de_DE", "Szene")])
def test_no_text_is_changed(blender, language, scene):
    found = blender.ask("translated", language=language, known="Scene")
    assert found["known"] == scene, "this Blender has the language"
    assert found["texts"] > 450
    assert found["changed"] == {}
