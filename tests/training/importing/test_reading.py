import csv
import gzip
import io
import tracemalloc

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from training.importing import decoding
from training.importing.decoding import UnreadableTable
from training.importing.parsing import _BATCH
from training.importing.reading import read_table
from training.importing.records import LONGEST_RECORD
from training.importing.rejecting import REASONS, RejectionLog, write_rejected


def read(tmp_path, content, name="leads.csv", listed=10_000):
    """Write bytes and read them; return the table and the log."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    log = RejectionLog(listed)
    return read_table(path, log), log


def rows_of(table):
    """Return the cells as lists."""
    return table.frame.to_numpy().tolist()


def test_a_million_columns_are_refused_in_one_line(tmp_path):
    """A file as wide as a matrix is refused by its header, before a row of it is read."""
    header = ",".join(["id", *(f"c{number}" for number in range(1_000_000))])
    tracemalloc.start()
    with pytest.raises(UnreadableTable, match=r"1,000,001 columns, more than 5,000: is the delimiter right\?$"):
        read(tmp_path, f"{header}\n1\n")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * len(header)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found(tmp_path, delimiter, end):
    """Each common delimiter and line end gives the same two rows on lines 2 and 3."""
    text = end.join(delimiter.join(row) for row in (["id", "name"], ["1", "a b"], ["2", "c"])) + end
    table, _ = read(tmp_path, text)
    assert list(table.frame.columns) == ["id", "name"]
    assert rows_of(table) == [["1", "a b"], ["2", "c"]]
    assert table.lines.tolist() == [2, 3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_are_found(tmp_path, encoding):
    """UTF-8 and UTF-16, with and without a byte order mark, read without a warning."""
    table, _ = read(tmp_path, "id,name\n1,Müller and sons\n2,Jyväskylä\n".encode(encoding))
    assert rows_of(table) == [["1", "Müller and sons"], ["2", "Jyväskylä"]]
    assert table.warnings == ()


def test_other_bytes_are_latin_1_with_a_warning(tmp_path):
    """Bytes that are no UTF-8 are read as Latin-1, and a sentence says so."""
    table, _ = read(tmp_path, "id,name\n1,Müller\n".encode("latin-1"))
    assert rows_of(table) == [["1", "Müller"]]
    assert "Latin-1" in table.warnings[0]


def test_gzip_is_told_by_its_bytes(tmp_path):
    """A packed file is unpacked whatever it is called."""
    table, _ = read(tmp_path, gzip.compress(b"id\n1\n"), name="leads.dat")
    assert rows_of(table) == [["1"]]


def test_broken_rows_cost_nothing_but_themselves(tmp_path):
    """Ragged rows, unclosed quotes and NUL bytes are rejected with line and text; the others stay."""
    lines = [
        "id;name;x",
        '1;"a;b";2',
        '2;"open;3',
        '3;"two\nlines";4',
        "",
        "4;a;b;c",
        '5;"say ""hi""";1',
        "6;\0;1",
        '7;x"y;"z',
        "8;ok;1",
    ]
    table, log = read(tmp_path, "\n".join(lines))
    assert rows_of(table) == [["1", "a;b", "2"], ["3", "two\nlines", "4"], ["5", 'say "hi"', "1"], ["8", "ok", "1"]]
    assert table.lines.tolist() == [2, 4, 8, 11]
    found = log.to_frame()
    assert found[["line", "code"]].to_numpy().tolist() == [
        [3, "unclosed_quote"],
        [7, "ragged_row"],
        [9, "nul_byte"],
        [10, "unclosed_quote"],
    ]
    assert found["raw"].iloc[1] == "4;a;b;c"
    assert found["reason"].tolist() == [REASONS[code] for code in found["code"]]
    assert table.rows_read == 8


def test_ragged_rows_are_told_on_the_fast_way_too(tmp_path):
    """Without a quote in the file the line numbers of kept and rejected rows are right as well."""
    table, log = read(tmp_path, "a,b\n1,2\n1,2,3\n\n4,5\n6\n7,8")
    assert rows_of(table) == [["1", "2"], ["4", "5"], ["7", "8"]]
    assert table.lines.tolist() == [2, 5, 7]
    assert log.to_frame()["line"].tolist() == [3, 6]


def test_long_quote_is_given_up(tmp_path):
    """A quote that stays open for very many lines spoils its own line only."""
    rows = "".join(f"{number},b\n" for number in range(LONGEST_RECORD + 50))
    table, log = read(tmp_path, f'id,name\n0,"open\n{rows}9,"c"\n')
    assert len(table) == LONGEST_RECORD + 51
    assert log.by_reason() == {"unclosed_quote": 1}


def test_cell_without_end_is_rejected_and_reading_goes_on(tmp_path):
    """A single quoted cell of megabytes is one rejected row, kept short, and the next row is read."""
    table, log = read(tmp_path, b'a,b\n1,"' + b"x" * 3_000_000 + b"\n2,3\n")
    assert rows_of(table) == [["2", "3"]]
    assert log.by_reason() == {"unreadable_row": 1}
    assert len(log.to_frame()["raw"].iloc[0]) == 2_000


def test_rejected_rows_are_listed_up_to_a_limit_and_counted_beyond(tmp_path):
    """A file of nothing but broken rows cannot fill the memory with them."""
    content = b"a,b\n" + b"x\n" * 300_000
    tracemalloc.start()
    table, log = read(tmp_path, content, listed=100)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(table), log.total(), len(log.to_frame())) == (0, 300_000, 100)
    assert peak < 100 * len(content)


