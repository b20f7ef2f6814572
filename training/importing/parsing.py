"""Parsing the rows of a CSV: fast where every record is one line, record by record where it is not."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from training.importing.records import Fault, read_records
from training.importing.rejecting import RejectionLog

_BLOCK = 1 << 24
_BATCH = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The rows of a CSV below its header; `first_line` is the line of the file they begin on."""

    content: bytes
    delimiter: str
    names: list[str]
    file: str
    first_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of text cells, the line of the file each starts on, and the records that are no rows."""

    frame: pd.DataFrame
    lines: NDArray[np.int64]
    faults: RejectionLog


def parse_rows(source: Source) -> Rows:
    """Parse the rows of a CSV; records that do not fit the header are faults."""
    return _parse_fast(source) or _parse_slowly(source)


def _parse_fast(source: Source) -> Rows | None:
    """Parse with Arrow, or return None where a record may run over several lines or is damaged."""
    content = source.content
    if not content or not _is_one_record_a_line(content):
        return None
    faults, bad_lines = RejectionLog(), list[int]()

    def note(row: Any) -> str:
        bad_lines.append(int(row.number))
        line = source.first_line + int(row.number) - 1
        faults.add(source.file, "ragged_row", [(line, str(row.text).rstrip("\r\n"))])
        return "skip"

    try:
        table = _parse_with_arrow(source, note)
    except pa.ArrowException:
        return None
    n_lines = content.count(b"\n") + (not content.endswith(b"\n"))
    if table.num_rows + len(bad_lines) != n_lines:
        return None
    lines = np.delete(np.arange(n_lines, dtype=np.int64), np.array(bad_lines, dtype=np.int64) - 1)
    return _leave_out_blank_lines(table, lines + source.first_line, faults)


def _is_one_record_a_line(content: bytes) -> bool:
    """Tell whether no line ends inside a quotation, and no line ends in an old way."""
    if b"\0" in content or content.count(b"\r") != content.count(b"\r\n"):
        return False
    if b'"' not in content:
        return True
    symbols = np.frombuffer(content, dtype=np.uint8)
    quotes, ends = np.flatnonzero(symbols == ord('"')), np.flatnonzero(symbols == ord("\n"))
    quotes_before = np.searchsorted(quotes, np.append(ends, len(symbols)))
    return not np.any(quotes_before % 2)


def _parse_with_arrow(source: Source, note: Any) -> pa.Table:
    # One thread, because only then is a faulty row told with its number.
    return arrow_csv.read_csv(
        pa.BufferReader(source.content),
        read_options=arrow_csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=source.names),
        parse_options=arrow_csv.ParseOptions(
            delimiter=source.delimiter, invalid_row_handler=note, ignore_empty_lines=False
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(source.names, pa.large_string()), strings_can_be_null=False
        ),
    )


def _leave_out_blank_lines(table: pa.Table, lines: NDArray[np.int64], faults: RejectionLog) -> Rows:
    is_blank = np.ones(len(lines), dtype=bool)
    for column in table.columns:
        if not is_blank.any():
            break
        is_blank &= compute.equal(column, "").to_numpy()
    frame = table.to_pandas()
    if is_blank.any():
        frame, lines = frame[~is_blank].reset_index(drop=True), lines[~is_blank]
    return Rows(frame=frame, lines=lines, faults=faults)


def _parse_slowly(source: Source) -> Rows:
    faults, lines, batches = RejectionLog(), list[int](), list[pa.Table]()
    cells: list[list[str]] = []
    for record in read_records(source.content, source.delimiter, width=len(source.names)):
        if isinstance(record, Fault):
            faults.add(source.file, record.code, [(record.line + source.first_line - 1, record.raw)])
            continue
        lines.append(record[0])
        cells.append(record[1])
        if len(cells) == _BATCH:
            batches.append(_to_arrow(cells, source.names))
            cells = []
    batches.append(_to_arrow(cells, source.names))
    frame = pa.concat_tables(batches).to_pandas()
    return Rows(frame=frame, lines=np.array(lines, dtype=np.int64) + source.first_line - 1, faults=faults)


def _to_arrow(cells: list[list[str]], names: list[str]) -> pa.Table:
    columns = list(zip(*cells, strict=True)) if cells else [()] * len(names)
    return pa.table([pa.array(column, pa.large_string()) for column in columns], names=names)
