"""Decoding a text file: unpack gzip, find the encoding, find the delimiter."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

LARGEST = 4 << 30
"""Bytes of unpacked text we accept; beyond it a small archive could fill the memory."""

_BLOCK = 1 << 24
_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 50
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_NOT_TABLES = (
    (b"PK\x03\x04", "is an Excel workbook or a zip archive: save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook: save the sheet as CSV"),
    (b"%PDF", "is a PDF: export the table as CSV"),
)


class UnreadableTable(ValueError):
    """A file that holds no table we can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The text of a file as UTF-8 bytes without a byte order mark, and what was noticed on the way."""

    content: bytes
    warnings: tuple[str, ...] = ()


def read_bytes(path: Path, largest: int = LARGEST) -> bytes:
    """Read a file, unpacked if it is gzip.

    Raises
    ------
    UnreadableTable
        If the file is missing, damaged, larger than `largest`, or of a kind that is known to be no table.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as stream:
            blocks = list(_read_blocks(stream, path.name, largest))
    except (OSError, EOFError, zlib.error) as fault:
        raise UnreadableTable(f"{path.name} cannot be read: {_say(fault)}") from fault
    content = b"".join(blocks)
    for mark, sentence in _NOT_TABLES:
        if content.startswith(mark):
            raise UnreadableTable(f"{path.name} {sentence}")
    return content


def _say(fault: Exception) -> str:
    if isinstance(fault, FileNotFoundError):
        return "there is no such file"
    return str(getattr(fault, "strerror", None) or fault)


def _read_blocks(stream: BinaryIO | gzip.GzipFile, name: str, largest: int) -> Iterator[bytes]:
    total = 0
    while block := stream.read(_BLOCK):
        total += len(block)
        if total > largest:
            raise UnreadableTable(f"{name} holds more than {largest >> 20:,} MiB of text: split it")
        yield block


def decode(content: bytes, name: str) -> Text:
    """Turn bytes into UTF-8: by their byte order mark, else as UTF-8, else as Latin-1 with a warning."""
    for mark, encoding in (*_MARKS, *_guess_utf16(content)):
        if content.startswith(mark):
            text = content.decode(encoding, errors="replace")
            return Text(content=text.encode("utf-8", errors="replace"))
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        warning = f"{name} is not UTF-8: it was read as Latin-1, check the accents in names"
        return Text(content=content.decode("latin-1").encode("utf-8"), warnings=(warning,))
    return Text(content=content)


def _guess_utf16(content: bytes) -> tuple[tuple[bytes, str], ...]:
    """Without a mark, every second byte of Western text in UTF-16 is NUL."""
    sample = content[:4_096]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = sample[start::2]
        if len(half) >= 8 and half.count(0) > 0.9 * len(half):
            return ((b"", encoding),)
    return ()


def find_delimiter(content: bytes) -> str:
    """Return the delimiter that cuts the first lines most evenly; a comma where none cuts them at all."""
    lines = [line for line in content[:65_536].decode("utf-8", "ignore").splitlines() if line.strip()]
    sample = lines[:_SAMPLE_LINES]
    return max(_DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    """Return the share of lines as wide as the header, and that width; worthless if the header is not cut."""
    if not lines:
        return 0.0, 0
    widths = [len(row) for row in csv.reader((line[:100_000] for line in lines), delimiter=delimiter)]
    if not widths or widths[0] < 2:
        return 0.0, 0
    return sum(width == widths[0] for width in widths) / len(widths), widths[0]
