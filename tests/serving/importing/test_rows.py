"""Rows: read one by one from any offset; a broken one is told of and costs no other."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.importing.encodings import UnreadableTable
from serving.importing.rows import MOST_COLUMNS, SEPARATORS, Row, guess_separator, read_header, read_rows

_CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)


def _write(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, "utf-8", newline="\n")
    return path


def _read(path: Path, separator: str = ",") -> list[Row]:
    header, begins = read_header(path, separator)
    return list(read_rows(path, separator, width=len(header), offset=begins))


def test_rows_are_numbered_as_spreadsheets_do(tmp_path: Path) -> None:
    """The header is row 1, blank rows count and are left out, quotes may span lines."""
    rows = _read(_write(tmp_path, 'id,note\n1,"two\nlines"\n,\n\n2,x\n'))
    assert [(row.number, tuple(row.cells)) for row in rows] == [(2, ("1", "two\nlines")), (5, ("2", "x"))]


def test_reading_goes_on_from_any_row(tmp_path: Path) -> None:
    """From behind each row the rest is read as from the beginning."""
    path = _write(tmp_path, 'id,note\n1,"a\nb"\n2,ä\n3,"x""y"\n4,z\n')
    rows = _read(path)
    for place, row in enumerate(rows):
        rest = list(read_rows(path, ",", width=2, offset=row.ends, number=row.number))
        assert rest == rows[place + 1 :]


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ("2", "too_few_cells"),
        ("2,b,c", "too_many_cells"),
        ('2,"open', "bad_quotes"),
        ('"2"b,c', "bad_quotes"),
        ("2,a\x00b", "zero_byte"),
        ("2," + "b" * (2**20 + 5), "too_long_row"),
        ("2," + "b" * 200_000, "bad_quotes"),
    ],
)
def test_a_broken_row_costs_no_other(tmp_path: Path, line: str, trouble: str) -> None:
    """What is wrong with a row is told, and the rows around it are read."""
    rows = _read(_write(tmp_path, f"id,note\n1,a\n{line}\n3,c\n4,d\n"))
    assert [row.trouble for row in rows] == ["", trouble, "", ""]
    assert [row.cells[0] for row in rows if not row.trouble] == ["1", "3", "4"]


def test_empty_cells_behind_the_last_column_are_no_trouble(tmp_path: Path) -> None:
    """Spreadsheets write them."""
    (row,) = _read(_write(tmp_path, "id,note\n1,a,, \n"))
    assert (row.trouble, row.cells) == ("", ["1", "a"])


def test_quotes_that_never_close_end(tmp_path: Path) -> None:
    """A file of nothing but open quotes is read in one pass, and all of it is told as broken."""
    rows = _read(_write(tmp_path, "id,note\n" + '1,"open\n' * 3_001))
    assert {row.trouble for row in rows} <= {"bad_quotes", ""}
    assert rows[0].trouble == "bad_quotes"


@pytest.mark.parametrize("text", ["", '"open\n', ",".join(map(str, range(MOST_COLUMNS + 1)))])
def test_a_header_that_names_no_columns_is_refused(tmp_path: Path, text: str) -> None:
    """No header, a broken one, and one of too many columns."""
    with pytest.raises(UnreadableTable):
        read_header(_write(tmp_path, text), ",")


@settings(max_examples=60, deadline=None)
@given(
    separator=st.sampled_from(SEPARATORS),
    rows=st.lists(st.lists(_CELLS, min_size=3, max_size=3), min_size=1, max_size=12),
)
def test_what_a_writer_wrote_is_read_and_its_separator_guessed(
    tmp_path_factory: pytest.TempPathFactory, separator: str, rows: list[list[str]]
) -> None:
    """Tables with any cells come back cell by cell."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator, lineterminator="\n")
    writer.writerows([["id", "name", "note"], *rows])
    path = _write(tmp_path_factory.mktemp("table"), written.getvalue())
    assert guess_separator(path) == separator
    wanted = [row for row in rows if any(cell.strip() for cell in row)]
    assert [list(row.cells) for row in _read(path, separator)] == wanted
