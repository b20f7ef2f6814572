"""Encodings: whatever a spreadsheet writes is read to the letter, and what is no text is refused."""

import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.importing.encodings import ENCODINGS, UnreadableTable, guess_encoding, rewrite

_TEXT = "id;name\n1;Zoë Ångström €\n2;Ümit\n" * 20


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("has_mark", [True, False])
def test_each_encoding_is_guessed_and_read(tmp_path: Path, encoding: str, has_mark: bool) -> None:
    """The text comes out the same from every encoding, with a byte order mark and without."""
    mark = "\ufeff" if has_mark and encoding != "windows-1252" else ""
    source, target = tmp_path / "upload", tmp_path / "table"
    source.write_bytes((mark + _TEXT).replace("\n", "\r\n").encode(encoding))
    assert guess_encoding(source) == encoding
    rewrite(source, target, guess_encoding(source))
    assert target.read_text("utf-8") == _TEXT


def test_the_copy_is_for_us_alone(tmp_path: Path) -> None:
    """Nobody else on the machine can read what was uploaded."""
    source, target = tmp_path / "upload", tmp_path / "table"
    source.write_bytes(_TEXT.encode())
    rewrite(source, target, "utf-8")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize("body", [b"", b" \n", b"PK\x03\x04 rest", b"\xd0\xcf\x11\xe0 rest", b"\x1f\x8b rest"])
def test_what_is_no_text_is_refused(tmp_path: Path, body: bytes) -> None:
    """An empty file, a workbook and a compressed file are refused with what to do."""
    source = tmp_path / "upload"
    source.write_bytes(body)
    with pytest.raises(UnreadableTable, match=r"choose|CSV"):
        guess_encoding(source)


@pytest.mark.parametrize(("body", "encoding"), [(b"id\n\xff\xfe\xfd", "utf-8"), (b"\xff\xfei", "utf-16-le")])
def test_a_wrong_choice_is_told(tmp_path: Path, body: bytes, encoding: str) -> None:
    """A file that is not written in the chosen encoding is refused, never garbled."""
    source = tmp_path / "upload"
    source.write_bytes(body)
    with pytest.raises(UnreadableTable, match="another encoding"):
        rewrite(source, tmp_path / "table", encoding)  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(body=st.binary(min_size=1, max_size=300))
def test_no_bytes_break_it(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    """Whatever the bytes are, they become UTF-8 or are refused."""
    folder = tmp_path_factory.mktemp("any")
    (folder / "upload").write_bytes(body)
    try:
        rewrite(folder / "upload", folder / "table", guess_encoding(folder / "upload"))
    except UnreadableTable:
        return
    (folder / "table").read_text("utf-8")
