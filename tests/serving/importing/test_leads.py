"""Leads: a row becomes what the API would have made of the same lead, or is refused with the same code."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.times import to_datetime
from serving.api.facts import FactReader
from serving.importing.jobs import Jobs
from serving.importing.layout import Layout, guess_layout
from serving.importing.leads import TROUBLES, RowReader, build_reader, remember
from serving.importing.rows import Row, read_rows
from serving.store.leads import LeadRecord
from serving.usecases.recognising import list_names
from serving.usecases.told import Rejected, ToldLead
from tests.serving.importing.files import ZONE, upload, write_file
from tests.serving.usecases.tellers import NOW

_BLANKS = frozenset(("", "null", "n/a", "#n/a", "nan"))
_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=15)


def _layout(*header: str, fields: tuple[str, ...], days: str = "iso") -> Layout:
    told: dict[str, Any] = {"encoding": "utf-8", "separator": ",", "mark": ".", "days": days, "zone": ZONE}
    return Layout(header=header, begins=0, fields=fields, **told)


def _reader(layout: Layout) -> RowReader:
    return build_reader(layout, None, told_at=NOW, batch="fair", place="ROW /v1/imports/im_1")


def _row(*cells: str, trouble: str = "") -> Row:
    return Row(number=7, cells=cells, ends=0, trouble=trouble)


def test_a_row_is_the_lead_that_the_api_would_read() -> None:
    """Every field goes through the one reader of leads, with the moment of the upload and the import's name."""
    fields = ("id", "email", "employees", "created_at", "owner_id", "stage", "account_id", "attribute", "")
    reader = _reader(_layout("a", "b", "c", "d", "e", "f", "g", "Tier", "i", fields=fields))
    row = _row(" L-1 ", " ada@x.example ", "50-200", "2026-03-01", "anna", "SQL", "A-1", " gold ", "secret")
    body = {
        "email": "ada@x.example",
        "employees": 125,
        "Tier": " gold ",
        "created_at": "2026-03-01T00:00:00+01:00",
        "owner_id": "anna",
        "stage": "SQL",
        "account_id": "A-1",
        "updated_at": to_datetime(NOW).isoformat(),
    }
    now = max(NOW, 2_000_000_000_000_000)
    assert reader.read(row, {}, now) == FactReader(None).read_lead("L-1", body, now, "fair").item


@pytest.mark.parametrize(
    ("fields", "cells", "code", "path"),
    [
        (("id", "employees"), ("L-1", "many"), "not_integer", "/employees"),
        (("id", "email"), ("L-1", "no address"), "not_email", "/email"),
        (("id", "created_at"), ("L-1", "soon"), "not_time", "/created_at"),
        (("id", "created_at"), ("L-1", "2199-01-01"), "in_the_future", "/created_at"),
        (("id", "stage"), ("L-1", "nowhere"), "unknown_stage", "/stage"),
        (("id", "name"), ("", "Ada"), "missing", "/id"),
        (("id", "name"), ("x" * 201, "Ada"), "too_long", "/id"),
        (("id", "name"), ("L-1", "x" * 10_001), "too_long", "/name"),
        (("id", "name"), ("a\x07b", "Ada"), "bad_name", "/id"),
        (("id", "owner_id"), ("L-1", "y" * 201), "too_long", "/owner_id"),
    ],
)
def test_a_row_is_refused_as_the_api_would(
    fields: tuple[str, ...], cells: tuple[str, ...], code: str, path: str
) -> None:
    """The code and the field are those of the API, and no value is echoed."""
    item = _reader(_layout("a", "b", fields=fields)).read(_row(*cells), {}, NOW)
    assert isinstance(item, Rejected)
    assert (item.code, item.path, item.kind) == (code, path, "ROW /v1/imports/im_1/7")
    assert json.loads(item.body)["cells"] == list(cells)
    assert cells[1] not in item.detail


