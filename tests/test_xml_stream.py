"""XML out of strangers' files: elements as they end, and at once a refusal of what could do harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from addon.safe_read import FormatError, xml_stream
from addon.safe_read.xml_stream import Element, elements
from tests.effort import effort

BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 20))
HARMFUL = {
    "entities within entities": f'<!DOCTYPE a [<!ENTITY a0 "aaaaaaaaaa">{BOMB}]><a>&a19;</a>',
    "a file of the reader's machine": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "a type from elsewhere": '<!DOCTYPE a SYSTEM "http://example.com/a.dtd"><a/>',
    "parameter entities": '<!DOCTYPE a [<!ENTITY % b "c">%b;]><a/>',
    "great depth": "<a>" * 1_000_000,
    "an unknown entity": "<a>&b;</a>",
    "an end too early": "<a><b></b>",
    "two roots": "<a/><b/>",
    "an encoding that is none": '<?xml version="1.0" encoding="of-my-own"?><a/>',
    "no text at all": "\x00\x01",
}


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "clip.mvnx"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_elements_come_as_they_end_with_their_text_and_without_prefixes(tmp_path):
    text = '\ufeff<m:a x="&lt;"><b>1 &#228; <c/>2</b><![CDATA[<3>]]></m:a>'
    assert list(elements(written(tmp_path, text))) == [
        Element(("a", "b", "c"), {}, ""),
        Element(("a", "b"), {}, "1 ä 2"),
        Element(("a",), {"x": "<"}, "<3>"),
    ]


def test_text_that_spans_chunks_is_whole(tmp_path):
    numbers = " ".join(map(str, range(50_000)))
    assert next(elements(written(tmp_path, f"<a>{numbers}</a>"))).text == numbers


@pytest.mark.parametrize("kind", list(HARMFUL))
def test_what_could_do_harm_is_refused_at_once(tmp_path, kind):
    path = written(tmp_path, HARMFUL[kind])
    with effort(2000), pytest.raises(FormatError) as refusal:
        list(elements(path))
    assert str(refusal.value).isprintable()


def test_a_text_longer_than_any_motions_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(xml_stream, "_LONGEST_TEXT", 1000)
    with pytest.raises(FormatError, match="longer texts"):
        list(elements(written(tmp_path, f"<a>{'1 ' * 600}</a>")))
