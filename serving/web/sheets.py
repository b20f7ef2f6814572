"""Sheets: the agreement's one page as HTML, and as a PDF of one A4 page."""

from collections.abc import Sequence
from typing import Any

from agreement.paper.sheet import Sheet
from serving.web.pages import read_style, render_page

# Points; what needs smaller print than the last is no page for a wall.
_SIZES: Sequence[float] = (9.6, 9.2, 8.8, 8.4, 8.0, 7.6, 7.2)


class TooLong(ValueError):
    """The agreement does not fit on one page."""


class NoPango(RuntimeError):
    """The libraries that lay out pages are not installed on this machine."""


def render_sheet(sheet: Sheet, *, size: float = _SIZES[0]) -> str:
    """Render the page as HTML, in print of so many points."""
    return render_page("sheet.html", sheet=sheet, style=read_style("sheet.css"), scale=size)


def print_sheet(sheet: Sheet) -> bytes:
    """Print the page as a PDF, in the largest print with which it is one.

    Raises
    ------
    TooLong
        If it is more than a page in the smallest.
    NoPango
        If the system's Pango library is missing.
    """
    lay_out = _find_printer()
    for size in _SIZES:
        document = lay_out(render_sheet(sheet, size=size))
        if len(document.pages) == 1:
            pdf: bytes = document.write_pdf()
            return pdf
    raise TooLong("the agreement does not fit on one page: shorten definitions, routes or reasons")


def _find_printer() -> Any:
    try:
        from weasyprint import HTML
    except OSError as error:
        raise NoPango(
            "PDF needs the system's Pango library (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0); "
            "HTML needs nothing: --html FILE"
        ) from error
    return lambda html: HTML(string=html, url_fetcher=_fetch_nothing).render()


def _fetch_nothing(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"a sheet fetches nothing, and asks for {url[:80]}")
