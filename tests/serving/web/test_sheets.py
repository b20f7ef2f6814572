"""The printed sheet: one A4 page, whatever stands in it, and no page for what cannot be read."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from weasyprint import HTML

from agreement.paper.sheet import write_sheet
from agreement.routing import Route
from agreement.stages import USUAL_DEFINITIONS, Definition
from agreement.terms import Terms, read_terms
from hotlead.company.terms import write_terms
from serving.web import sheets
from serving.web.sheets import NoPango, TooLong, print_sheet, render_sheet

# A4 in CSS pixels.
A4 = (793.7, 1_122.5)


@pytest.fixture
def demo_terms(tmp_path: Path) -> Terms:
    """The agreement of the demo's company."""
    path = tmp_path / "agreement.toml"
    at = datetime(2026, 11, 1, tzinfo=UTC)
    path.write_text(write_terms(at, leads_a_year=6_000, capacity_per_week=4.0, digest_wait="30 s"), "utf-8")
    return read_terms(path)


def test_the_demo_agreement_is_one_a4_page(demo_terms: Terms) -> None:
    """It fits in print of nine points, and is a PDF."""
    sheet = write_sheet(demo_terms, begins=date(2026, 1, 1), ends=date(2027, 1, 1))
    (page,) = HTML(string=render_sheet(sheet, size=9.2)).render().pages
    assert (page.width, page.height) == pytest.approx(A4, abs=0.2)
    assert print_sheet(sheet).startswith(b"%PDF-")


def test_more_words_are_printed_smaller_until_nobody_could_read_them() -> None:
    """Twenty routes still fit; sixty are refused in one plain line."""

    def with_routes(count: int) -> Any:
        return write_sheet(Terms(routes=tuple(Route(name=f"Route number {n}") for n in range(count))))

    assert len(HTML(string=render_sheet(with_routes(20))).render().pages) == 2
    assert print_sheet(with_routes(20)).startswith(b"%PDF-")
    with pytest.raises(TooLong, match="does not fit on one page"):
        print_sheet(with_routes(60))


def test_what_stands_in_it_is_text(demo_terms: Terms) -> None:
    """A definition that looks like markup is printed as it was written, and nothing is fetched for it."""
    hostile = '<img src="http://127.0.0.1:9/x"><script>alert(1)</script>'
    stages = (Definition(stage="lead", means=hostile), *USUAL_DEFINITIONS[2:])
    html = render_sheet(write_sheet(replace(demo_terms, name=hostile, stages=stages)))
    assert "<img" not in html
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 2


def test_without_pango_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library that lays out pages is the system's: where it is missing, one line says so."""
    import builtins

    real = builtins.__import__

    def refuse(name: str, *rest: Any, **named: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(NoPango, match="apt install libpango"):
        sheets._find_printer()