def test_headers_become_distinct_names(tmp_path):
    """Doubled and empty headers are renamed, and a sentence says so."""
    table, _ = read(tmp_path, "a, a ,,b,\n1,2,3,4,5\n")
    assert list(table.frame.columns) == ["a", "a (2)", "column 3", "b", "column 5"]
    assert len(table.warnings) == 2


def test_separator_line_of_a_spreadsheet_is_obeyed(tmp_path):
    """A first line such as sep=; names the delimiter and is no header."""
    table, _ = read(tmp_path, "sep=;\r\na;b\r\n1,5;2\r\n")
    assert rows_of(table) == [["1,5", "2"]]
    assert table.lines.tolist() == [3]


def test_header_only_gives_no_rows(tmp_path):
    """A header without rows is a table of no rows."""
    table, _ = read(tmp_path, "a,b\n")
    assert (len(table), list(table.frame.columns)) == (0, ["a", "b"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n \n", "is empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"PAR1 and then nothing", "damaged Parquet"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "cannot be read"),
        (b"\x1f\x8bnot really", "cannot be read"),
        (b'"never closed,b\n1,2\n', "no readable header"),
        (b",".join(b"c%d" % number for number in range(6_000)) + b"\n", "6,000 columns"),
    ],
)
def test_what_is_no_table_is_told_in_one_line(tmp_path, content, message):
    """Empty, damaged, foreign and absurdly wide files are refused with one plain line."""
    with pytest.raises(decoding.UnreadableTable, match=message) as caught:
        read(tmp_path, content)
    assert "\n" not in str(caught.value)


def test_missing_file_is_told(tmp_path):
    """A file that is not there is named, without its folder."""
    with pytest.raises(decoding.UnreadableTable, match=r"^nowhere\.csv cannot be read: there is no such file$"):
        read_table(tmp_path / "nowhere.csv", RejectionLog())


def test_small_archive_cannot_fill_the_memory(tmp_path):
    """Unpacking stops at a limit."""
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"a\n" * 1_000_000))
    with pytest.raises(decoding.UnreadableTable, match="split it"):
        decoding.read_bytes(path, largest=1 << 20)


def test_parquet_keeps_its_types(tmp_path):
    """Numbers, times and texts of Parquet stay what they are; categories and decimals become plain."""
    frame = pd.DataFrame(
        {
            "n": [1, 2],
            "t": pd.to_datetime(["2026-01-01", None], utc=True),
            "c": pd.Categorical(["x", None]),
            "flag": [True, None],
            "day": [pd.Timestamp("2026-01-01").date(), None],
        }
    )
    path = tmp_path / "leads.parquet"
    frame.to_parquet(path)
    table = read_table(path, RejectionLog())
    assert table.frame["n"].tolist() == [1, 2]
    assert str(table.frame["t"].dtype).endswith("UTC]")
    assert table.frame["c"].iloc[0] == "x"
    assert table.frame["flag"].iloc[0] == 1.0
    assert table.frame["day"].iloc[0] == pd.Timestamp("2026-01-01")
    assert table.lines.tolist() == [1, 2]


def test_nested_parquet_columns_are_left_out_with_a_warning(tmp_path):
    """A list column is no attribute, and a sentence says that it is gone."""
    path = tmp_path / "leads.parquet"
    parquet.write_table(pa.table({"id": ["a"], "tags": [["x", "y"]]}), path)
    table = read_table(path, RejectionLog())
    assert list(table.frame.columns) == ["id"]
    assert "tags" in table.warnings[0]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8))
def test_any_cells_come_back(rows, tmp_path):
    """Whatever stands in the cells, quotes and line breaks too, is read as it was written."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("first", "second"), *rows])
    table, log = read(tmp_path, text.getvalue())
    assert [tuple(row) for row in rows_of(table)] == [row for row in rows if any(row)]
    assert log.total() == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(st.sampled_from('ab,;"\n\r\0 '), max_size=60))
def test_any_bytes_are_kept_or_rejected(body, tmp_path):
    """Whatever stands below a header, every row is kept or rejected with its line, and nothing fails."""
    table, log = read(tmp_path, f"x,y\n{body}")
    assert len(table) + log.total() == table.rows_read
    assert log.to_frame()["line"].between(2, 2 + len(body)).all()
    assert np.all(np.diff(table.lines) > 0)


def test_many_rows_with_line_breaks_are_read_in_batches(tmp_path):
    """More rows than a batch, one of which runs over two lines, all come out in order."""
    content = 'id,text\n0,"two\nlines"\n' + "".join(f"{number},x\n" for number in range(1, _BATCH + 10))
    table, _ = read(tmp_path, content)
    assert table.frame["id"].astype(int).tolist() == list(range(_BATCH + 10))
    assert table.lines[-1] == _BATCH + 12


def test_rejected_file_runs_no_formula(tmp_path):
    """A raw row that a spreadsheet would run is written with a quote in front."""
    _, log = read(tmp_path, 'a,b\n=HYPERLINK("http://x"),1,2\n')
    write_rejected(log.to_frame(), tmp_path / "rejected.csv")
    with (tmp_path / "rejected.csv").open(newline="") as file:
        written = list(csv.DictReader(file))
    assert written[0]["raw"].startswith("'=HYPERLINK")
    assert written[0]["line"] == "2"
