"""Spreadsheets: no cell runs, no number becomes a text, and every text can be read back."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.spreadsheets import guard_cell, write_csv

_STARTS = "=+-@\t\r\n＝＋－＠"


@pytest.mark.parametrize("start", list(_STARTS))
def test_a_text_that_could_be_a_formula_is_guarded(start: str) -> None:
    """The apostrophe makes a spreadsheet take it for a text."""
    assert guard_cell(f'{start}HYPERLINK("http://x")') == f'\'{start}HYPERLINK("http://x")'


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-3, -3),
        (-0.5, -0.5),
        ("3 - 2", "3 - 2"),
        ("", ""),
        (None, ""),
        (True, "true"),
        (datetime(2026, 3, 1, 9, tzinfo=UTC), "2026-03-01T09:00:00Z"),
    ],
)
def test_other_values_are_as_they_are(value: Any, cell: Any) -> None:
    """Negative numbers stay numbers; nothing is nothing; moments are RFC 3339."""
    assert guard_cell(value) == cell


@given(st.lists(st.lists(st.text(st.characters(blacklist_categories=("Cs",))), min_size=2, max_size=2)))
def test_a_file_reads_back(rows: list[list[str]]) -> None:
    """Quotes, commas and line breaks survive, and no cell begins with what a spreadsheet runs."""
    file = io.StringIO(newline="")
    write_csv(file, ("a", "b"), rows)
    read = list(csv.reader(io.StringIO(file.getvalue(), newline="")))
    assert read[0] == ["a", "b"]
    assert [[cell.removeprefix("'") for cell in row] for row in read[1:]] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert not [cell for row in read for cell in row if cell[:1] and cell[0] in _STARTS]
