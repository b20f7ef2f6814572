"""`hotlead agreement print`: the agreement on one A4 page, as PDF or HTML."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hotlead.home import DEFAULT_HOME, HomeOption

if TYPE_CHECKING:
    from agreement.paper.sheet import Sheet


def print_(
    file: Annotated[
        Path | None, typer.Argument(help="An agreement's file, to print a draft; else the one in force is printed.")
    ] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write a PDF of one A4 page here.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the page as HTML here.")] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Print the agreement on one A4 page that two team leads can sign; agreement.pdf, unless told where."""
    from serving.web.sheets import print_sheet, render_sheet

    sheet = _find_sheet(file, home)
    if html is not None:
        html.write_text(render_sheet(sheet), encoding="utf-8")
        typer.echo(f"Written: {html}")
    if pdf is not None or html is None:
        target = pdf or Path("agreement.pdf")
        target.write_bytes(print_sheet(sheet))
        typer.echo(f"Written: {target}, one A4 page")


def _find_sheet(file: Path | None, home: Path) -> "Sheet":
    from agreement.paper.sheet import write_sheet
    from agreement.terms import read_terms
    from hotlead.standing import open_agreeing

    if file is not None:
        return write_sheet(read_terms(file))
    with open_agreeing(home) as agreeing:
        in_force = agreeing.take()
    signature = in_force.signature
    if signature is None:
        return write_sheet(in_force.terms)
    return write_sheet(in_force.terms, begins=signature.begins, ends=signature.ends, signed_by=signature.signed_by)