@pytest.mark.parametrize("trouble", sorted(TROUBLES))
def test_a_broken_row_is_refused_with_its_own_code(trouble: str) -> None:
    """What is wrong with the row itself is told in words."""
    item = _reader(_layout("a", fields=("id",))).read(_row("L-1", trouble=trouble), {}, NOW)
    assert isinstance(item, Rejected)
    assert (item.code, item.detail) == (trouble, TROUBLES[trouble])


def test_whoever_is_in_a_refused_row_can_be_forgotten() -> None:
    """A refused row names its lead and every address in it."""
    reader = _reader(_layout("a", "b", "c", fields=("id", "stage", "attribute")))
    item = reader.read(_row("L-1", "nowhere", "Ada@X.example"), {}, NOW)
    assert set(list_names(item)) == {("lead", "L-1"), ("email", "ada@x.example")}


def test_without_an_id_the_address_is_the_id() -> None:
    """One spelling of an address is one lead."""
    item = _reader(_layout("a", fields=("email",))).read(_row("Ada@X.example"), {}, NOW)
    assert isinstance(item, ToldLead)
    assert (item.id, json.loads(item.attributes)) == ("ada@x.example", {"email": "Ada@X.example"})


def test_what_is_known_stays_where_the_row_says_nothing() -> None:
    """A row adds to a lead: its other attributes, its account and its age stay."""
    attributes = json.dumps({"company": "Acme", "employees": 5})
    known = LeadRecord(id="L-1", version=3, attributes=attributes, account_id="A-1", created_at=NOW - 1)
    reader = _reader(_layout("a", "b", fields=("id", "employees")))
    item = reader.read(_row("L-1", "9"), {"L-1": known}, NOW)
    assert isinstance(item, ToldLead)
    assert json.loads(item.attributes) == {"company": "Acme", "employees": 9}
    assert (item.account_id, item.created_at) == ("A-1", NOW - 1)


def test_a_later_row_of_the_same_lead_adds_to_the_earlier_one() -> None:
    """Two rows of one lead are both told."""
    reader = _reader(_layout("a", "b", "c", fields=("id", "company", "city")))
    known: dict[str, LeadRecord] = {}
    for row in (_row("L-1", "Acme", ""), _row("L-1", "", "Turku")):
        item = reader.read(row, known, NOW)
        assert isinstance(item, ToldLead)
        remember(known, item)
    assert json.loads(known["L-1"].attributes) == {"company": "Acme", "city": "Turku"}


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(_TEXTS, _TEXTS, st.integers(0, 10**8)), min_size=1, max_size=8),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_leads_survive_the_way_through_a_file(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, int]], separator: str, encoding: str
) -> None:
    """Guessed, mapped and told, every lead of a file is the lead that was written into it."""
    header = ["Lead ID", "Company", "Note", "Employees"]
    table = [[f"L-{place}", *map(str, row)] for place, row in enumerate(rows)]
    jobs = Jobs(tmp_path_factory.mktemp("home"))
    job = upload(jobs, write_file([header, *table], separator=separator, encoding=encoding))
    assert job.layout.fields == ("id", "company", "attribute", "employees")
    reader = build_reader(job.layout, None, told_at=NOW, batch="", place="ROW")
    found = read_rows(jobs.table(job.id), separator, width=4, offset=job.layout.begins)
    for (company, note, employees), row in zip(rows, found, strict=True):
        item = reader.read(row, {}, NOW)
        assert isinstance(item, ToldLead)
        told = {"company": company, "Note": note, "employees": float(employees)}
        wanted = {name: value for name, value in told.items() if str(value).strip().lower() not in _BLANKS}
        assert json.loads(item.attributes) == wanted


def test_a_layout_is_guessed_whole(tmp_path: Path) -> None:
    """Separator, columns, days and numbers are guessed from the file alone."""
    path = tmp_path / "table.csv"
    path.write_text("Lead ID;Erstellt am;Umsatz\n1;13.2.2026;1.250,50\n", "utf-8")
    layout = guess_layout(path, "utf-8", ZONE)
    assert (layout.separator, layout.days, layout.mark) == (";", "dmy", ",")
    assert layout.fields == ("id", "created_at", "revenue")
