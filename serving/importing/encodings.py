"""Encodings: in which one a file of text was written, and the same text in UTF-8 with plain line ends."""

import codecs
import io
import os
import shutil
from pathlib import Path
from typing import IO, Literal, get_args

Encoding = Literal["utf-8", "utf-16-le", "utf-16-be", "windows-1252"]
ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)
_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What other programs write that people take for a table of text.
_FOREIGN = {b"PK\x03\x04": "a workbook", b"\xd0\xcf\x11\xe0": "an old workbook", b"\x1f\x8b": "compressed"}
_SAMPLE, _CHUNK = 4_096, 2**20
# Of ASCII in UTF-16 every other byte is zero; of any table in it still many are.
_SHARE_OF_ZEROS = 0.2


class UnreadableTable(ValueError):
    """The file is no table of text that we can read."""


def guess_encoding(path: Path) -> Encoding:
    """Guess how a file was written: by its mark, by its zeros, by whether it is UTF-8; else as Windows does.

    Raises
    ------
    UnreadableTable
        If it is empty, or no text at all.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    _refuse_foreign(sample)
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    half = max(len(sample) // 2, 1)
    if sample[1::2].count(0) > _SHARE_OF_ZEROS * half:
        return "utf-16-le"
    if sample[::2].count(0) > _SHARE_OF_ZEROS * half:
        return "utf-16-be"
    return "utf-8" if _is_utf_8(path) else "windows-1252"


def rewrite(source: Path, target: Path, encoding: Encoding) -> None:
    """Write a file again in UTF-8, without a mark and with plain line ends, readable by us alone.

    Raises
    ------
    UnreadableTable
        If it is not written in this encoding.
    """
    # The five bytes that Windows-1252 leaves open are no reason to refuse a table.
    errors = "replace" if encoding == "windows-1252" else "strict"
    try:
        with (
            source.open("rb") as raw,
            io.TextIOWrapper(raw, encoding, errors=errors, newline=None) as text,
            open_private(target) as out,
            io.TextIOWrapper(out, "utf-8", newline="\n") as written,
        ):
            first = text.read(1)
            written.write("" if first == "\ufeff" else first)
            shutil.copyfileobj(text, written, _CHUNK)
    except UnicodeError:
        raise UnreadableTable(f"the file is not written in {encoding}: choose another encoding") from None


def open_private(path: Path) -> IO[bytes]:
    """Open a new file for writing that nobody else on this machine can read; one that is there gives way."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _refuse_foreign(sample: bytes) -> None:
    if not sample.strip():
        raise UnreadableTable("the file is empty: choose one with a header and rows")
    for magic, what in _FOREIGN.items():
        if sample.startswith(magic):
            raise UnreadableTable(f"the file is {what}: save the table as CSV, and choose that")


def _is_utf_8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
