"""The pages of an import: a file is looked at, then told, and what was refused is handed back."""

import csv
import io
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serving.web.setup.import_page import MOST_BYTES
from tests.serving.importing.files import write_file
from tests.serving.web.browsers import Browser, Site, open_browser, open_site

_CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')
_HOSTILE = '"><script>alert(1)</script>'
_ROWS = [
    ["Lead ID", "Company", "Mitarbeiter", "Erstellt am", "Segment"],
    ["L-1", "=HYPERLINK(1)", "50-200", "13.2.2026", _HOSTILE],
    ["L-2", "Acme", "viele", "14.2.2026", "mid"],
    ["L-1", "", "7", "", ""],
]
_MAP = {"name": "fair", "mark": ",", "days": "dmy", "zone": "Europe/Berlin"}


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A site without leads."""
    with open_site(request.getfixturevalue(request.param), tmp_path) as opened:
        yield opened


@pytest.fixture
def lead(site: Site) -> Browser:
    """A team lead, who may import."""
    return open_browser(site, "lea", "lead")


def _upload(lead: Browser, body: bytes, name: str = "C:\\fair\\Leads Q3.csv") -> Any:
    csrf = _CSRF.search(lead.get("/setup/import").text)
    assert csrf is not None
    return lead.client.post("/setup/import", data={"csrf": csrf[1]}, files={"file": (name, body, "text/csv")})


def _begin(lead: Browser, body: bytes) -> tuple[str, list[str]]:
    path = _upload(lead, body).headers["location"]
    page = lead.get(path).text
    selects = re.findall(r'<select name="field".*?</select>', page, re.DOTALL)
    return path, [re.findall(r'value="([^"]*)" selected', select)[0] for select in selects]


def _wait(lead: Browser, path: str) -> str:
    until = time.monotonic() + 30
    while "data-again" in (page := lead.get(path).text):
        assert time.monotonic() < until
        time.sleep(0.02)
    return str(page)


def test_a_file_is_looked_at_then_told_then_gone(site: Site, lead: Browser) -> None:
    """The guess is shown with what rows become; the import tells them, and hands back what it refused."""
    path, fields = _begin(lead, write_file(_ROWS, separator=";", encoding="windows-1252"))
    assert fields == ["id", "company", "employees", "created_at", "attribute"]
    page = lead.get(path).text
    for part in ("Leads Q3.csv", "3 rows", "1 row refused", "begin as formulas", "Segment", "earlier row"):
        assert part in page
    assert "<script>alert" not in page
    assert site.read("SELECT count(*) FROM leads") == [(0,)]
    assert lead.press(f"{path}/run", field=fields, **_MAP).status_code == 303
    done = _wait(lead, path)
    assert "Done" in done
    assert site.read("SELECT id, attributes FROM leads") == [
        ("L-1", '{"Segment":"\\"><script>alert(1)</script>","company":"=HYPERLINK(1)","employees":7.0}')
    ]
    refused = lead.get(f"{path}/rejected.csv")
    assert "attachment" in refused.headers["content-disposition"]
    header, row = csv.reader(io.StringIO(refused.content.decode("utf-8-sig")))
    assert header == [*_ROWS[0], "row", "field", "why"]
    assert row == [*_ROWS[2], "3", "employees", "A field takes a whole number"]
    told = [what for (what,) in site.read("SELECT what FROM audit ORDER BY id") if what.startswith("import.")]
    assert told == ["import.upload", "import.begin", "import.end"]


def test_formulas_that_were_refused_run_nowhere(lead: Browser) -> None:
    """The file of refused rows opens in a spreadsheet without running anything."""
    path, fields = _begin(lead, write_file([["id", "stage", "note"], ["L-1", "nowhere", "=1+1"]]))
    lead.press(f"{path}/run", field=fields, **_MAP)
    _wait(lead, path)
    assert "'=1+1" in lead.get(f"{path}/rejected.csv").text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"field": ["", "company", "employees", "created_at", "attribute"]}, "tells leads apart"),
        ({"field": ["id", "id", "employees", "created_at", "attribute"]}, "two columns are the same"),
        ({"field": ["id"]}, "choose for each column"),
        ({"field": ["id", "nonsense", "", "", ""]}, "choose for each column"),
        ({"zone": "Europe/Nowhere"}, "no time zone"),
        ({"name": "a/b"}, "an import&#39;s name"),
        ({"days": "backwards"}, "how numbers and days"),
    ],
)
def test_a_mapping_that_does_not_fit_is_told(site: Site, lead: Browser, changed: dict[str, Any], said: str) -> None:
    """What was chosen stays chosen, the reason stands above it, and nothing runs."""
    path, fields = _begin(lead, write_file(_ROWS))
    answer = lead.press(f"{path}/run", **({"field": fields, **_MAP} | changed))
    assert answer.status_code == 422
    assert said.lower() in answer.text.lower()
    assert site.read("SELECT count(*) FROM leads") == [(0,)]
    assert site.read("SELECT * FROM audit WHERE what = 'import.begin'") == []


def test_a_file_is_read_otherwise_or_thrown_away(site: Site, lead: Browser) -> None:
    """Encoding and separator can be chosen again; a file that is thrown away is gone."""
    path, _ = _begin(lead, "id;name\n1;Zoë\n".encode("windows-1252"))
    assert "Zoë" in lead.get(path).text
    assert lead.press(f"{path}/reread", encoding="utf-8", separator="semicolon").status_code == 422
    assert lead.press(f"{path}/reread", encoding="windows-1252", separator="comma").status_code == 303
    assert "id;name" in lead.get(path).text
    assert lead.press(f"{path}/remove").headers["location"] == "/setup/import"
    assert lead.get(path).status_code == 404
    assert list((site.service.settings.home / "imports").iterdir()) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04", "workbook"),
        (b"id,name\n", "no rows"),
        (b",".join([b"x"] * 1_000_000) + b"\n1\n", "cannot be read"),
        (b'"unclosed' + b"x" * 300_000, "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused(site: Site, lead: Browser, body: bytes, said: str) -> None:
    """The page says why, and keeps nothing of the file."""
    answer = _upload(lead, body)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert not list((site.service.settings.home / "imports").glob("*"))


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(lead: Browser) -> None:
    """A form that says it is larger than a file may be is refused by what it says."""
    lead.client.headers["content-length"] = str(MOST_BYTES + 2**20)
    answer = lead.client.post("/setup/import", content=b"")
    assert answer.status_code == 413


def test_a_file_name_leads_nowhere(site: Site, lead: Browser) -> None:
    """Whatever a file is called, it lies under a name of ours."""
    path = _upload(lead, write_file(_ROWS), name="../../etc/passwd.csv").headers["location"]
    page = lead.get(path).text
    assert "passwd.csv" in page
    assert "../" not in page
    (folder,) = (site.service.settings.home / "imports").iterdir()
    assert path.endswith(folder.name)


def test_what_has_gone_on_is_not_done_twice(lead: Browser) -> None:
    """An import that ran is neither mapped nor run again, whoever still has its page open."""
    path, fields = _begin(lead, write_file(_ROWS))
    for _ in range(2):
        assert lead.press(f"{path}/run", field=fields, **_MAP).headers["location"] == path
        _wait(lead, path)
    assert lead.press(f"{path}/map", field=fields, **_MAP).headers["location"] == path
    assert lead.press(f"{path}/end").headers["location"] == path
    assert "Done" in lead.get(path).text


@pytest.mark.parametrize("job_id", ["im_0000000000000000", "..%2F..%2Fetc", "job.json"])
def test_an_unknown_import_is_not_found(lead: Browser, job_id: str) -> None:
    """Ids that name none are answered as pages."""
    assert lead.get(f"/setup/import/{job_id}").status_code == 404
    assert lead.press(f"/setup/import/{job_id}/run").status_code == 404
