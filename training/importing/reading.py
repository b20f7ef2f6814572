"""Reading a table of raw cells from CSV or Parquet, plain or gzip; rows that are none go to the rejection log."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet

from training.importing.decoding import UnreadableTable, decode, find_delimiter, read_bytes
from training.importing.parsing import Source, parse_rows
from training.importing.records import cut_header
from training.importing.rejecting import RejectionLog
from training.importing.tables import Table

MOST_COLUMNS = 5_000
"""Columns we accept; a wider file is a matrix, or its delimiter is not what it seems."""

_STORED_INDEX = re.compile(r"__index_level_[0-9]+__")
_SEPARATOR_LINE = re.compile(rb"sep=([,;\t|])\r?\n", re.IGNORECASE)


def read_table(path: Path, log: RejectionLog) -> Table:
    """Read a table; a CSV's cells stay texts, since typing them is a matter of whole columns.

    Parameters
    ----------
    path
        A CSV file (comma, semicolon, tab or bar; UTF-8, UTF-16 or Latin-1) or a Parquet file; gzip too.
    log
        Takes the rows that have the wrong number of cells, an unclosed quote or a NUL byte.

    Raises
    ------
    UnreadableTable
        If the file is missing, empty, damaged or no table.
    """
    content = read_bytes(path)
    if content.startswith(b"PAR1"):
        return _read_parquet(content, path.name)
    if not content.strip(b"\0\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise UnreadableTable(f"{path.name} is empty")
    return _read_csv(content, path.name, log)


def _read_parquet(content: bytes, file: str) -> Table:
    try:
        table = parquet.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as fault:
        raise UnreadableTable(f"{file} is a damaged Parquet file") from fault
    _check_width(table.num_columns, file)
    # An index that pandas stored along is no column of the company's.
    table = table.drop_columns([name for name in table.column_names if _STORED_INDEX.fullmatch(str(name))])
    table = table.rename_columns(_name_columns([str(name) for name in table.column_names]))
    nested = [field.name for field in table.schema if pa.types.is_nested(field.type)]
    frame = table.drop_columns(nested).to_pandas(ignore_metadata=True)
    plain = pd.DataFrame({name: _plain_column(frame[name]) for name in frame.columns}, index=frame.index)
    warnings = (f"{file}: the nested columns {', '.join(nested)} were left out",) if nested else ()
    lines = np.arange(1, len(frame) + 1, dtype=np.int64)
    return Table(frame=plain, lines=lines, file=file, rows_read=len(frame), warnings=warnings)


def _plain_column(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Bring categories, decimals and mixed objects to numbers, times and texts."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if values.dtype != object:
        return values
    inferred = pd.api.types.infer_dtype(values, skipna=True)
    if inferred in ("boolean", "integer", "decimal", "floating"):
        return values.astype("float64")
    if inferred in ("date", "datetime", "datetime64"):
        return pd.to_datetime(values, errors="coerce")
    return values.astype("str")


def _read_csv(content: bytes, file: str, log: RejectionLog) -> Table:
    text = decode(content, file)
    told = _SEPARATOR_LINE.match(text.content)
    body = text.content[told.end() :] if told else text.content
    delimiter = told.group(1).decode() if told else find_delimiter(body)
    cells, skipped = cut_header(body, delimiter)
    if not cells:
        raise UnreadableTable(f"{file} has no readable header line")
    _check_width(len(cells), file)
    source = Source(
        content=body[_find_end_of_lines(body, skipped) :],
        delimiter=delimiter,
        names=_name_columns([cell.replace("\0", "").strip() for cell in cells]),
        file=file,
        first_line=skipped + 1 + bool(told),
    )
    rows = parse_rows(source)
    log.merge(rows.faults)
    return Table(
        frame=rows.frame,
        lines=rows.lines,
        file=file,
        rows_read=len(rows.frame) + rows.faults.total(),
        warnings=(*text.warnings, *_warn_names(cells, file)),
    )


def _find_end_of_lines(content: bytes, number: int) -> int:
    ends = (match.end() for match in re.finditer(rb"\r\n|\n|\r", content))
    return next(islice(ends, number - 1, None), len(content))


def _check_width(width: int, file: str) -> None:
    if width > MOST_COLUMNS:
        raise UnreadableTable(f"{file} has {width:,} columns, more than {MOST_COLUMNS:,}: is the delimiter right?")


def _name_columns(headers: Sequence[str]) -> list[str]:
    """Name every column once: ``name``, ``name (2)``; an empty header becomes ``column 3``."""
    names: list[str] = []
    taken = set(headers)
    for position, header in enumerate(headers, start=1):
        name = header or f"column {position}"
        copies = 1
        while name in names or (copies > 1 and name in taken):
            copies += 1
            name = f"{header or 'column'} ({copies})"
        names.append(name)
    return names


def _warn_names(headers: Sequence[str], file: str) -> list[str]:
    counts = Counter(header.strip() for header in headers)
    twice = sorted(name for name, count in counts.items() if count > 1 and name)
    warnings = [f"{file}: several columns are called {name!r}; later ones were renamed" for name in twice]
    return [*warnings, f"{file}: columns without a header were numbered"] if counts[""] else warnings
